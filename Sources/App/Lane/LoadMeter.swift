/// Takes the measures of a lane's load on its ingest thread, in passing: a few numbers a turn, nothing a message.
struct LoadMeter {
  /// Ms between two looks at the ring.
  static let every: Int64 = 20
  /// A longer gap between two turns counts as so much, ms: a process or machine that stood still is not overloaded, only a
  /// lane that stays behind although it works.
  static let gapMax: Int64 = 250
  /// Ms over which the core's speed is averaged.
  private static let memory = 200.0
  private static let waitMax = 3_600_000.0
  /// Longer without an entry taken is a stall, ms. One says nothing about the core's speed, since a single entry may be long: the
  /// first tick after hours of downtime fires everything that fell due meanwhile. Two in a row do.
  private static let stall: Int64 = 100
  /// A core that has taken nothing for so long stands still, whatever it is at, ms. Until then the ring's places are the limit.
  static let patience: Int64 = 5_000

  /// Ms of its own clock, which does not see long gaps.
  private(set) var clock: Int64 = 0
  private var lastTurn: Int64?
  /// When the socket was last found empty; whether it was so since the last turn.
  private var emptied: Int64 = 0
  private var isEmpty = true
  private var lastLook: Int64 = 0
  private var lastTaken = 0
  private var lastPublished = 0
  /// When the core was last seen to take something, or to have nothing to take.
  private var lastProgress: Int64 = 0
  /// What was taken last came after a stall.
  private var hasStalled = false
  /// Entries a ms that the core takes while it has work; infinite while it was never seen to be late.
  private var speed = Double.infinity

  /// Entries that may wait in the ring if none of them shall wait longer than `LoadPolicy.full` says: the limit within a
  /// turn, between two looks.
  var room: Int { Int(min(max(speed * Double(LoadPolicy.full.wait), Self.roomMin), 1e9)) }
  private static let roomMin = 256.0

  /// Nothing is left to read, or reading is not what is missing.
  mutating func caughtUp() { isEmpty = true }

  /// To be called once a turn; the measure every 20 ms.
  /// - Parameters:
  ///   - now: ms.
  ///   - taken: entries that the core has taken since the start.
  ///   - published: entries that were shown to it.
  ///   - capacity: of the ring, entries.
  mutating func turn(now: Int64, taken: Int, published: Int, capacity: Int) -> LoadPolicy.Measure? {
    clock += min(max(now - (lastTurn ?? now), 0), Self.gapMax)
    lastTurn = now
    if isEmpty { emptied = clock }
    isEmpty = false
    let span = clock - lastLook
    guard span >= Self.every else { return nil }
    let waiting = published - taken
    var wait = 0.0
    // The core was at work all the time when it has not even finished what waited at the last look.
    if taken >= lastPublished {
      // It kept up, so it may be quicker than it once was.
      speed = max(speed * 2, 1)
      hasStalled = false
      lastProgress = clock
    } else if taken > lastTaken {
      let time = clock - lastProgress
      if time < Self.stall || hasStalled { took(taken - lastTaken, in: time) }
      hasStalled = time >= Self.stall
      lastProgress = clock
      wait = min(Double(waiting) / speed, Self.waitMax)
    } else {
      wait = min(Double(waiting) / speed, Self.waitMax)
      if clock - lastProgress >= Self.patience { wait = max(wait, Double(clock - lastProgress)) }
    }
    (lastLook, lastTaken, lastPublished) = (clock, taken, published)
    return LoadPolicy.Measure(
      fill: Double(waiting) / Double(capacity), wait: Int64(wait), behind: clock - emptied)
  }

  private mutating func took(_ entries: Int, in time: Int64) {
    let sample = Double(entries) / Double(time)
    speed = speed.isInfinite ? sample : speed + (sample - speed) * min(Double(time) / Self.memory, 1)
  }
}
