import Alerts
import App
import Orders
import Pipeline
import Store

/// Runs every transaction once more through a book of orders that nothing ever interrupts: what happened to alerts, what people
/// did and the time that passed go in, and what the transaction says of orders must come out: each order once, each missed deadline
/// at its due time, with the same people.
struct OrderReplay {
  private var book = OrderBook(policy: SimulatedSite.versions[0].orderPolicy)
  private var version = 0
  private var ended: [String: Order] = [:]
  private var log: ArraySlice<(after: DeskLog.Place, entry: DeskLog.Entry)>

  init(log: DeskLog) { self.log = log.entries[...] }

  mutating func take(_ commit: AlertCommit, number: Int) throws {
    var expected = OrderOutcome()
    // What brought something about is what the transaction is of; what was asked for later stands behind the next one.
    while let (after, entry) = log.first, after.steps <= number, expected.isBare {
      log.removeFirst()
      expected += try follow(entry)
    }
    for numbered in commit.events {
      guard let time = commit.time(of: numbered.event) else { continue }
      expected += book.advance(to: time)
      expected += book.follow(numbered.event, at: time)
    }
    for event in expected.events where event.order.hasEnded { ended[event.order.id] = event.order }
    try compare(expected.events, commit.orders.events, "steps", number)
    try compare(expected.plans, commit.orders.plans, "plans", number)
    try compare(expected.credits, commit.orders.credits, "credits", number)
  }

  /// At the end nothing may be missing.
  mutating func finish(open: [Order]) throws {
    var expected = OrderOutcome()
    for (_, entry) in log { expected += try follow(entry) }
    try compare(expected.events, [], "steps", -1)
    let mine = Dictionary(uniqueKeysWithValues: book.open.map { ($0.id, $0) })
    guard mine == Dictionary(uniqueKeysWithValues: open.map { ($0.id, $0) }) else {
      throw TrailReplay.Mismatch(description: "open are \(open), uninterrupted \(mine.values)")
    }
  }

  private mutating func follow(_ entry: DeskLog.Entry) throws -> OrderOutcome {
    switch entry {
    case .time, .forgotten, .quiet: return OrderOutcome()
    case .orderTime(let time): return book.advance(to: time)
    case .configuration(let version):
      if version != self.version { book.policy = SimulatedSite.versions[version].orderPolicy }
      self.version = version
      return OrderOutcome()
    case .order(let deed, let time): return try perform(deed, at: time)
    }
  }

  private mutating func perform(_ deed: OrderDeed, at time: Timestamp) throws -> OrderOutcome {
    switch deed {
    case .create(let draft): return try book.create(draft, at: time).1
    case .join(let alert, let id, let by): return try book.join(alert: alert, to: id, by: by, at: time)
    case .act(let action, let id, let by, let comment):
      if book[id] != nil { return try book.perform(action, on: id, by: by, at: time, comment: comment) }
      guard var order = ended[id] else { throw TrailReplay.Mismatch(description: "there is no order \(id)") }
      var outcome = OrderOutcome()
      outcome.events = try order.perform(action, by: by, at: time, comment: comment)
      return outcome
    }
  }

  private func compare<Element: Equatable>(
    _ expected: [Element], _ found: [Element], _ what: String, _ number: Int
  ) throws {
    if expected == found { return }
    let place = zip(expected, found).enumerated().first { $0.1.0 != $0.1.1 }?.offset ?? min(expected.count, found.count)
    let describe = { (all: [Element]) in place < all.count ? "\(all[place])" : "nothing" }
    throw TrailReplay.Mismatch(
      description: "\(what) of transaction \(number): \(describe(found)), uninterrupted it is \(describe(expected))")
  }
}

extension OrderOutcome {
  /// Nothing of it would be written.
  fileprivate var isBare: Bool { events.isEmpty && plans.isEmpty && credits.isEmpty }
}
