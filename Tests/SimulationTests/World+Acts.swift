import Alerts
import Pipeline
import Store

/// How often what happens in a run; drawn for each run, so that some know no power cuts and others hardly anything else.
struct Weights {
  enum Act: Int, CaseIterable {
    case publish, broker, loop, core, carry, moment, while_, cut, killSoon, powerSoon, kill, diskFault, storeFault,
      clock
    case stop, reload, forget, brokerDown, deliver, housekeeping, person
  }

  private var values: [Int]
  let killsInRecovery: Bool
  /// Percent of QoS 0 messages.
  let qos0: Int

  init(_ dice: inout Dice) {
    values = Act.allCases.map { $0.usual }
    for act in Act.allCases where act.isFault && dice.chance(45) { values[act.rawValue] = 0 }
    for act in Act.allCases where dice.chance(10) { values[act.rawValue] *= 3 }
    killsInRecovery = dice.chance(50)
    qos0 = dice.pick([0, 0, 10, 50])
  }

  func draw(_ dice: inout Dice) -> Act { Act(rawValue: dice.weighted(values)) ?? .loop }
}

extension Weights.Act {
  fileprivate var usual: Int {
    switch self {
    case .publish: 16
    case .broker: 16
    case .loop: 30
    case .core: 16
    case .carry: 14
    case .moment: 8
    case .while_: 6
    case .deliver, .housekeeping: 3
    case .person: 2
    case .cut, .diskFault, .storeFault: 3
    case .killSoon, .powerSoon: 2
    case .kill, .stop, .clock, .reload, .forget, .brokerDown: 1
    }
  }

  fileprivate var isFault: Bool {
    switch self {
    case .cut, .killSoon, .powerSoon, .kill, .stop, .diskFault, .storeFault, .clock, .reload, .forget, .brokerDown: true
    default: false
    }
  }
}

extension World {
  /// One step.
  func act() async throws {
    let act = weights.draw(&chance.dice)
    switch act {
    case .publish: publish()
    case .broker: broker.turn(packets: chance.dice.pick(0...20))
    case .moment: chance.pass(milliseconds: Int64(chance.dice.pick(0...3_000)))
    case .while_: chance.pass(milliseconds: Int64(chance.dice.pick(10_000...400_000)))
    case .cut: broker.cut(isReset: chance.dice.chance(50))
    case .diskFault: diskFault()
    case .storeFault:
      if chance.dice.chance(60) {
        storeFaults.refusals = chance.dice.pick(1...12)
      } else {
        storeFaults.lostAnswers = 1
      }
    case .clock: chance.wallOffset += Int64(chance.dice.pick(-7_200...7_200)) * 1_000
    case .forget: broker.forgetSession()
    case .brokerDown:
      broker.isUp.toggle()
      if !broker.isUp { broker.cut(isReset: false) }
    default:
      if let process {
        try await perform(act, process)
      } else if chance.dice.chance(25) {
        try await start()
      }
    }
  }

  private func perform(_ act: Weights.Act, _ process: LaneProcess) async throws {
    switch act {
    case .loop: for _ in 0..<chance.dice.pick(1...3) where process.fate.isAlive { turnLoop(process) }
    case .core: turnCore(process, limit: chance.dice.pick([1, 3, 50, 1_000]))
    case .carry:
      for _ in 0..<chance.dice.pick(1...6) where process.fate.isAlive {
        if await !process.carry() { break }
      }
    case .killSoon, .powerSoon:
      death = act == .killSoon ? .kill : .powerCut
      process.fate.effectsLeft = chance.dice.pick(1...25)
    case .kill:
      death = chance.dice.chance(50) ? .kill : .powerCut
      process.fate.die()
    case .stop: await stop(process)
    case .reload: await reload(process)
    case .deliver: try await deliver(process)
    case .housekeeping:
      await process.desk.advance(to: now)
      if finishesReload {
        finishesReload = false
        await process.finishReload(version, self)
      }
    case .person: try await acknowledgeSomething(process)
    default: break
    }
  }

  private func publish() {
    for _ in 0..<chance.dice.pick(1...5) {
      let message = devices.next(&chance.dice, now: chance.wall(), qos0: weights.qos0)
      note("published", message.number, Int(message.qos))
      ledger.published(message)
      broker.publish(message)
      // Several in the same millisecond, and not.
      if chance.dice.chance(50) { chance.pass(milliseconds: Int64(chance.dice.pick(1...20))) }
    }
  }

  private func diskFault() {
    switch chance.dice.pick(0...5) {
    case 0: disk.faults.isFull = true
    case 1: disk.faults.failingSyncs = chance.dice.pick(1...4)
    case 2: disk.faults.failingNames = chance.dice.pick(20...100)
    default: disk.faults = .init()
    }
    note("disk", disk.faults.isAny ? 1 : 0)
  }

  private func acknowledgeSomething(_ process: LaneProcess) async throws {
    let open = try await store.openAlerts().map { $0.id }.sorted()
    guard !open.isEmpty else { return }
    _ = try? await process.desk.perform(.acknowledge, on: chance.dice.pick(open), by: "sim", at: now)
  }
}
