import ConfigFile
import Pipeline
import Rules

/// Rule files and files of rule tests, read against the small community and run.
enum RuleTargets {
  static func rules(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse() else { return }
    let rules = RuleReader.read(node, log: file.log)
    let set = RuleSet(rules, site: SmallCommunity.site, log: file.log)
    try file.check()
    for plan in set.plan.rules {
      for instance in plan.instances {
        try require(instance.inputs.count == plan.conditions.count, "inputs for each condition")
        try require(
          instance.inputs.allSatisfy { $0.allSatisfy { Int($0) < set.plan.points.count } }, "a point that is none")
      }
    }
    try CoreDrive(plan: set.plan).run()
  }

  /// Readings that a test may have to be run here.
  private static let readingsMost = 2_000

  static func tests(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse() else { return }
    let tests = RuleTestReader.read(node, at: SmallCommunity.rules.site, log: file.log)
    try file.check()
    let runner = RuleTestRunner(SmallCommunity.rules, log: file.log)
    for test in tests.prefix(4) {
      var readings = 0
      for series in test.series { for value in series.values { readings += min(value.count, readingsMost) } }
      guard readings < readingsMost else { continue }
      let problems = file.log.errorCount
      let result = runner.run(test)
      try require((result == nil) == (file.log.errorCount > problems) || result == nil, "a result in spite of an error")
    }
    try file.check()
  }
}

/// Drives a core through a short, fixed life and looks whether its checkpoints hold all of it.
struct CoreDrive {
  private static let start = Timestamp(milliseconds: 1_767_583_200_000)
  private static let minute: Int64 = 60_000
  let plan: LanePlan

  func run() throws {
    var core = LaneCore(plan: plan, startedAt: Self.start)
    var position: JournalPosition = 0
    var changes: [ConditionChange] = []
    for step in 0..<6 {
      let time = Self.start + Int64(step) * 7 * Self.minute
      for device in plan.devices.indices where (device + step) % 3 != 0 {
        position += 1
        core.process(Entry(kind: .message, index: DeviceID(device), time: time, position: position))
        for (point, _) in plan.points.enumerated().filter({ Int($0.element.device) == device }) {
          let value = [12.5, 0, 1, 31, 40, 1][(step + point) % 6]
          core.process(
            Entry(kind: .reading, index: PointID(point), time: time, value: value, position: position))
        }
      }
      core.advance(to: time + Self.minute)
      changes += core.takeChanges()
      if step == 3 { core = try restored(core) }
    }
    core.advance(to: Self.start + 3 * 86_400_000)
    changes += core.takeChanges()
    _ = try restored(core)
    for change in changes {
      try require(change.at <= change.noticedAt || change.at <= core.now, "a change in the future")
    }
  }

  private func restored(_ core: LaneCore) throws -> LaneCore {
    let checkpoint = core.checkpoint()
    let again = try LaneCore(plan: plan, restoring: checkpoint)
    try require(again.checkpoint() == checkpoint, "a checkpoint is restored differently")
    return again
  }
}
