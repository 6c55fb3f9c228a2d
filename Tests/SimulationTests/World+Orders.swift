import Alerts
import Community
import Orders
import Pipeline

@testable import Store

extension World {
  /// Somebody does something about an order, under a name of his own, so that the trail can be asked for it; or makes one.
  func work(_ process: LaneProcess) async {
    let open = await process.desk.orders.open.sorted { $0.id < $1.id }
    let name = "worker-\(ledger.works.count + 1)"
    let deed =
      open.isEmpty || chance.dice.chance(12)
      ? await draft(process, by: name) : chance.dice.deed(on: open, now, by: name)
    await tell(process, .time(now))
    await tell(process, .orderTime(now))
    guard let reply = try? await perform(deed, process) else { return }
    var place = await process.place
    // Behind what was due, and before its own transaction.
    if !reply.events.isEmpty { place.steps -= 1 }
    deskLog.note(.order(deed, at: now), after: place)
    if reply.events.isEmpty { return }
    ledger.works[name] = reply.stored && reply.events.contains { $0.by == name }
    note("worked", reply.events.count, reply.stored ? 1 : 0)
  }

  private func perform(_ deed: OrderDeed, _ process: LaneProcess) async throws -> OrderReply {
    switch deed {
    case .create(let draft): try await process.desk.createOrder(draft, at: now)
    case .act(let action, let id, let by, let comment):
      try await process.desk.perform(action, onOrder: id, by: by, at: now, comment: comment)
    case .join(let alert, let id, let by): try await process.desk.join(alert: alert, toOrder: id, by: by, at: now)
    }
  }

  private func draft(_ process: LaneProcess, by name: String) async -> OrderDeed {
    let alerts = await process.desk.book.open.filter { $0.order == nil }.map(\.id).sorted()
    var draft = OrderDraft(
      title: LocalizedText(zh: "看看", en: "look"), place: "street/town/room",
      priority: chance.dice.pick(Priority.allCases), by: name)
    if !alerts.isEmpty, chance.dice.chance(50) { draft.alerts = [chance.dice.pick(alerts)] }
    if chance.dice.chance(30) { draft.deadline = now + Int64(chance.dice.pick(1_000...600_000)) }
    return .create(draft)
  }

  // MARK: - Checks

  /// What a new life knows of orders is what was written, and nothing of it is a step behind.
  func checkOrders(_ desk: AlertDesk) async throws {
    let found = await Dictionary(uniqueKeysWithValues: desk.orders.open.map { ($0.id, $0) })
    for (id, order) in chronicle.orders.sorted(by: { $0.key < $1.key }) where !order.hasEnded && found[id] != order {
      throw Violation(description: "order \(id) was \(order), and there is \(String(describing: found[id]))")
    }
    for id in found.keys where chronicle.orders[id]?.hasEnded ?? true {
      throw Violation(description: "order \(id) is open that was not")
    }
  }

  /// Every order's steps, once each; one order of each alert; and all of it what books give that nothing interrupts.
  func checkOrdersAtEnd(_ process: LaneProcess) async throws {
    try await checkOrders(process.desk)
    var names: [String: Int] = [:]
    var orderOfAlert: [String: String] = [:]
    for (id, order) in chronicle.orders.sorted(by: { $0.key < $1.key }) {
      let story = try await store.orderStory(id)
      guard let story, story.order == order, story.events.map(\.number) == Array(1...order.step) else {
        throw Violation(
          description: "steps of order \(id) are missing: \(String(describing: story?.events.map(\.number)))")
      }
      for event in story.events {
        if event.by != AlertEvent.system { names[event.by, default: 0] += 1 }
        if let occurrence = event.occurrence { chance.saw(occurrence) }
        trace.note("order", event.kind.rawValue)
      }
      guard order.source == .alert, let first = order.alerts.first else { continue }
      if let other = orderOfAlert.updateValue(id, forKey: first) {
        throw Violation(description: "orders \(other) and \(id) are both made of alert \(first)")
      }
    }
    for (name, deed) in ledger.works.sorted(by: { $0.key < $1.key }) where deed && names[name] == nil {
      throw Violation(description: "what \(name) did was stored and is not there")
    }
    do {
      var replay = OrderReplay(log: deskLog)
      for (number, commit) in chronicle.steps.enumerated() { try replay.take(commit, number: number) }
      try replay.finish(open: await Array(process.desk.orders.open))
    } catch { throw Violation(description: "the orders are not what they should be: \(error)") }
  }
}

extension Dice {
  fileprivate mutating func deed(on open: [Order], _ now: Timestamp, by name: String) -> OrderDeed {
    let order = pick(open)
    // The one who has it, now and then: by that name things are the same again, or refused.
    let by = chance(15) ? order.acceptedBy ?? name : name
    let comment = chance(60) ? "because" : nil
    return .act(action(on: order, now), on: order.id, by: by, comment: comment)
  }

  private mutating func action(on order: Order, _ now: Timestamp) -> OrderAction {
    switch order.state {
    case .done where chance(70): return chance(60) ? .verify : .reject
    case .waiting where chance(40): return .resume
    default: break
    }
    return switch weighted([6, 2, 3, 1, 5, 2, 1, 1, 1]) {
    case 0: .accept
    case 1: .handOver(person: Responder(name: pick(["Early", "Late", "somebody"])), unit: nil)
    case 2: .wait(pick(Order.Wait.Reason.allCases), until: now + Int64(pick(20_000...600_000)))
    case 3: .resume
    case 4: .done(photos: [])
    case 5: .verify
    case 6: .reject
    case 7: .cancel
    default: .comment
    }
  }
}

extension OrderEvent {
  fileprivate var occurrence: Occurrence? {
    switch kind {
    case .ordered:
      order.source == .alert ? .orderedItself : order.source == .maintenance ? .orderedByPlan : .orderedByHand
    case .joined: .orderJoined
    case .accepted: .orderAccepted
    case .escalated: .orderEscalated
    case .repeated: .orderOverdue
    case .resumed: by == AlertEvent.system ? .waitEnded : nil
    case .verified: by == AlertEvent.system ? .verifiedByTime : .orderVerified
    case .closed: .orderClosed
    case .cancelled: by == AlertEvent.system ? .orderLapsed : nil
    default: nil
    }
  }
}
