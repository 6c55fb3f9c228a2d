import Community
import Foundation
import Pipeline
import Store
import Synchronization
import TestSupport
import Testing

@testable import App

/// The writer without its thread: turns with a clock of the test, a real journal, a database that refuses when told to.
@Suite struct HistoryWriterTests {
  /// A lane's journal with one thermometer's messages, and the writer behind it.
  final class Scene {
    let folder: TemporaryDirectory
    let journal: Journal
    let store: HistoryStore
    let keeping: RefusingHistory
    private(set) var writer: HistoryWriter
    var plan: LanePlan
    var settings = HistoryWriter.Settings()
    var now = Timestamp(milliseconds: 1_767_582_000_000)
    let committed = Committed()

    final class Committed: Sendable {
      let value = Atomic<JournalPosition>(0)
    }

    private let mayForget: @Sendable () -> Bool

    init(
      journalBytes: Int = 64 << 20, settings: HistoryWriter.Settings = .init(),
      mayForget: @escaping @Sendable () -> Bool = { true }
    ) throws {
      self.mayForget = mayForget
      folder = try TemporaryDirectory("history")
      journal = try Journal(
        directory: folder.file("journal"), options: .init(maximumBytes: journalBytes, segmentBytes: 8 << 10))
      store = try HistoryStore(path: folder.file("history.sqlite"))
      keeping = RefusingHistory(store)
      plan = Self.plan(["d0"])
      self.settings = settings
      writer = Self.writer(folder, plan, keeping, settings, committed, mayForget)
    }

    static func plan(_ ids: [String]) -> LanePlan {
      var plan = LanePlan()
      plan.profiles = [
        ProfilePlan(
          name: "p", points: ["t"],
          messages: [
            MessagePlan(
              topic: "t/{device}", format: .json, time: ["at"],
              fields: [FieldPlan(slot: 0, pointer: ["t"], faults: ["error"])])
          ])
      ]
      for (index, id) in ids.enumerated() {
        plan.devices.append(
          DevicePlan(
            id: id, profile: 0, place: "home", match: ["device": String(id.prefix(2))], firstPoint: PointID(index),
            silentAfter: nil))
        plan.points.append(
          PointPlan(id: id + "/t", device: DeviceID(index), quantity: "temperature", unit: "Cel"))
      }
      return plan
    }

    private static func writer(
      _ folder: TemporaryDirectory, _ plan: LanePlan, _ keeping: RefusingHistory, _ settings: HistoryWriter.Settings,
      _ committed: Committed, _ mayForget: @escaping @Sendable () -> Bool
    ) -> HistoryWriter {
      HistoryWriter(
        lane: "lane", directory: folder.file("journal"), plan: plan, store: keeping,
        written: (try? keeping.store.position(lane: "lane")) ?? 0, settings: settings,
        mayForget: mayForget, committed: { committed.value.load(ordering: .acquiring) })
    }

    /// A message of device `d0`, arriving now.
    func send(_ payload: String, device: String = "d0", retained: Bool = false) {
      Array("t/\(device)".utf8).withUnsafeBytes { topic in
        Array(payload.utf8).withUnsafeBytes { payload in
          _ = journal.append(RawMessage(topic: topic, payload: payload, arrival: now, qos: 1, retained: retained))
        }
      }
      now = now + 1_000
    }

    func commit() throws {
      try journal.commit(sync: true)
      committed.value.store(journal.committed, ordering: .releasing)
    }

    /// As after a kill: nothing but the files is left.
    func restart() { writer = Self.writer(folder, plan, keeping, settings, committed, mayForget) }

    func stored(_ point: String = "d0/t") throws -> [HistoryReading] {
      try store.readings(point: point, from: .distantPast, to: .distantFuture, limit: 1_000_000)
    }

    /// What an answer shows: disk and memory together.
    func all(_ point: String = "d0/t") throws -> [HistoryReading] {
      writer.catchUp(now: now)
      let memory = writer.unwritten(point: point)
      #expect(try store.position(lane: "lane") == memory.written)
      return try stored(point) + memory.readings
    }

    var status: HistoryWriter.Status { writer.status.withLock { $0 } }
  }

