import Alerts
import Community
import Pipeline
import TestSupport
import Testing

@testable import Orders

@Suite struct OrderLifecycleTests {
  private func book() throws -> (OrderBook, Order, Timestamp) {
    var book = OrderBook(policy: try Sample.policy())
    let start = try local("2026-01-05T10:00")
    let (order, outcome) = try book.create(Sample.draft(), at: start)
    #expect(outcome.kinds == [.ordered])
    #expect(outcome.events[0].to?.map(\.name) == ["王强"])
    return (book, order, start)
  }

  @Test func fromOrderedToClosed() throws {
    var (book, order, start) = try book()
    #expect(order.unit.zh == "物业" && order.deadline == start + 4 * hour && order.id.hasPrefix("w-"))
    #expect(try book.perform(.accept, on: order.id, by: "王强", at: start + hour / 2).kinds == [.accepted])
    #expect(try book.perform(.accept, on: order.id, by: "王强", at: start + hour / 2).isEmpty)
    #expect(throws: OrderError.acceptedBy(id: order.id, "王强")) {
      try book.perform(.accept, on: order.id, by: "李四", at: start + hour)
    }
    let done = try book.perform(.done(photos: ["a.jpeg"]), on: order.id, by: "王强", at: start + hour, comment: "换好了")
    #expect(done.kinds == [.done] && done.events[0].to?.map(\.name) == ["赵丽华"])
    #expect(book[order.id]?.done == Order.Done(at: start + hour, by: "王强", remark: "换好了"))
    #expect(throws: OrderError.verifierDidIt(id: order.id)) {
      try book.perform(.verify, on: order.id, by: "王强", at: start + hour)
    }
    #expect(throws: OrderError.reasonMissing) {
      try book.perform(.reject, on: order.id, by: "张三", at: start + hour, comment: "  ")
    }
    #expect(
      try book.perform(.reject, on: order.id, by: "张三", at: start + 2 * hour, comment: "灯还在闪").kinds == [.rejected])
    #expect(book[order.id]?.state == .accepted && book[order.id]?.finishDue == start + 6 * hour)
    _ = try book.perform(.done(photos: []), on: order.id, by: "王强", at: start + 3 * hour)
    let end = try book.perform(.verify, on: order.id, by: "张三", at: start + 4 * hour)
    #expect(end.kinds == [.verified, .closed] && end.events[1].order.photos == ["a.jpeg"])
    #expect(book[order.id] == nil && book.nextDue == nil)
    #expect(throws: OrderError.unknown(id: order.id)) { try book.perform(.accept, on: order.id, by: "x", at: start) }
    var ended = end.events[1].order
    #expect(throws: OrderError.ended(id: order.id, .closed)) { try ended.perform(.accept, by: "x", at: start) }
    #expect(try ended.perform(.comment, by: "x", at: start, comment: "谢谢").map(\.kind) == [.commented])
  }

  /// The one who ordered it, by name or id. Whom no notice finds, or who did it: somebody else of the nearest level.
  @Test(
    arguments: [
      ("赵丽华", "王强", ["committee"]), ("zhao", "王强", ["committee"]), ("li", "王强", ["repairs"]), ("li", "刘洋", ["yihe"]),
      ("张三", "刘洋", ["yihe"]), ("张三", "wang", ["committee"]), ("王强", "wang", ["committee"]), ("gone", "刘洋", ["yihe"]),
      ("linli", "王强", ["yihe"]),
    ]) func whoOrderedItIsAskedToLook(orderer: String, doer: String, channels: [String]) throws
  {
    let people = """
      - {id: li, name: 刘洋, channel: repairs, mention: "@liuyang"}
      - {id: gone, name: 周华, channel: gone, until: 2026-01-04}
      """
    var book = OrderBook(policy: try Sample.policy(people: people))
    let start = try local("2026-01-05T10:00")
    var draft = Sample.draft()
    draft.by = orderer
    let id = try book.create(draft, at: start).0.id
    let done = try book.perform(.done(photos: []), on: id, by: doer, at: start)
    #expect(done.events[0].to?.map(\.channel) == channels)
    if channels == ["repairs"] { #expect(done.events[0].to?.map(\.mention) == ["@liuyang"]) }
  }

  /// Whoever accepts is found by the next notice, by id as by name; a stranger is a name.
  @Test(arguments: [
    ("zhao", "赵丽华", "committee"), ("赵丽华", "赵丽华", "committee"), ("wang", "王强", "yihe"), ("张三", "张三", nil),
  ])
  func whoAcceptsKeepsTheChannel(by: String, name: String, channel: String?) throws {
    var (book, order, start) = try book()
    _ = try book.perform(.accept, on: order.id, by: by, at: start)
    #expect(book[order.id]?.person?.name == name && book[order.id]?.person?.channel == channel)
    #expect(book[order.id]?.acceptedBy == name)
    for again in [by, name] { #expect(try book.perform(.accept, on: order.id, by: again, at: start).isEmpty) }
    #expect(throws: OrderError.acceptedBy(id: order.id, name)) {
      try book.perform(.accept, on: order.id, by: "李四", at: start)
    }
    _ = try book.perform(.done(photos: []), on: order.id, by: by, at: start)
    let back = try book.perform(.reject, on: order.id, by: "李四", at: start, comment: "灯还在闪")
    #expect(back.events[0].to?.map(\.channel) == [channel])
    // Done without a word before: the same.
    let other = try book.create(Sample.draft(), at: start).0.id
    #expect(
      try book.perform(.done(photos: []), on: other, by: by, at: start).events[0].order.person?.channel == channel)
  }

  /// One accepts, another one finishes: neither of them verifies.
  @Test(arguments: ["王强", "wang", "刘洋", " 刘洋 ", "zhao"]) func whoWorkedOnItDoesNotVerifyIt(verifier: String) throws {
    var (book, order, start) = try book()
    _ = try book.perform(.accept, on: order.id, by: "王强", at: start)
    _ = try book.perform(.done(photos: []), on: order.id, by: "刘洋", at: start + hour)
    if verifier == "zhao" {
      #expect(try book.perform(.verify, on: order.id, by: verifier, at: start + hour).kinds == [.verified, .closed])
    } else {
      #expect(throws: OrderError.verifierDidIt(id: order.id)) {
        try book.perform(.verify, on: order.id, by: verifier, at: start + hour)
      }
    }
  }

  @Test func aWaitStopsTheClock() throws {
    var (book, order, start) = try book()
    #expect(throws: OrderError.notNow(id: order.id, .ordered)) {
      try book.perform(.wait(.part, until: start + hour), on: order.id, by: "王强", at: start)
    }
    _ = try book.perform(.accept, on: order.id, by: "王强", at: start + hour / 2)
    _ = try book.perform(.wait(.part, until: start + 48 * hour), on: order.id, by: "王强", at: start + hour)
    #expect(book[order.id]?.finishDue == nil)
    let outcome = book.advance(to: start + 200 * hour)
    #expect(outcome.events[0].kind == .resumed && outcome.events[0].at == start + 48 * hour)
    #expect(outcome.events[0].order.deadline == start + 51 * hour && outcome.events[0].order.waited == 47 * hour)
    #expect(outcome.events[1].kind == .escalated && outcome.events[1].at == start + 51 * hour)
  }

  @Test func handedOverItMustBeAcceptedAnew() throws {
    var (book, order, start) = try book()
    _ = try book.perform(.accept, on: order.id, by: "王强", at: start)
    #expect(throws: OrderError.nobodyNamed) {
      try book.perform(.handOver(person: nil, unit: nil), on: order.id, by: "王强", at: start)
    }
    let outcome = try book.perform(
      .handOver(person: Responder(name: "刘洋", channel: "lift"), unit: LocalizedText("电梯维保")), on: order.id, by: "王强",
      at: start + hour)
    #expect(outcome.events[0].to?.map(\.channel) == ["lift"])
    let now = try #require(book[order.id])
    #expect(now.state == .ordered && now.unit.en == "电梯维保" && now.acceptDue == start + 2 * hour)
    #expect(now.finishDue == start + 4 * hour)
  }

  @Test func cancelledWithAReason() throws {
    var (book, order, start) = try book()
    #expect(throws: OrderError.reasonMissing) { try book.perform(.cancel, on: order.id, by: "张三", at: start) }
    #expect(try book.perform(.cancel, on: order.id, by: "张三", at: start, comment: "重复").kinds == [.cancelled])
    #expect(book.count == 0)
  }

  @Test func theSameKeyIsTheSameOrder() throws {
    var book = OrderBook(policy: try Sample.policy())
    let start = try local("2026-01-05T10:00")
    let first = try book.create(Sample.draft(key: "k"), at: start)
    let second = try book.create(Sample.draft(key: "k"), at: start + hour)
    #expect(first.0.id == second.0.id && second.1.isEmpty)
    let third = try book.create(Sample.draft(), at: start).0.id
    #expect(try book.create(Sample.draft(), at: start).0.id != third)
  }

  @Test func limitsHold() throws {
    var limits = OrderLimits()
    limits.openOrders = 1
    var book = OrderBook(limits: limits, policy: try Sample.policy())
    let start = try local("2026-01-05T10:00")
    var draft = Sample.draft()
    draft.title = LocalizedText(String(repeating: "长", count: 201))
    #expect(throws: OrderError.textTooLong("title", limit: 200)) { try book.create(draft, at: start) }
    draft = Sample.draft()
    draft.deadline = start
    #expect(throws: OrderError.timeInPast(start)) { try book.create(draft, at: start) }
    let id = try book.create(Sample.draft(), at: start).0.id
    #expect(throws: OrderError.tooManyOrders(limit: 1)) { try book.create(Sample.draft(), at: start) }
    #expect(throws: OrderError.tooManyPhotos(limit: 8)) {
      try book.perform(.done(photos: (0..<9).map { "\($0)" }), on: id, by: "x", at: start)
    }
  }

  // MARK: - Deadlines

  @Test func eachMissedDeadlineClimbsAtItsSecond() throws {
    var (book, order, start) = try book()
    let steps = book.advance(to: start + 40 * hour).events.map {
      "\($0.kind.rawValue) \(($0.at - start) / hour) \($0.order.overseer?.place.split(separator: "/").last ?? "")"
    }
    // Accepting is due each hour: committee (on duty until 17:30), street, district, then the district again. Finishing is due
    // after 4 h: the district has it already.
    #expect(
      steps.prefix(6) == [
        "escalated 1 chaoyang", "escalated 2 jiefang", "escalated 3 hedong", "repeated 4 hedong", "repeated 4 hedong",
        "repeated 5 hedong",
      ])
    #expect(book[order.id]?.missedAt == start + 4 * hour && book[order.id]?.climbed == 3)
  }

  @Test func nobodyOnDutyIsPassedBy() throws {
    var book = OrderBook(policy: try Sample.policy())
    let night = try local("2026-01-05T22:00")
    _ = try book.create(Sample.draft(), at: night)
    #expect(book.advance(to: night + hour).events.map { $0.order.overseer?.place } == ["hedong/jiefang"])
  }

  @Test func nobodyVerifies() throws {
    var (book, order, start) = try book()
    _ = try book.perform(.done(photos: []), on: order.id, by: "王强", at: start)
    let events = book.advance(to: start + 100 * hour).events
    #expect(events.map(\.kind) == [.verified, .closed] && events[0].at == start + 72 * hour)
  }

  @Test(arguments: 1...20) func oneStrideIsManyShortOnes(seed: Int) throws {
    var dice = Dice(state: UInt64(seed))
    let start = try local("2026-01-05T10:00")
    var long = OrderBook(
      policy: try Sample.policy(
        """
        accept_within: 1h
        finish_within: {high: 2h, other: 5h}
        maintenance:
        - {id: daily, title: 巡检, place: hedong/jiefang, every: {days: 1}, from: 2026-01-01, at: "09:00"}
        """))
    var short = long
    var end = start
    for _ in 0..<6 {
      var draft = Sample.draft()
      draft.priority = Bool.random(using: &dice) ? .high : .low
      end = end + Int64.random(in: 0..<hour, using: &dice)
      // Both live to the same request, one in a single step.
      _ = try long.create(draft, at: end)
      _ = try short.create(draft, at: end)
    }
    let goal = end + 72 * hour
    var pieces: [OrderEvent] = []
    var time = end
    while time < goal {
      time = min(goal, time + Int64.random(in: 1...3 * hour, using: &dice))
      pieces += short.advance(to: time).events
    }
    // The plan is seen first at the first stride: at the same time in both.
    var whole = long.advance(to: end + 1).events
    whole += long.advance(to: goal).events
    func key(_ event: OrderEvent) -> String { "\(event.order.id) \(event.number) \(event.kind) \(event.at)" }
    #expect(Set(whole.map(key)) == Set(pieces.map(key)) && whole.count == pieces.count)
    #expect(whole.map(\.at) == whole.map(\.at).sorted())
  }
}

/// Small, seeded, the same on every machine (SplitMix64).
struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
