import Pipeline
import Testing

/// Late, retained, early and batched readings, and what a change says about itself.
@Suite struct ArrivalTests {
  private func scene(_ condition: ConditionPlan, _ kind: PointPlan = .number()) -> Scene {
    var scene = Scene()
    scene.device(points: [kind, .number()])
    scene.rule("r", condition, 0)
    return scene
  }

  private let above = ConditionPlan(predicate: .compare(.last, .above(20)))

  @Test func aLateReadingDrivesNothing() {
    let scene = scene(above)
    let core = scene.core()
    var seen: [LaneCore.AcceptedReading] = []
    core.onReading = { seen.append($0) }
    let messages: [Scene.Message] = [
      .init(at: 10, device: 0, readings: [.init(point: 0, value: 19, time: 9)]),
      .init(at: 12, device: 0, readings: [.init(point: 0, value: 25, time: 8)]),
    ]
    for entry in scene.entries(messages) { core.process(entry) }
    #expect(core.takeChanges().isEmpty)
    #expect(core.counters.late == 1 && core.counters.readings == 1)
    #expect(seen.map(\.isLate) == [false, true])
    #expect(core.snapshot(ofPoint: 0).value == 19)
    #expect(core.readings(ofPoint: 0).count == 1)
  }

  /// A device that sends a batch of its past: the hold is judged by the device's times, not by the batch's.
  @Test func readingsOfOneMessageAreTakenAtTheirOwnTimes() {
    let hold = ConditionPlan(predicate: .compare(.last, .above(20)), hold: 10)
    func batch(_ readings: [(Int64, Double)]) -> [String] {
      let items = readings.map { Scene.Item(point: 0, value: $0.1, time: $0.0) }
      return scene(hold).run([.init(at: 100, device: 0, readings: items)], until: 200)
    }
    #expect(batch([(50, 21), (55, 19), (70, 21), (75, 22)]) == ["r raised 80"])
    #expect(batch([(50, 21), (61, 19)]) == ["r raised 60", "r cleared 61"])
    #expect(batch([(50, 21), (60, 19)]) == [])
    #expect(batch([(50, 21), (59, 19)]) == [])
  }

  @Test func aClockThatRunsAheadSettlesEarly() {
    let hold = ConditionPlan(predicate: .compare(.last, .above(20)), hold: 10)
    let scene = scene(hold)
    let core = scene.core()
    let messages: [Scene.Message] = [
      .init(at: 100, device: 0, readings: [.init(point: 0, value: 21)]),
      .init(at: 105, device: 0, readings: [.init(point: 0, value: 21, time: 115)]),
    ]
    for entry in scene.entries(messages) { core.process(entry) }
    let changes = core.takeChanges()
    #expect(changes.map(\.at.milliseconds) == [110] && changes.map(\.noticedAt.milliseconds) == [105])
  }

  @Test func retainedCopies() {
    let scene = scene(above)
    let core = scene.core()
    func retained(_ at: Int64, _ value: Double) -> Scene.Message {
      .init(at: at, device: 0, isRetained: true, readings: [.init(point: 0, value: value)])
    }
    for entry in scene.entries([retained(1, 21), retained(2, 21)]) { core.process(entry) }
    #expect(core.takeChanges().map(\.at.milliseconds) == [1])
    #expect(core.counters.retainedIgnored == 1)
    let point = core.snapshot(ofPoint: 0)
    #expect(point.reason == .retained && point.quality == .uncertain && point.arrivals == 1)
    #expect(core.snapshot(ofDevice: 0).lastHeard == nil)
  }

  @Test func anOldPressIsNoNewOne() {
    let told = scene(ConditionPlan(predicate: .compare(.last, .equals(1))), .button).run(
      [.init(at: 5, device: 0, isRetained: true, readings: [.init(point: 0, value: 1)])], until: 9)
    #expect(told.isEmpty)
  }

  @Test func aRetainedMessageIsNoSignOfLife() {
    var scene = Scene()
    scene.device(silentAfter: 10, points: [.number()])
    scene.rule("silent", ConditionPlan(predicate: .silent(10)), 0)
    scene.rule("device-silent", ConditionPlan(predicate: .bad([.silent])), 0)
    let told = scene.run(
      [.init(at: 5, device: 0, isRetained: true, readings: [.init(point: 0, value: 1)]), .init(at: 20, device: 0)],
      until: 25)
    #expect(told == ["device-silent raised 10", "silent raised 10", "silent cleared 20", "device-silent cleared 20"])
  }