  @Test func readingsGoThroughMemoryToDisk() throws {
    let scene = try Scene()
    for value in 0..<10 { scene.send(#"{"t":\#(value)}"#) }
    #expect(try scene.all().isEmpty, "nothing is shown that is not committed")
    try scene.commit()
    #expect(try scene.all().map(\.value) == (0..<10).map(Double.init))
    #expect(try scene.stored().isEmpty)
    scene.now = scene.now + 3_600_000
    #expect(scene.writer.turn(now: scene.now) == .aSecond)
    #expect(try scene.stored().map(\.value) == (0..<10).map(Double.init))
    #expect(try scene.all().count == 10)
    #expect(scene.status.flushes == 1 && scene.status.readings == 10 && scene.status.written == 10)
    #expect(scene.status.buffered == 0)
  }

  @Test(arguments: 1...10) func aKillAtAnyMomentLosesAndDoublesNothing(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var settings = HistoryWriter.Settings()
    settings.bufferReadings = 40
    settings.portion = .init(messages: 7, bytes: 1 << 20)
    let scene = try Scene(settings: settings)
    var sent = 0
    for _ in 0..<300 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        scene.send(#"{"t":\#(sent)}"#)
        sent += 1
      case 5..<7: try scene.commit()
      case 7: scene.keeping.refusal.store(Bool.random(using: &random), ordering: .relaxed)
      case 8: scene.restart()
      default:
        scene.now = scene.now + Int64.random(in: 0...100_000, using: &random)
        _ = scene.writer.turn(now: scene.now)
      }
      let stored = try scene.stored().map(\.value)
      #expect(stored == (0..<stored.count).map(Double.init))
    }
    scene.keeping.refusal.store(false, ordering: .relaxed)
    try scene.commit()
    #expect(try scene.all().map(\.value) == (0..<sent).map(Double.init))
    scene.writer.finish(now: scene.now)
    #expect(try scene.stored().map(\.value) == (0..<sent).map(Double.init))
    #expect(scene.status.follower.lost == 0)
  }

  @Test func whileTheDatabaseRefusesEverythingWaits() throws {
    var settings = HistoryWriter.Settings()
    settings.bufferReadings = 20
    let scene = try Scene(settings: settings)
    scene.keeping.refusal.store(true, ordering: .relaxed)
    for value in 0..<50 { scene.send(#"{"t":\#(value)}"#) }
    try scene.commit()
    scene.writer.catchUp(now: scene.now)
    #expect(scene.status.trouble?.en == "the disk is full")
    #expect(scene.status.buffered == 20 && scene.status.written == 0 && scene.status.position == 20)
    // Pauses grow: in ten minutes of seconds not 600 attempts.
    let before = scene.keeping.attempts.load(ordering: .relaxed)
    for _ in 0..<600 {
      scene.now = scene.now + 1_000
      #expect(scene.writer.turn(now: scene.now) == .aSecond)
    }
    let attempts = scene.keeping.attempts.load(ordering: .relaxed) - before
    #expect(attempts > 8 && attempts < 20)
    #expect(scene.status.failedFlushes == UInt64(attempts + before))
    scene.keeping.refusal.store(false, ordering: .relaxed)
    scene.now = scene.now + 60_000
    scene.writer.catchUp(now: scene.now)
    #expect(scene.status.trouble == nil)
    #expect(try scene.all().map(\.value) == (0..<50).map(Double.init))
  }

  /// The database said no and meant yes: what came since is written, what was in that batch not again.
  @Test func aBatchWhoseAnswerWasLostIsNotWrittenTwice() throws {
    let scene = try Scene()
    for value in 0..<3 { scene.send(#"{"t":\#(value)}"#) }
    try scene.commit()
    scene.keeping.losesAnswer.store(true, ordering: .relaxed)
    scene.writer.finish(now: scene.now)
    #expect(scene.status.failedFlushes == 1 && scene.status.written == 0)
    for value in 3..<5 { scene.send(#"{"t":\#(value)}"#) }
    try scene.commit()
    scene.writer.catchUp(now: scene.now)
    #expect(scene.status.position == 5)
    scene.keeping.losesAnswer.store(false, ordering: .relaxed)
    scene.writer.finish(now: scene.now)
    #expect(scene.status.written == 3)
    #expect(try scene.all().map(\.value) == (0..<5).map(Double.init))
    scene.writer.finish(now: scene.now)
    #expect(try scene.stored().map(\.value) == (0..<5).map(Double.init))
    #expect(try scene.stored().allSatisfy { !$0.isLate })
    #expect(scene.status.follower.lost == 0)
  }

  @Test func lateOnesAreMarkedAlsoAcrossARestart() throws {
    let scene = try Scene()
    let base = scene.now.milliseconds
    scene.send(#"{"t":1,"at":\#(base)}"#)
    scene.send(#"{"t":2,"at":\#(base - 60_000)}"#)
    scene.send(#"{"t":"error","at":\#(base + 1_000)}"#)
    try scene.commit()
    scene.writer.finish(now: scene.now)
    scene.restart()
    scene.send(#"{"t":3,"at":\#(base + 500)}"#)
    scene.send(#"{"t":4,"at":\#(base + 2_000)}"#)
    try scene.commit()
    let all = try scene.all()
    #expect(all.filter(\.isLate).map(\.value) == [2, 3])
    #expect(all.filter { $0.reason == .sensorFault }.count == 1 && all.count == 5)
    #expect(scene.status.late == 1)
  }

  @Test func repeatedRetainedReadingsAreNotKept() throws {
    let scene = try Scene()
    scene.send(#"{"t":5}"#, retained: true)
    scene.send(#"{"t":5}"#, retained: true)
    scene.send(#"{"t":5}"#)
    try scene.commit()
    scene.writer.finish(now: scene.now)
    scene.restart()
    scene.send(#"{"t":5}"#, retained: true)
    scene.send(#"{"t":6}"#, retained: true)
    try scene.commit()
    #expect(try scene.all().map(\.value) == [5, 5, 6])
    #expect(try scene.all().last?.reason == .retained)
  }

  @Test func aReloadHoldsFromItsPositionOn() throws {
    let scene = try Scene()
    scene.send(#"{"t":1}"#)
    scene.send(#"{"t":2}"#, device: "d1")
    scene.writer.install(Scene.plan(["d1", "d0"]), after: 2)
    scene.send(#"{"t":3}"#)
    scene.send(#"{"t":4}"#, device: "d1")
    scene.writer.install(Scene.plan(["d1-new"]), after: 4)
    scene.send(#"{"t":5}"#)
    scene.send(#"{"t":6}"#, device: "d1")
    try scene.commit()
    #expect(try scene.all("d0/t").map(\.value) == [1, 3])
    #expect(try scene.all("d1/t").map(\.value) == [4])
    #expect(try scene.all("d1-new/t").map(\.value) == [6])
  }

  @Test func aReloadWaitsForADatabaseThatRefuses() throws {
    let scene = try Scene()
    scene.send(#"{"t":1}"#)
    scene.writer.install(Scene.plan(["d0", "d1"]), after: 1)
    scene.send(#"{"t":2}"#, device: "d1")
    try scene.commit()
    scene.keeping.refusal.store(true, ordering: .relaxed)
    scene.writer.catchUp(now: scene.now)
    #expect(scene.status.position == 1 && scene.status.trouble != nil)
    scene.keeping.refusal.store(false, ordering: .relaxed)
    scene.now = scene.now + 60_000
    #expect(try scene.all("d1/t").map(\.value) == [2])
    #expect(try scene.all("d0/t").map(\.value) == [1])
  }

  /// What is read once more because an answer was lost lies in front of the reload, and is read with the plan from before it.
  @Test func aReloadAfterALostAnswerHoldsFromItsPositionOn() throws {
    let scene = try Scene()
    scene.send(#"{"t":1}"#)
    try scene.commit()
    scene.keeping.losesAnswer.store(true, ordering: .relaxed)
    scene.writer.finish(now: scene.now)
    scene.keeping.losesAnswer.store(false, ordering: .relaxed)
    scene.send(#"{"t":2}"#, device: "d1")
    scene.writer.install(Scene.plan(["d0", "d1"]), after: 2)
    scene.send(#"{"t":3}"#, device: "d1")
    try scene.commit()
    scene.now = scene.now + 60_000
    #expect(try scene.all("d1/t").map(\.value) == [3])
    #expect(try scene.all("d0/t").map(\.value) == [1])
  }

  @Test func aRingThatOvertakesIsTold() throws {
    let scene = try Scene(journalBytes: 128 << 10)
    scene.send(#"{"t":0}"#)
    try scene.commit()
    scene.writer.catchUp(now: scene.now)
    for value in 1..<5_000 { scene.send(#"{"t":\#(value)}"#) }
    try scene.commit()
    let all = try scene.all().map(\.value)
    #expect(all.first == 0 && all.last == 4_999)
    #expect(scene.status.follower.lost > 0)
    #expect(UInt64(all.count) + scene.status.follower.lost == 5_000)
  }

  @Test func aBatchIsWrittenWhenAQuarterOfTheJournalWaits() throws {
    var settings = HistoryWriter.Settings()
    settings.waitingBytes = 10_000
    let scene = try Scene(settings: settings)
    for value in 0..<100 { scene.send(#"{"t":\#(value)}"#) }
    try scene.commit()
    scene.writer.catchUp(now: scene.now)
    #expect(scene.status.flushes == 0)
    for value in 100..<300 { scene.send(#"{"t":\#(value)}"#) }
    try scene.commit()
    scene.writer.catchUp(now: scene.now)
    #expect(scene.status.flushes == 1 && scene.status.buffered == 0)
  }

  @Test func aClockSetBackDoesNotPutTheNextBatchOff() throws {
    let scene = try Scene()
    scene.send(#"{"t":1}"#)
    try scene.commit()
    _ = scene.writer.turn(now: scene.now)
    let past = scene.now - 30 * 86_400_000
    _ = scene.writer.turn(now: past)
    _ = scene.writer.turn(now: past + 3_600_000)
    #expect(scene.status.flushes == 1)
  }

  @Test func theHistoryIsKeptSmallInQuietMoments() throws {
    var settings = HistoryWriter.Settings()
    settings.kept = ServiceSettings.HistoryKept(raw: 1_000, hourly: 2_000, bytes: 3_000)
    let scene = try Scene(settings: settings)
    for _ in 0..<10 {
      scene.now = scene.now + 1_000
      _ = scene.writer.turn(now: scene.now)
    }
    #expect(scene.keeping.compactions.load(ordering: .relaxed) == 5)
    #expect(scene.keeping.retained.withLock { $0 } == [(scene.now - 10_000).milliseconds])
  }

  /// A date that may be wrong removes nothing for its age; the size is bounded all the same.
  @Test func aDoubtfulDateForgetsNothing() throws {
    var settings = HistoryWriter.Settings()
    settings.kept = ServiceSettings.HistoryKept(raw: 1_000, hourly: 2_000, bytes: 3_000)
    let isSure = AtomicFlag()
    let scene = try Scene(settings: settings, mayForget: { isSure.isRaised })
    scene.now = scene.now + 365 * 86_400_000
    _ = scene.writer.turn(now: scene.now)
    let since = try #require(scene.keeping.retained.withLock { $0.first })
    #expect(since < Timestamp(milliseconds: 0).milliseconds)
    isSure.raise()
    scene.now = scene.now + settings.retainEvery
    _ = scene.writer.turn(now: scene.now)
    #expect(scene.keeping.retained.withLock { $0.dropFirst() } == [(scene.now - 1_000).milliseconds])
  }
}

/// A history that refuses to write when told to, and counts.
final class RefusingHistory: HistoryKeeping {
  let store: HistoryStore
  let refusal = Atomic(false)
  /// A batch is taken in, and nobody is told.
  let losesAnswer = Atomic(false)
  let attempts = Atomic(0)
  let compactions = Atomic(0)
  let retained = Mutex<[Int64]>([])

  init(_ store: HistoryStore) { self.store = store }

  func position(lane: String) throws(StoreError) -> JournalPosition { try store.position(lane: lane) }
  func last(point: String, at time: Timestamp) throws(StoreError) -> HistoryReading? {
    try store.last(point: point, at: time)
  }
  func write(_ batch: HistoryBatch) throws(StoreError) -> Bool {
    attempts.add(1, ordering: .relaxed)
    if refusal.load(ordering: .relaxed) { throw .diskFull }
    let isNew = try store.write(batch)
    if losesAnswer.load(ordering: .relaxed) { throw .inputOutput(reason: "the answer was lost") }
    return isNew
  }
  func compact(limit: Int) throws(StoreError) -> Int {
    compactions.add(1, ordering: .relaxed)
    return try store.compact(limit: limit)
  }
  func retain(
    rawSince: Timestamp, hourlySince: Timestamp, maximumBytes: Int64?
  ) throws(StoreError) -> HistoryRemoval {
    retained.withLock { $0.append((rawSince).milliseconds) }
    return try store.retain(rawSince: rawSince, hourlySince: hourlySince, maximumBytes: maximumBytes)
  }
}
