// Planned quiet over a real database: what somebody planned and all that it does is there once, whatever dies when.
import Alerts
import Foundation
import GRDB
import Pipeline
import Testing

@testable import Store

@Suite struct QuietDeskTests {
  let folder: TemporaryFolder
  let storage: FailingStorage

  init() throws {
    folder = try TemporaryFolder()
    storage = FailingStorage(try Store(path: folder.database))
  }

  private func desk(_ policy: DeskPolicy = samplePolicy) async throws -> AlertDesk {
    try await startedDesk(storage, policy)
  }

  private static func request(
    _ kind: PlannedQuiet.Kind = .silence, from: Int64? = nil, until: Int64? = 60, reason: String = "换电池"
  ) -> QuietRequest {
    QuietRequest(
      kind: kind, matcher: AlertMatcher(places: ["hedong"], rules: kind == .outOfService ? ["cold"] : []),
      from: from.map(at), until: kind == .outOfService ? nil : until.map(at), reason: reason, by: "张三")
  }

  private func steps() async throws -> [String] {
    try await storage.store.audit().map { numbered in
      let event = numbered.event
      return "\(event.alert.subject)\(event.number) \(event.kind.rawValue) \((event.at - at(0)) / 1000)"
    }.sorted()
  }

  @Test func whoWhenWhyAreInTheStoryAndTheAudit() async throws {
    let desk = try await desk()
    _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    let outcome = try await desk.plan(Self.request(), at: at(10))
    #expect(outcome.stored && outcome.events.map(\.kind) == [.suppressed])
    #expect(await desk.hiddenByCause == [outcome.quiet.id: 1])
    let id = try #require(outcome.events.first).alert.id
    let story = try #require(try await desk.story(id))
    #expect(story.events.last?.event.by == "张三" && story.events.last?.event.comment == "换电池")
    #expect(story.alert.suppression?.until == at(60) && story.alert.suppression?.who == "张三")
    let ended = try await desk.endQuiet(outcome.quiet.id, by: "李四", at: at(30))
    #expect(ended.events.map(\.kind) == [.released])
    let records = try await storage.store.quietRecords(of: outcome.quiet.id)
    #expect(records.map(\.step) == [.planned, .ended] && records.map(\.by) == ["张三", "李四"])
    await #expect(throws: QuietError.over(id: outcome.quiet.id)) {
      try await desk.endQuiet(outcome.quiet.id, by: "李四", at: at(31))
    }
    await #expect(throws: QuietError.unknown(id: "none")) { try await desk.endQuiet("none", by: "李四", at: at(31)) }
    #expect(try await desk.allPlanned(limit: 9).map(\.endedBy) == ["李四"])
    #expect(await desk.planned(at: at(31)).isEmpty)
  }

  /// Second by second: raises, plans, ends; the desk dies at one of them, before or after its last transaction.
  @Test(arguments: [nil, 1, 3, 5, 6, 9, 10, 15, 20, 21, 25, 29, 30, 31, 39, 40, 41], [false, true])
  func dyingAnywhereLosesAndDoublesNothing(cut: Int?, answerLost: Bool) async throws {
    var desk = try await desk()
    for second in 0...45 {
      if second == cut {
        storage.fail(answerLost ? .loseAnswer : .refuse(.diskFull))
        await desk.advance(to: at(Int64(second)))
        storage.fail(nil)
        desk = try await self.desk()
      }
      switch second {
      case 2: _ = await desk.take([change(.raised, "a", 2)], lane: "main")
      case 5: _ = try await desk.plan(Self.request(from: 10, until: 30), at: at(5))
      case 15: _ = await desk.take([change(.raised, "b", 15)], lane: "main")
      case 20: _ = await desk.take([change(.cleared, "b", 20)], lane: "main")
      case 25: _ = try await desk.plan(Self.request(.outOfService), at: at(25))
      case 40:
        let planned = try #require(await desk.planned(at: at(40)).first)
        _ = try await desk.endQuiet(planned.id, by: "李四", at: at(40))
      default: await desk.advance(to: at(Int64(second)))
      }
    }
    #expect(
      try await steps() == [
        "a1 raised 2", "a2 suppressed 10", "a3 suppressed 25", "a4 released 40", "b1 raised 15", "b2 suppressed 15",
        "b3 cleared 20", "b4 closed 20",
      ])
    #expect(await desk.planned(at: at(45)).isEmpty)
  }

  /// Down while a silence began and ended: both have their true times, and no deadline between was missed.
  @Test func whatBeginsAndEndsWhileNobodyRunsHasItsTrueTime() async throws {
    let first = try await desk()
    _ = await first.take([change(.raised, "a", 2)], lane: "main")
    _ = try await first.plan(Self.request(from: 100, until: 200), at: at(5))
    let second = try await desk()
    let events = await second.advance(to: at(1_000))
    #expect(events.map(\.kind) == [.suppressed, .released] && events.map(\.at) == [at(100), at(200)])
  }

  /// A lane's backlog is behind the time at which somebody plans: what it brings then is hidden, whether the service died between
  /// or not.
  @Test(arguments: [false, true]) func itsTimeDoesNotGoBack(dies: Bool) async throws {
    var desk = try await desk()
    _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    _ = try await desk.plan(Self.request(), at: at(40))
    if dies { desk = try await self.desk() }
    _ = await desk.take([change(.raised, "b", 30)], lane: "main")
    #expect(try await steps() == ["a1 raised 2", "a2 suppressed 40", "b1 raised 30", "b2 suppressed 30"])
  }

  /// Also for a clock that was set back meanwhile.
  @Test func whatWasEndedIsOver() async throws {
    let desk = try await desk()
    let id = try await desk.plan(Self.request(), at: at(10)).quiet.id
    _ = try await desk.endQuiet(id, by: "李四", at: at(30))
    await #expect(throws: QuietError.over(id: id)) { try await desk.endQuiet(id, by: "王五", at: at(20)) }
    #expect(await desk.planned(at: at(20)).isEmpty)
  }

  /// A reload and a restart with the same configuration hide the same: also behind what had ended before.
  @Test(arguments: [false, true]) func anotherConfigurationKnowsWhatHasJustEnded(restarts: Bool) async throws {
    var other = samplePolicy
    other.quiet.settings.inhibit = [
      InhibitRule(
        id: "r", source: AlertMatcher(devices: ["a"]), target: AlertMatcher(devices: ["b"]), within: .everywhere,
        grace: 60_000)
    ]
    var desk = try await desk()
    _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    let id = try #require(try await desk.list(AlertQuery()).alerts.first).id
    _ = try await desk.perform(.acknowledge, on: id, by: "张三", at: at(3))
    _ = await desk.take([change(.cleared, "a", 4)], lane: "main")
    if restarts { desk = try await self.desk(other) } else { await desk.adopt(other) }
    _ = await desk.take([change(.raised, "b", 30)], lane: "main")
    #expect(try await desk.list(AlertQuery()).alerts.map(\.suppression?.by) == [id])
    #expect(await desk.advance(to: at(70)).map(\.at) == [at(64)])
  }

  @Test func itCountsWhileTheDatabaseRefusesAndIsWrittenLater() async throws {
    let desk = try await desk()
    _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    storage.fail(.refuse(.diskFull))
    let outcome = try await desk.plan(Self.request(), at: at(10))
    #expect(!outcome.stored && outcome.events.count == 1)
    #expect(try await desk.allPlanned(limit: 9).map(\.id) == [outcome.quiet.id])
    storage.fail(nil)
    await desk.advance(to: at(11))
    #expect(try await storage.store.plannedQuiet(endingAfter: at(0), limit: 9) == [outcome.quiet])
    let again = try await self.desk()
    #expect(await again.planned(at: at(12)) == [outcome.quiet])
  }

  @Test func aKilledProcessForgetsNothingThatItAnswered() async throws {
    let path = folder.database
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let desk = AlertDesk(storage: try Store(path: path), policy: samplePolicy)
      try await desk.start()
      _ = await desk.take([change(.raised, "a", 2)], lane: "main")
      let matcher = AlertMatcher(places: ["hedong"])
      let request = QuietRequest(kind: .maintenance, matcher: matcher, until: at(60), reason: "检修", by: "张三")
      _ = try await desk.plan(request, at: at(10))
      kill(getpid(), SIGKILL)
    }
    let desk = try await desk()
    #expect(try await desk.list(AlertQuery()).alerts.map(\.suppression?.kind) == [.maintenance])
    #expect(await desk.advance(to: at(61)).map(\.kind) == [.released])
  }

  @Test func whatIsLongOverIsRemovedWithItsRecords() async throws {
    let desk = try await desk()
    let outcome = try await desk.plan(Self.request(), at: at(10))
    let standing = try await desk.plan(Self.request(.outOfService), at: at(11))
    let later = at(90 * 86_400)
    #expect(try await storage.store.prune(alertsClosedBefore: later, auditBefore: later) == 2)
    #expect(try await storage.store.quietRecords(of: outcome.quiet.id).isEmpty)
    #expect(try await desk.allPlanned(limit: 9) == [standing.quiet])
  }
}
