import Pipeline
import Testing

/// The core is a function of its entries: batches, ticks and restarts make no difference.
@Suite struct DeterminismTests {
  private static func forget(_ changes: [ConditionChange]) -> [ConditionChange] {
    changes.map {
      var change = $0
      change.noticedAt = .distantPast
      return change
    }
  }

  private static func finish(_ core: LaneCore, _ random: RandomScene) -> [ConditionChange] {
    core.advance(to: Timestamp(milliseconds: (random.end + 50) * random.scene.unit))
    return forget(core.takeChanges())
  }

  private static func plain(_ random: RandomScene) -> [ConditionChange] {
    let core = random.scene.core()
    random.scene.entries(random.messages).withUnsafeBufferPointer { core.process($0) }
    return finish(core, random)
  }

  @Test(arguments: 0..<8) func ticksChangeNothing(block: Int) {
    for seed in block * 100..<(block + 1) * 100 {
      let random = RandomScene(seed: seed, hasPeriods: seed % 2 == 1)
      var numbers = SeededNumbers(seed)
      let core = random.scene.core()
      var clock: Int64 = 0
      for entry in random.scene.entries(random.messages) {
        if entry.kind == .message {
          // A tick says that its time is over: no message of that time may follow.
          for _ in 0..<numbers.pick(0...3) where clock < entry.time.milliseconds {
            clock = Int64.random(in: clock..<entry.time.milliseconds, using: &numbers)
            core.process(Entry(kind: .tick, time: Timestamp(milliseconds: clock), position: 0))
          }
          clock = entry.time.milliseconds
        }
        core.process(entry)
      }
      #expect(Self.finish(core, random) == Self.plain(random), "seed \(seed)")
    }
  }

  @Test(arguments: 0..<8) func aRestartAnywhereChangesNothing(block: Int) throws {
    for seed in block * 50..<(block + 1) * 50 {
      let random = RandomScene(seed: seed, hasPeriods: seed % 2 == 1)
      var numbers = SeededNumbers(seed)
      var core = random.scene.core()
      var changes: [ConditionChange] = []
      for entry in random.scene.entries(random.messages) {
        core.process(entry)
        guard numbers.chance(15) else { continue }
        changes += Self.forget(core.takeChanges())
        let bytes = core.checkpoint()
        core = try LaneCore(plan: random.scene.plan, restoring: bytes)
        #expect(core.checkpoint() == bytes, "seed \(seed)")
        #expect(core.takeOrphans().isEmpty)
      }
      changes += Self.finish(core, random)
      #expect(changes == Self.plain(random), "seed \(seed)")
    }
  }

  @Test func installingTheSamePlanChangesNothing() {
    for seed in 0..<200 {
      let random = RandomScene(seed: seed, hasPeriods: seed % 2 == 1)
      var numbers = SeededNumbers(seed)
      let core = random.scene.core()
      for entry in random.scene.entries(random.messages) {
        if entry.kind == .message && numbers.chance(15) { core.install(random.scene.plan, at: core.now) }
        core.process(entry)
      }
      #expect(Self.finish(core, random) == Self.plain(random), "seed \(seed)")
    }
  }
}
