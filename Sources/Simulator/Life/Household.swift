/// A person who lives alone: sleeps, eats, uses water, goes out. Each day is planned anew from the seed, so that no two are
/// the same and every run of a day is.
struct Household: Sendable {
  enum Event: Sendable, Equatable {
    case getsUp
    case goesToBed
    /// Something moves before the sensor, for about a minute.
    case moves
    case stops
    case opensDoor
    case closesDoor
    /// Litres.
    case draws(Double)
  }

  private(set) var isInBed = false
  private(set) var isMoving = false
  private(set) var isDoorOpen = false
  /// Litres since the meter was new.
  private(set) var litres: Double

  private let seed: UInt64
  private let name: String

  init(seed: UInt64, name: String) {
    self.seed = seed
    self.name = name
    var random = RandomSource(seed: seed, name, "meter")
    litres = random.number(20_000...90_000).rounded()
  }

  /// - Parameter share: 1/speed: with a faster rhythm a meter must still count real litres an hour.
  mutating func take(_ event: Event, share: Double) {
    switch event {
    case .getsUp: isInBed = false
    case .goesToBed: isInBed = true
    case .moves: isMoving = true
    case .stops: isMoving = false
    case .opensDoor: isDoorOpen = true
    case .closesDoor: isDoorOpen = false
    case .draws(let amount): litres += amount * share
    }
  }

  /// What happens on the day that begins at `midnight` (local ms), in time order.
  func plan(midnight: Int64) -> [(at: Int64, event: Event)] {
    var day = DayPlan(midnight: midnight, random: RandomSource(seed: seed, name, String(midnight)))
    day.fill()
    return day.sorted
  }
}

/// One day of a household while it is being planned. Times are local ms.
private struct DayPlan {
  private let midnight: Int64
  private var random: RandomSource
  private var events: [(at: Int64, event: Household.Event)] = []
  /// When nobody moves about: in bed or out.
  private var still: [ClosedRange<Int64>] = []

  init(midnight: Int64, random: RandomSource) {
    self.midnight = midnight
    self.random = random
  }

  var sorted: [(at: Int64, event: Household.Event)] {
    events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  mutating func fill() {
    let rises = time(6, 0, within: 55)
    let retires = time(21, 0, within: 55)
    nights(rises: rises, retires: retires)
    water(rises: rises)
    outing(leaves: time(8, 45, within: 55), minutes: 40...85)
    outing(leaves: time(15, 10, within: 50), minutes: 25...60)
    if random.chance(0.7) {
      let nap = time(12, 40, within: 20)
      sleep(from: nap, to: nap + random.span(40...70) * Rhythm.minute)
    }
    movements(from: rises + Rhythm.minute, to: retires)
  }

  private mutating func nights(rises: Int64, retires: Int64) {
    add(.getsUp, rises)
    add(.draws(6), rises + 4 * Rhythm.minute)
    add(.draws(4), rises + 9 * Rhythm.minute)
    add(.draws(2), retires - 12 * Rhythm.minute)
    add(.goesToBed, retires)
    // Two ways to the bathroom: one around midnight, one towards morning.
    for way in [time(23, 5, within: 45), time(3, 0, within: 60)] {
      let back = way + random.span(4...8) * Rhythm.minute
      add(.getsUp, way)
      movement(way + 20_000)
      add(.draws(6), way + 2 * Rhythm.minute)
      add(.goesToBed, back)
    }
  }

  private mutating func water(rises: Int64) {
    add(.draws(random.number(2...4)), rises + 30 * Rhythm.minute)
    add(.draws(random.number(6...10)), time(11, 30, within: 20))
    add(.draws(random.number(5...9)), time(17, 30, within: 20))
    // The toilet, four times between morning and evening.
    for hour: Int64 in [10, 14, 16, 19] { add(.draws(6), time(hour, 0, within: 50)) }
    if random.chance(0.5) { add(.draws(random.number(25...45)), time(19, 30, within: 40)) }
    if random.chance(0.3) { add(.draws(50), time(10, 30, within: 30)) }
  }

  private mutating func outing(leaves: Int64, minutes: ClosedRange<Int64>) {
    let returns = leaves + random.span(minutes) * Rhythm.minute
    for at in [leaves, returns] {
      add(.opensDoor, at)
      add(.closesDoor, at + random.span(15_000...45_000))
    }
    still.append(leaves...returns)
  }

  private mutating func sleep(from: Int64, to: Int64) {
    add(.goesToBed, from)
    add(.getsUp, to)
    still.append(from...to)
  }

  private mutating func movements(from: Int64, to: Int64) {
    var at = from
    while at < to {
      if !still.contains(where: { $0.contains(at) }) { movement(at) }
      at += random.span(6...17) * Rhythm.minute
    }
  }

  private mutating func movement(_ at: Int64) {
    add(.moves, at)
    add(.stops, at + random.span(60_000...95_000))
  }

  private mutating func time(_ hour: Int64, _ minute: Int64, within minutes: Int64) -> Int64 {
    midnight + hour * Rhythm.hour + minute * Rhythm.minute + random.span(0...minutes * Rhythm.minute)
  }

  private mutating func add(_ event: Household.Event, _ at: Int64) { events.append((at, event)) }
}
