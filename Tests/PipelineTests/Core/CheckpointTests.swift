import Testing

@testable import Pipeline

/// Restarts and reloads: what is kept, what is dropped, what fell due meanwhile.
@Suite struct CheckpointTests {
  private func scene(threshold: Double = 20, rule: String = "r", hold: Int64 = 10) -> Scene {
    var scene = Scene()
    scene.device(silentAfter: 1000, points: [.number(), .boolean])
    scene.rule(rule, ConditionPlan(predicate: .compare(.last, .above(threshold)), hold: hold), 0)
    return scene
  }

  private func core(_ scene: Scene, _ readings: (Int64, Double)...) -> LaneCore {
    let core = scene.core()
    let messages = readings.map {
      Scene.Message(at: $0.0, device: 0, readings: [.init(point: 0, value: $0.1)])
    }
    for entry in scene.entries(messages) { core.process(entry) }
    return core
  }

  @Test func whatFellDueMeanwhileFiresWithItsTrueTime() throws {
    let bytes = core(scene(), (5, 21)).checkpoint()
    let restored = try LaneCore(plan: scene().plan, restoring: bytes)
    #expect(restored.position == 1 && restored.now.milliseconds == 5)
    restored.advance(to: Timestamp(milliseconds: 500))
    let change = try #require(restored.takeChanges().first)
    #expect(change.at.milliseconds == 15 && change.noticedAt.milliseconds == 500 && change.position == 1)
  }

  /// The alert side may know changes to which the journal does not lead any more: the next one comes behind them all the same.
  @Test(arguments: [(JournalPosition(1), UInt32(7)), (4, 2), (1, 0), (0, 9)])
  func theNextChangeComesBehindWhatIsApplied(position: JournalPosition, ordinal: UInt32) throws {
    let restored = try LaneCore(plan: scene().plan, restoring: core(scene(), (5, 21)).checkpoint())
    let before = restored.checkpoint()
    restored.continueBehind(position, ordinal: ordinal)
    if (position, ordinal) < (1, 0) { #expect(restored.checkpoint() == before, "nothing to do") }
    restored.advance(to: Timestamp(milliseconds: 500))
    let change = try #require(restored.takeChanges().first)
    #expect((change.position, change.ordinal) > (position, ordinal))
    #expect(change.at.milliseconds == 15)
  }

  @Test func damageIsNoticed() {
    let bytes = core(scene(), (5, 21)).checkpoint()
    for index in stride(from: 0, to: bytes.count, by: 7) {
      var damaged = bytes
      damaged[index] ^= 0x10
      #expect(throws: CheckpointError.damaged) { try LaneCore(plan: scene().plan, restoring: damaged) }
    }
    for length in [0, 3, 4, 20, bytes.count - 1] {
      #expect(throws: CheckpointError.damaged) {
        try LaneCore(plan: scene().plan, restoring: Array(bytes.prefix(length)))
      }
    }
  }

  private func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// The checkpoint with eight other bytes at a place, and a checksum that fits.
  private func forged(_ checkpoint: [UInt8], at place: Int?, _ number: some FixedWidthInteger) throws -> [UInt8] {
    let place = try #require(place)
    var forged = checkpoint
    forged.replaceSubrange(place..<place + 8, with: bytes(number))
    let sum = forged.dropLast(4).withUnsafeBytes { CRC32C.checksum($0.baseAddress!, $0.count) }
    forged.replaceSubrange(forged.count - 4..<forged.count, with: bytes(sum))
    return forged
  }

  /// A core takes in numbers only; with a checksum that fits, too, nothing else may come back.
  @Test(arguments: [Double.nan, .infinity, -.infinity]) func aValueThatIsNoNumberIsDamage(value: Double) throws {
    let whole = core(scene(), (5, 21.25)).checkpoint()
    let place = whole.firstRange(of: bytes(21.25.bitPattern))?.lowerBound
    let forged = try forged(whole, at: place, value.bitPattern)
    #expect(throws: CheckpointError.damaged) { try LaneCore(plan: scene().plan, restoring: forged) }
  }