  /// A clock was set back between two backlogs: the later sign of life counts, with a restart behind it as without.
  @Test func anEarlierSignOfLifeBringsNoSilenceForward() throws {
    var scene = Scene()
    scene.device(silentAfter: 10, points: [.number()])
    scene.rule("device-silent", ConditionPlan(predicate: .bad([.silent])), 0)
    let core = scene.core()
    core.advance(to: Timestamp(milliseconds: 20))
    for (position, arrival) in [(1, 60), (2, 40)] {
      core.process(
        Entry(
          kind: .message, flags: .backlog, index: 0, time: Timestamp(milliseconds: Int64(arrival)),
          position: JournalPosition(position)))
    }
    #expect(core.takeChanges().map { $0.told() } == ["device-silent raised 10", "device-silent cleared 60"])
    let restored = try LaneCore(plan: scene.plan, restoring: core.checkpoint())
    for core in [core, restored] {
      core.advance(to: Timestamp(milliseconds: 100))
      #expect(core.takeChanges().map { $0.told() } == ["device-silent raised 70"])
    }
    #expect(core.checkpoint() == restored.checkpoint())
  }

  /// A device that comes back brings one new value: the old one of the other point must not make a rule true for a moment.
  @Test func aReturningDeviceRaisesNothingByItsOldValues() {
    var scene = Scene()
    scene.device(silentAfter: 10, points: [.number(), .number()])
    scene.device(points: [.number()])
    let leaf = ConditionPlan(predicate: .compare(.last, .above(20)))
    scene.rule(
      "both", [leaf, leaf, ConditionPlan(predicate: .all([0, 1]))], inputs: [[0], [2], []])
    let told = scene.run(
      [
        .init(at: 1, device: 0, readings: [.init(point: 0, value: 21), .init(point: 1, value: 1)]),
        .init(at: 20, device: 1, readings: [.init(point: 2, value: 21)]),
        .init(at: 30, device: 0, readings: [.init(point: 1, value: 1), .init(point: 0, value: 10)]),
      ], until: 35)
    #expect(told.isEmpty)
  }

  @Test func aStuckPointIsBadUntilItMoves() {
    var scene = Scene()
    scene.device(points: [.number(mustChangeWithin: 10)])
    scene.rule("device-stuck", ConditionPlan(predicate: .bad([.stuck])), 0)
    scene.rule("high", ConditionPlan(predicate: .compare(.last, .above(20)), hold: 15), 0)
    let readings = [(0, 21.0), (5, 21), (30, 22), (35, 23)].map {
      Scene.Message(at: Int64($0.0), device: 0, readings: [.init(point: 0, value: $0.1)])
    }
    // Ten of the fifteen were held before it got stuck.
    #expect(
      scene.run(readings, until: 40) == ["device-stuck raised 10", "device-stuck cleared 30", "high raised 35"])
  }

  @Test func aChangeSaysWhatDecidedIt() {
    var scene = Scene()
    scene.device(points: [.number(), .number()])
    let leaf = ConditionPlan(predicate: .compare(.last, .above(20)))
    scene.rule("any-point", leaf, 0, 1)
    scene.rule(
      "average", ConditionPlan(predicate: .compare(.window(.average, 10), .above(20)), hold: 5), 0)
    let core = scene.core()
    let messages: [Scene.Message] = [
      .init(at: 0, device: 0, readings: [.init(point: 0, value: 10), .init(point: 1, value: 30)]),
      .init(at: 8, device: 0, readings: [.init(point: 0, value: 28)]),
    ]
    for entry in scene.entries(messages, from: 40) { core.process(entry) }
    core.advance(to: Timestamp(milliseconds: 17))
    let changes = core.takeChanges()
    #expect(changes.map(\.rule) == ["any-point", "average"])
    #expect(changes.map(\.value) == [30, 28])
    #expect(changes.map(\.point) == ["d0/p1", "d0/p0"])
    #expect(changes.map(\.unit) == ["Cel", "Cel"])
    #expect(changes.map(\.position) == [40, 41] && changes.map(\.ordinal) == [0, 0])
    #expect(changes.map(\.at.milliseconds) == [0, 15] && changes.map(\.noticedAt.milliseconds) == [0, 17])
  }
}
