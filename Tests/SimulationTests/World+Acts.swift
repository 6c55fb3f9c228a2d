import Alerts
import Pipeline
import Store

@testable import App

/// How often what happens in a run; drawn for each run, so that some know no power cuts and others hardly anything else.
struct Weights {
  enum Act: Int, CaseIterable {
    case publish, broker, loop, core, carry, moment, while_, cut, killSoon, powerSoon, kill, diskFault, storeFault,
      clock
    case stop, reload, forget, brokerDown, deliver, housekeeping, person, plan, endQuiet, history, historyFault, work,
      channelFault, answer
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
    case .deliver: 6
    case .housekeeping, .history: 5
    case .person, .work: 4
    case .answer: 4
    case .channelFault: 2
    case .plan, .endQuiet: 2
    case .cut, .diskFault, .storeFault: 3
    case .historyFault: 2
    case .killSoon, .powerSoon: 2
    case .kill, .stop, .clock, .reload, .forget, .brokerDown: 1
    }
  }

  fileprivate var isFault: Bool {
    switch self {
    case .cut, .killSoon, .powerSoon, .kill, .stop, .diskFault, .storeFault, .historyFault, .clock, .reload, .forget,
      .brokerDown, .channelFault:
      true
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
    case .historyFault:
      if chance.dice.chance(60) { history.refusals = chance.dice.pick(1...5) } else { history.lostAnswers = 1 }
    case .clock:
      let seconds = chance.dice.pick(-7_200...7_200)
      chance.saw(seconds < 0 ? .clockBack : .clockForward)
      chance.wallOffset += Int64(seconds) * 1_000
    case .channelFault: post.change()
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
        if await !process.carry(self) { break }
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
    case .housekeeping: await advance(process)
    case .history: turnHistory(process)
    case .person: await doSomething(process)
    case .work: await work(process)
    case .answer: await answer(process)
    case .plan: await planQuiet(process)
    case .endQuiet: await endQuiet(process)
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

  /// A person does something to one of the alerts on the list; each under a name of its own, so that the trail can be asked
  /// for it.
  private func doSomething(_ process: LaneProcess) async {
    guard let open = try? await process.desk.list(AlertQuery(limit: 10_000)).alerts, !open.isEmpty else { return }
    let alert = chance.dice.pick(open)
    let action = chance.dice.action(on: alert, now: now)
    let name = "person-\(ledger.deeds.count + 1)"
    let comment: Remark? = chance.dice.chance(20) || action == .comment ? "seen" : nil
    await tell(process, .time(now))
    let outcome = try? await process.desk.perform(action, on: alert.id, by: name, at: now, comment: comment)
    guard let outcome, !outcome.events.isEmpty else { return }
    ledger.deeds[name] = (now, outcome.stored)
    note("did", outcome.events.count, outcome.stored ? 1 : 0)
  }
}

extension Dice {
  fileprivate mutating func action(on alert: Alert, now: Timestamp) -> AlertAction {
    if alert.isShelved, chance(40) { return .unshelve }
    if alert.isLatched, chance(40) { return .reset }
    return switch weighted([8, 2, 1, 4, 2, 2, 2, 3]) {
    case 0: .acknowledge
    case 1: .assign(to: "unit-\(pick(1...3))")
    case 2: .comment
    case 3: .shelve(until: now + Int64(pick(30_000...900_000)))
    case 4: .unshelve
    case 5: .close()
    case 6: .close(force: true)
    default: .reset
    }
  }
}