  /// A period that ends where there is none would be due for ever; the first moment of a window at the beginning of all times,
  /// or a reading in it at their end, would overflow.
  @Test func aTimeThatCannotBeIsDamage() throws {
    let plain = core(scene(), (5, 21)).checkpoint()
    // Of the rule's only node, the last times of the checkpoint: when the leaf and when the period is due.
    let dues = plain.ranges(of: bytes(Int64.max) + bytes(Int64.max)).last?.lowerBound
    let due = try forged(plain, at: dues.map { $0 + 8 }, Int64(5))
    #expect(throws: CheckpointError.damaged) { try LaneCore(plan: scene().plan, restoring: due) }

    var mean = Scene()
    mean.device(points: [.number()])
    mean.rule("mean", ConditionPlan(predicate: .compare(.window(.average, 10), .above(20))), 0)
    let window = core(mean, (123_457, 21)).checkpoint()
    let times = window.ranges(of: bytes(Int64(123_457))).suffix(2).map(\.lowerBound)
    #expect(throws: Never.self) {
      try LaneCore(plan: mean.plan, restoring: try forged(window, at: times.last, Int64(123_457)))
    }
    for (place, time) in zip(times, [Int64.min, .max]) {
      let forged = try forged(window, at: place, time)
      #expect(throws: CheckpointError.damaged) { try LaneCore(plan: mean.plan, restoring: forged) }
    }
  }

  /// A new plan has more patience with one device and less with a point of another. Both are looked at again with the next
  /// message; a restart in between must not turn their order, or changes that are known would be taken for others.
  @Test func devicesThatAreLookedAtAgainKeepTheirOrder() throws {
    func scene(silentAfter: Int64, mustChangeWithin: Int64) -> Scene {
      var scene = Scene()
      scene.device(points: [.number(mustChangeWithin: mustChangeWithin)])
      scene.device(silentAfter: silentAfter, points: [.number()])
      scene.rule("device-stuck", ConditionPlan(predicate: .bad([.stuck])), 0)
      scene.rule("high", ConditionPlan(predicate: .compare(.last, .above(20))), 1)
      return scene
    }
    let old = scene(silentAfter: 10, mustChangeWithin: 1_000)
    let live = old.core()
    let messages: [Scene.Message] = [
      .init(at: 1, device: 0, readings: [.init(point: 0, value: 5)]),
      .init(at: 2, device: 1, readings: [.init(point: 1, value: 1)]),
      .init(at: 30, device: 0, readings: [.init(point: 0, value: 5)]),
      .init(at: 31, device: 1, isRetained: true, readings: [.init(point: 1, value: 21)]),
    ]
    for entry in old.entries(messages) { live.process(entry) }
    live.install(scene(silentAfter: 500, mustChangeWithin: 20).plan, at: Timestamp(milliseconds: 40))
    #expect(live.takeChanges().isEmpty)
    let restored = try LaneCore(plan: live.plan, restoring: live.checkpoint())
    for core in [live, restored] { core.advance(to: Timestamp(milliseconds: 50)) }
    let changes = live.takeChanges()
    #expect(changes.map { $0.told() } == ["device-stuck raised 40", "high raised 40"])
    #expect(restored.takeChanges() == changes)
  }

  @Test func unknownIdsAreDroppedAndCounted() throws {
    let bytes = core(scene(hold: 0), (5, 21)).checkpoint()
    var other = Scene()
    other.device(points: [.number()])
    other.plan.devices[0].id = "another"
    other.plan.points[0].id = "another/p0"
    let restored = try LaneCore(plan: other.plan, restoring: bytes)
    // The device, its two points, the rule.
    #expect(restored.counters.droppedAtRestore == 4)
    #expect(restored.takeOrphans() == [.init(rule: "r", subject: "home")])
    #expect(restored.takeOrphans().isEmpty)
  }

  @Test func reloadKeepsAHoldWhoseRuleIsTheSame() {
    let core = core(scene(), (5, 21))
    var plan = scene().plan
    // Other order, another rule, another device: the state follows the ids.
    plan.rules.insert(RulePlan(id: "first", conditions: plan.rules[0].conditions, instances: []), at: 0)
    core.install(plan, at: Timestamp(milliseconds: 12))
    core.advance(to: Timestamp(milliseconds: 20))
    #expect(core.takeChanges().map { $0.told() } == ["r raised 15"])
  }

  /// INTERFACE §3: a reload keeps every alert whose rule still exists. The new conditions say whether it goes on.
  @Test(
    arguments: [
      (20.5, 0, []), (20.5, 10, []), (21, 0, ["r cleared 12"]), (30, 10, ["r cleared 12"]), (5, 100, []),
    ] as [(Double, Int64, [String])])
  func anEditedRuleKeepsItsAlert(threshold: Double, hold: Int64, told: [String]) throws {
    let core = core(scene(hold: 0), (5, 21))
    #expect(core.takeChanges().count == 1 && core.raised.count == 1)
    let checkpoint = core.checkpoint()
    let plan = scene(threshold: threshold, hold: hold).plan
    core.install(plan, at: Timestamp(milliseconds: 12))
    // A restart with the new configuration does the same.
    let restarted = try LaneCore(plan: plan, restoring: checkpoint)
    for core in [core, restarted] {
      core.advance(to: Timestamp(milliseconds: 300))
      #expect(core.takeOrphans().isEmpty && core.raised.count == (told.isEmpty ? 1 : 0))
    }
    #expect(core.takeChanges().map { $0.told() } == told)
    #expect(restarted.takeChanges().map { $0.told() } == told.map { $0.replacing("12", with: "5") })
  }

  /// Version 3 is 4 without what the rules measured. An edited rule keeps its alert even so.
  @Test(arguments: [(20.0, []), (20.5, []), (30, ["r cleared 5"])] as [(Double, [String])])
  func versionThreeIsRead(threshold: Double, told: [String]) throws {
    let old = scene(hold: 0)
    let core = core(old, (5, 21))
    let rule = try #require(old.plan.rules.first)
    var checkpoint = core.checkpoint()
    let measures = bytes(UInt32(1)) + bytes(rule.digest) + bytes(UInt32(1)) + bytes(rule.measures[0])
    let place = try #require(checkpoint.firstRange(of: measures))
    checkpoint.removeSubrange(place)
    // Magic and version are the first eight bytes.
    let head = UInt64(LaneCore.magic) | 3 << 32
    let version3 = try forged(checkpoint, at: 0, head)
    let restored = try LaneCore(plan: scene(threshold: threshold, hold: 0).plan, restoring: version3)
    #expect(restored.raised.count == (told.isEmpty ? 1 : 0) && restored.takeOrphans().isEmpty)
    #expect(restored.takeChanges().map { $0.told() } == told)
    #expect(restored.readings(ofPoint: 0) == core.readings(ofPoint: 0))
  }

  /// …and every hold: what has held goes on to count if it satisfies the new condition, too.
  @Test(
    arguments: [
      (20.5, 10, "r raised 15"), (20.5, 30, "r raised 35"), (20.5, 4, "r raised 12"), (21, 10, nil),
    ] as [(Double, Int64, String?)])
  func anEditedRuleKeepsItsHold(threshold: Double, hold: Int64, told: String?) {
    let core = core(scene(hold: 10), (5, 21))
    core.install(scene(threshold: threshold, hold: hold).plan, at: Timestamp(milliseconds: 12))
    core.advance(to: Timestamp(milliseconds: 300))
    #expect(core.takeChanges().map { $0.told() } == [told].compactMap(\.self))
  }

  /// What a window holds is of use to another threshold; another window begins with the last readings.
  @Test(
    arguments: [(10, 12, []), (10, 30, ["w cleared 40"]), (20, 12, []), (20, 30, ["w cleared 40"])]
      as [(Int64, Double, [String])])
  func anEditedWindow(width: Int64, threshold: Double, told: [String]) {
    func scene(_ width: Int64, _ threshold: Double) -> Scene {
      var scene = Scene()
      scene.device(points: [.number()])
      scene.rule("w", ConditionPlan(predicate: .compare(.window(.average, width), .above(threshold))), 0)
      return scene
    }
    let core = core(scene(10, 14), (0, 10), (5, 12), (9, 17), (20, 25), (30, 25), (38, 25))
    #expect(core.takeChanges().map { $0.told() } == ["w raised 10"])
    core.install(scene(width, threshold).plan, at: Timestamp(milliseconds: 40))
    core.advance(to: Timestamp(milliseconds: 300))
    #expect(core.takeOrphans().isEmpty)
    #expect(core.takeChanges().map { $0.told() } == told)
  }

  /// A rule of another shape: its alert is kept until the new conditions say that it is over.
  @Test func anAlertOutlivesAnotherShapeOfItsRule() {
    let core = core(scene(hold: 0), (5, 21))
    _ = core.takeChanges()
    var other = Scene()
    other.device(silentAfter: 1000, points: [.number(), .boolean])
    let leaves = [20.0, 15].map { ConditionPlan(predicate: .compare(.last, .above($0))) }
    let root = ConditionPlan(predicate: .all([0, 1]))
    other.plan.rules = [
      RulePlan(
        id: "r", conditions: leaves + [root],
        instances: [InstancePlan(subject: "home", place: "home", inputs: [[0], [0], []])])
    ]
    core.install(other.plan, at: Timestamp(milliseconds: 12))
    #expect(core.takeOrphans().isEmpty && core.takeChanges().isEmpty && core.raised.count == 1)
    let cooler = Scene.Message(at: 20, device: 0, readings: [.init(point: 0, value: 16)])
    for entry in other.entries([cooler], from: 2) { core.process(entry) }
    core.advance(to: Timestamp(milliseconds: 30))
    #expect(core.takeChanges().map { $0.told() } == ["r cleared 20"])
  }

  /// A built-in fault that gets a hold, or loses it, or is about other reasons.
  @Test func anEditedFaultKeepsItsAlert() {
    func scene(_ reasons: Set<QualityReason>, hold: Int64) -> Scene {
      var scene = Scene()
      scene.device(points: [.number()])
      let condition = ConditionPlan(predicate: .bad(reasons), hold: hold)
      let everywhere = InstanceList(at: [0], of: scene.plan.points, scene.plan.devices, isNamedByDevice: false)
      scene.plan.rules = [RulePlan(id: "fault", conditions: [condition], instances: everywhere)]
      return scene
    }
    let plain = scene([.sensorFault], hold: 0)
    let core = plain.core()
    let message = Scene.Message(at: 5, device: 0, readings: [.init(point: 0, value: 0, reason: .sensorFault)])
    for entry in plain.entries([message]) { core.process(entry) }
    core.advance(to: Timestamp(milliseconds: 6))
    #expect(core.takeChanges().map { $0.told() } == ["fault raised 5"])
    let steps: [(Int64, Scene, [String])] = [
      (10, scene([.sensorFault], hold: 100), []), (20, plain, []),
      (30, scene([.sensorFault, .notANumber], hold: 0), []), (40, scene([.notANumber], hold: 0), ["fault cleared 40"]),
    ]
    for (time, scene, told) in steps {
      core.install(scene.plan, at: Timestamp(milliseconds: time))
      core.advance(to: Timestamp(milliseconds: time + 5))
      #expect(core.takeOrphans().isEmpty && core.takeChanges().map { $0.told() } == told, "at \(time)")
    }
  }

  @Test func anUnchangedActiveRuleIsNoOrphan() {
    let core = core(scene(hold: 0), (5, 21))
    _ = core.takeChanges()
    core.install(scene(hold: 0).plan, at: Timestamp(milliseconds: 12))
    #expect(core.takeOrphans().isEmpty && core.takeChanges().isEmpty && core.raised.count == 1)
  }

  @Test func aNewRuleSeesTheLastReadings() {
    let core = core(scene(), (0, 10), (5, 12), (9, 17))
    var scene = scene()
    scene.rule("average", ConditionPlan(predicate: .compare(.window(.average, 10), .above(14))), 0)
    scene.rule("rose", ConditionPlan(predicate: .changes(by: 7, within: 10)), 0)
    scene.rule("quiet", ConditionPlan(predicate: .quiet(8)), 0)
    core.install(scene.plan, at: Timestamp(milliseconds: 10))
    core.advance(to: Timestamp(milliseconds: 18))
    #expect(
      core.takeChanges().map { $0.told() } == [
        "average raised 10", "rose raised 10", "rose cleared 15", "quiet raised 17",
      ])
  }

  @Test func aGroupMayGrowAndShrink() {
    var scene = Scene()
    scene.device(points: [.number(), .number()])
    let leaf = ConditionPlan(predicate: .compare(.last, .above(20)))
    scene.rule("r", leaf, 0)
    let core = scene.core()
    let both = [Scene.Item(point: 0, value: 10), Scene.Item(point: 1, value: 21)]
    for entry in scene.entries([.init(at: 1, device: 0, readings: both)]) { core.process(entry) }
    var plan = scene.plan
    plan.rules[0].instances[0].inputs = [[0, 1]]
    core.install(plan, at: Timestamp(milliseconds: 5))
    core.install(scene.plan, at: Timestamp(milliseconds: 9))
    #expect(core.takeChanges().map { $0.told() } == ["r raised 5", "r cleared 9"])
    #expect(core.takeOrphans().isEmpty)
  }

  @Test func statusAfterARestart() throws {
    let before = core(scene(), (5, 21), (6, 22))
    let after = try LaneCore(plan: scene().plan, restoring: before.checkpoint())
    #expect(after.snapshot(ofPoint: 0) == before.snapshot(ofPoint: 0))
    #expect(after.snapshot(ofDevice: 0) == before.snapshot(ofDevice: 0))
    #expect(after.readings(ofPoint: 0) == before.readings(ofPoint: 0))
    #expect(after.counters == before.counters && after.version == before.version)
  }
}
