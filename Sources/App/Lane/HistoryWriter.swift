package import Community
package import Pipeline
import Store
package import Synchronization

/// Carries a lane's readings from its journal into the history: follows the journal behind what was committed, decodes again,
/// gathers readings in memory and writes them as one batch with the position they reach to. What memory holds is in the
/// journal behind that position, so a kill at any moment loses nothing and doubles nothing.
///
/// It has no thread and no clock of its own: `turn` does a bounded piece of work. One thread at a time uses it; `install` and
/// `status` are for any thread.
package final class HistoryWriter: @unchecked Sendable {
  // @unchecked: everything that is not a lock belongs to the thread that calls `turn`.

  package struct Settings: Sendable {
    /// Readings gathered before they must be written (24 bytes each).
    package var bufferReadings = 1 << 18
    /// What one turn reads at most.
    package var portion = JournalFollower.Portion(messages: 16_384, bytes: 8 << 20)
    /// Bytes of the journal that may wait to be written: a quarter of its bound, so that its ring never reaches them.
    package var waitingBytes = 256 << 20
    /// Ms between two batches at the latest.
    package var writeEvery: Int64 = 3_600_000
    /// Ms between two looks for small blocks to merge, and points merged at once.
    package var compactEvery: Int64 = 2_000
    package var compactPoints = 64
    /// Ms between two removals of what is too old.
    package var retainEvery: Int64 = 3_600_000
    /// How much of the past is kept; nil where another lane's writer sees to that.
    package var kept: ServiceSettings.HistoryKept?
    package init() {}
  }

  /// What others may know at any time.
  package struct Status: Sendable, Equatable {
    /// Read so far, and written so far.
    package var position: JournalPosition = 0
    package var written: JournalPosition = 0
    /// Readings in memory.
    package var buffered = 0
    /// Since start: readings written, batches, batches refused.
    package var readings: UInt64 = 0
    package var flushes: UInt64 = 0
    package var failedFlushes: UInt64 = 0
    package var late: UInt64 = 0
    /// Retained copies that said nothing new.
    package var retainedIgnored: UInt64 = 0
    package var follower = JournalFollower.Counters()
    /// Why nothing can be written or read at the moment.
    package var trouble: LocalizedText?
  }

  package enum Rest: Sendable, Equatable {
    /// There is more to read at once.
    case none
    /// Nothing to do before the next second.
    case aSecond
  }

  /// Longest pause between two attempts to write, ms.
  private static let longestPause: Int64 = 60_000

  package let lane: String
  /// Readings that may wait in memory.
  package let bufferReadings: Int
  package let status = Mutex(Status())
  private let store: any HistoryKeeping
  private let committed: @Sendable () -> JournalPosition
  private let mayForget: @Sendable () -> Bool
  private let settings: Mutex<Settings>
  private let directory: String
  private var follower: JournalFollower
  private let decoder: MessageDecoder
  private var plan: LanePlan
  private var buffer: ReadingBuffer
  /// nil: not looked up yet.
  private var memories: [PointMemory?]
  /// Of followers before this one.
  private var earlier = JournalFollower.Counters()
  /// Plans that hold from behind a position on.
  private let coming = Mutex<[(plan: LanePlan, after: JournalPosition)]>([])
  private var current = Status()
  private var waitingBytes = 0
  private var isPrepared = false
  private var hasHistory: Bool
  private var lastFlush: Timestamp?
  private var failures = 0
  /// The last batch was refused, but the database may have it all the same.
  private var isInDoubt = false
  private var nextAttempt = Timestamp.distantPast
  private var lastCompaction = Timestamp.distantPast
  private var lastRetention = Timestamp.distantPast
  /// Why the journal cannot be read on, a batch not be written, the database not be kept small.
  private var readTrouble: LocalizedText?
  private var flushTrouble: LocalizedText?
  private var houseTrouble: LocalizedText?

  /// - Parameters:
  ///   - written: what `store.position(lane:)` says.
  ///   - directory: of the lane's journal.
  ///   - mayForget: false while the date may be wrong: nothing is removed for its age then.
  ///   - committed: the position up to which the journal can be read (`Journal.committed`).
  package init(
    lane: String, directory: String, plan: LanePlan, store: any HistoryKeeping, written: JournalPosition,
    settings: Settings = Settings(), mayForget: @escaping @Sendable () -> Bool = { true },
    committed: @escaping @Sendable () -> JournalPosition
  ) {
    self.lane = lane
    bufferReadings = settings.bufferReadings
    self.store = store
    self.committed = committed
    self.mayForget = mayForget
    self.settings = Mutex(settings)
    self.directory = directory
    follower = JournalFollower(directory: directory, after: written)
    hasHistory = written > 0
    self.plan = Self.lean(plan)
    decoder = MessageDecoder(plan: self.plan)
    buffer = ReadingBuffer(points: plan.points.count, capacity: settings.bufferReadings)
    memories = Array(repeating: nil, count: plan.points.count)
    current.position = written
    current.written = written
    status.withLock { [current] in $0 = current }
  }

  /// Strangers and dead letters are the ingest side's business.
  private static func lean(_ plan: LanePlan) -> LanePlan {
    var plan = plan
    plan.limits.discovered = 0
    plan.limits.deadLetters = 1
    return plan
  }

  // MARK: - From any thread

  /// Messages behind `position` are read with `plan`. Must be said before one of them is committed.
  package func install(_ plan: LanePlan, after position: JournalPosition) {
    coming.withLock { $0.append((plan, position)) }
  }

  package func keep(_ kept: ServiceSettings.HistoryKept) {
    settings.withLock { settings in
      if settings.kept != nil { settings.kept = kept }
    }
  }

  // MARK: - One turn

  /// Reads one portion, writes a batch when one is due; in a quiet moment keeps the history small.
  package func turn(now: Timestamp) -> Rest {
    let settings = settings.withLock { $0 }
    let before = follower.position
    let isDone = read(settings, now)
    if isFlushDue(settings, now) { flush(now) }
    if isDone { keepHouse(settings, now) }
    tellStatus()
    return isDone || follower.position == before ? .aSecond : .none
  }

  /// Reads on until everything committed is in memory or on disk, at most `portions` times what a turn takes.
  package func catchUp(now: Timestamp, portions: Int = 64) {
    for _ in 0..<portions where turn(now: now) == .none {}
  }

  /// The end: reads what there is, writes it. What cannot be read in time stays in the journal.
  package func finish(now: Timestamp) {
    catchUp(now: now)
    nextAttempt = now
    flush(now)
    tellStatus()
  }

  /// A point's readings that are not on disk yet, by time, with the position up to which the disk has them.
  package func unwritten(point: String) -> (written: JournalPosition, readings: [HistoryReading]) {
    guard let index = plan.points.firstIndex(where: { $0.id == point }) else { return (current.written, []) }
    let readings = buffer.readings(of: PointID(index))
    // Late ones stand where they came.
    let sorted = readings.contains { $0.isLate } ? readings.sorted { $0.time < $1.time } : readings
    return (current.written, sorted)
  }

  /// Reads up to the next change of plan, or to all that is committed: then it is true.
  private func read(_ settings: Settings, _ now: Timestamp) -> Bool {
    // In this order: a plan that holds from here on was told before anything behind it was committed.
    let committed = committed()
    let change = coming.withLock { $0.first }
    let end = min(committed, change?.after ?? committed)
    readTrouble = nil
    do {
      try prepare()
      waitingBytes += try follower.read(to: end, atMost: settings.portion) { take($0) }
    } catch {
      readTrouble = (error as? StoreError)?.historyText ?? LocalizedText("\(error)")
    }
    if let change, follower.position >= change.after {
      if follower.position > current.written { flush(now) }
      // The flush may have gone back to what the database had all along (`beginAnew`); that is read with the old plan still.
      if buffer.isEmpty, follower.position >= change.after { adopt(change.plan) }
    }
    return follower.position >= committed
  }

  /// False when there is no room, or the database cannot say what the point's newest reading was.
  private func take(_ message: RawMessage) -> Bool {
    if buffer.isFull { return false }
    let entries = decoder.decode(message)
    for entry in entries where entry.kind == .reading {
      guard remember(entry.index) else { return false }
    }
    for entry in entries where entry.kind == .reading {
      let point = Int(entry.index)
      guard let reading = memories[point]!.take(entry, isEvent: plan.points[point].event) else {
        current.retainedIgnored += 1
        continue
      }
      if reading.isLate { current.late += 1 }
      buffer.append(reading, of: entry.index)
    }
    return true
  }

  /// Makes sure that the point's memory is there.
  private func remember(_ point: PointID) -> Bool {
    if memories[Int(point)] != nil { return true }
    do {
      let newest = hasHistory ? try store.last(point: plan.points[Int(point)].id, at: .distantFuture) : nil
      memories[Int(point)] = PointMemory(newest: newest)
      return true
    } catch {
      readTrouble = error.historyText
      return false
    }
  }

  /// What the decoder must know from before: which batteries are low.
  private func prepare() throws(StoreError) {
    if isPrepared { return }
    if hasHistory {
      var low: [String] = []
      for (index, point) in plan.points.enumerated() {
        guard let limit = point.low else { continue }
        let newest = try store.last(point: point.id, at: .distantFuture)
        memories[index] = PointMemory(newest: newest)
        if let newest, newest.isUsable, newest.value < limit { low.append(plan.devices[Int(point.device)].id) }
      }
      decoder.restore(lowBatteryDevices: low)
    }
    isPrepared = true
  }

  // MARK: - Writing

  private func isFlushDue(_ settings: Settings, _ now: Timestamp) -> Bool {
    let last = lastFlush ?? now
    // A clock that was set back must not put the next batch off.
    if lastFlush == nil || now < last { lastFlush = now }
    guard follower.position > current.written else {
      lastFlush = now
      return false
    }
    return buffer.isFull || waitingBytes >= settings.waitingBytes || now - last >= settings.writeEvery
  }

  /// One batch with everything in memory. When the database refuses, everything stays as it is and a pause begins.
  private func flush(_ now: Timestamp) {
    guard follower.position > current.written, now >= nextAttempt || nextAttempt - now > Self.longestPause else {
      return
    }
    let count = buffer.count
    do {
      if isInDoubt, try store.position(lane: lane) > current.written { return try beginAnew(now) }
      try writeBuffer()
    } catch {
      current.failedFlushes += 1
      isInDoubt = true
      flushTrouble = error.historyText
      nextAttempt = now + min(1_000 << min(Int64(failures), 6), Self.longestPause)
      failures += 1
      return
    }
    isWritten(upTo: follower.position, now)
    current.readings += UInt64(count)
  }

  private func isWritten(upTo position: JournalPosition, _ now: Timestamp) {
    buffer.removeAll()
    waitingBytes = 0
    hasHistory = true
    failures = 0
    isInDoubt = false
    lastFlush = now
    flushTrouble = nil
    current.written = position
    current.flushes += 1
  }

  /// A batch that was said to be refused is in the database (an error after the commit). Its readings must not go in twice,
  /// and memory does not know which ones they are: everything behind the stored position is read once more, as after a start.
  private func beginAnew(_ now: Timestamp) throws(StoreError) {
    let position = try store.position(lane: lane)
    isWritten(upTo: position, now)
    earlier = follower.counters + earlier
    follower = JournalFollower(directory: directory, after: position)
    memories = Array(repeating: nil, count: plan.points.count)
    isPrepared = false
  }

  /// By itself, so that nothing holds the buffer when it is emptied.
  private func writeBuffer() throws(StoreError) {
    let batch = HistoryBatch(lane: lane, position: follower.position, count: buffer.points.count) {
      [buffer, plan] in Self.series(buffer.points[$0], buffer, plan)
    }
    _ = try store.write(batch)
  }

  private static func series(_ index: PointID, _ buffer: ReadingBuffer, _ plan: LanePlan) -> HistoryBatch.Series {
    let point = plan.points[Int(index)]
    return HistoryBatch.Series(
      point: point.id, isBoolean: point.values == .boolean,
      holdLimit: point.holdLimit(silentAfter: plan.devices[Int(point.device)].silentAfter),
      readings: buffer.readings(of: index))
  }

  /// Memory is empty: the new plan's points take over what is known about those of the same id.
  private func adopt(_ new: LanePlan) {
    coming.withLock { _ = $0.removeFirst() }
    var known: [String: PointMemory] = [:]
    for (index, memory) in memories.enumerated() { if let memory { known[plan.points[index].id] = memory } }
    plan = Self.lean(new)
    decoder.install(plan)
    memories = plan.points.map { known[$0.id] }
    buffer = ReadingBuffer(points: plan.points.count, capacity: buffer.capacity)
  }

  private func keepHouse(_ settings: Settings, _ now: Timestamp) {
    guard let kept = settings.kept else { return }
    do {
      if now - lastCompaction >= settings.compactEvery || now < lastCompaction {
        lastCompaction = now
        _ = try store.compact(limit: settings.compactPoints)
      }
      if now - lastRetention >= settings.retainEvery || now < lastRetention {
        lastRetention = now
        let today = mayForget() ? now : .distantPast
        _ = try store.retain(
          rawSince: today - kept.raw, hourlySince: today - kept.hourly, maximumBytes: kept.bytes)
      }
      houseTrouble = nil
    } catch {
      houseTrouble = error.historyText
    }
  }

  private func tellStatus() {
    current.trouble = flushTrouble ?? readTrouble ?? houseTrouble
    current.position = follower.position
    current.buffered = buffer.count
    current.follower = follower.counters + earlier
    status.withLock { [current] in $0 = current }
  }
}

extension PointPlan {
  /// Longest time that a reading counts as the point's value, ms: until its device is silent; a press holds for no time.
  package func holdLimit(silentAfter: Int64?) -> Int64 {
    let aYear: Int64 = 366 * 86_400_000
    return event ? 0 : min(silentAfter ?? aYear, aYear)
  }
}
