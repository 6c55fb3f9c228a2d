import Alerts
import Community
import Pipeline
import TestSupport
import Testing

@testable import Orders

@Suite struct VolunteerTests {
  private static let rules = """
    accept_within: 1h
    finish_within: 4h
    points: {visit: 10, other: 3, in_time: 2, monthly_max: 30}
    """

  private func volunteer(_ id: String = "lin", places: [String] = ["hedong/jiefang"]) throws -> Volunteer {
    Volunteer(
      id: id, name: "林晓雨", help: [.visit, .translate], places: places, since: try local("2026-01-01T00:00"))
  }

  /// Nobody's address or health is shown to one who has not claimed.
  @Test func anOfferSaysNothingOfTheHomeBeforeItIsClaimed() throws {
    var book = OrderBook(policy: try Sample.policy(Self.rules))
    let start = try local("2026-01-05T10:00")
    let lin = try volunteer()
    try book.enter(lin)
    try book.enter(try volunteer("other"))
    var draft = Sample.draft(Sample.home, help: .visit)
    draft.title = LocalizedText(zh: "独居老人血压高，上门看望", en: "Visit: lives alone, high blood pressure")
    draft.note = "3号楼301，张奶奶，糖尿病"
    draft.report = Order.Report(ticket: "t", contact: "13800000000")
    let id = try book.create(draft, at: start).0.id
    let offer = try #require(book.offers(for: lin, at: start, places: Sample.tree).first)
    #expect(offer.place == "hedong/jiefang/chaoyang/yihe" && offer.details == nil && offer.points == 10)
    let seen = "\(offer)".replacing(id, with: "")
    for secret in ["301", "血压", "blood", "张奶奶", "糖尿病", "13800000000", "b3", "f3"] {
      #expect(!seen.contains(secret), "\(secret) shows")
    }
    // Claimed: the one who has it sees where and what, the other sees nothing at all.
    _ = try book.perform(.claim(lin), on: id, by: "林晓雨", at: start)
    let mine = try #require(book.offers(for: lin, at: start, places: Sample.tree).first)
    #expect(mine.place == Sample.home && mine.details?.note == LocalizedText("3号楼301，张奶奶，糖尿病"))
    #expect(!"\(mine)".contains("13800000000"))
    #expect(book.offers(for: try volunteer("other"), at: start, places: Sample.tree).isEmpty)
    // Released: a stranger's matter again.
    _ = try book.perform(.release, on: id, by: "林晓雨", at: start)
    #expect(book.offers(for: lin, at: start, places: Sample.tree).first?.details == nil)
    #expect(Offer.openPlace("gone/x/301", Sample.tree) == "gone")
  }

  @Test func onlyWhoOffersThisHelpHereAndNow() throws {
    var book = OrderBook(policy: try Sample.policy(Self.rules))
    let start = try local("2026-01-05T10:00")
    let id = try book.create(Sample.draft(Sample.home, help: .visit), at: start).0.id
    let plain = try book.create(Sample.draft(), at: start).0.id
    var far = try volunteer(places: ["elsewhere"])
    #expect(throws: OrderError.volunteerCannot(name: "林晓雨")) {
      try book.perform(.claim(far), on: id, by: "林晓雨", at: start)
    }
    far = try volunteer()
    #expect(throws: OrderError.notClaimable(id: plain)) { try book.perform(.claim(far), on: plain, by: "x", at: start) }
    _ = try book.perform(.claim(far), on: id, by: "林晓雨", at: start)
    #expect(throws: OrderError.claimed(id: id)) {
      try book.perform(.claim(try volunteer("other")), on: id, by: "x", at: start)
    }
    // Mondays from 20:00 to 06:00 of Tuesday.
    var night = try volunteer()
    night.hours = [.init(days: 1, from: 20 * 60, to: 6 * 60)]
    #expect(!night.hasTime(at: start, Sample.shanghai))
    #expect(night.hasTime(at: try local("2026-01-06T05:59"), Sample.shanghai))
    #expect(!night.hasTime(at: try local("2026-01-06T06:00"), Sample.shanghai))
  }

  /// Monday, 10:00, and four hours to do it.
  @Test(arguments: [
    ("mon 09:00-11:00", true), ("mon 13:00-20:00", true), ("13:59-14:30", true), ("mon,tue", true),
    ("22:00-10:30", true),  // Of the night before.
    ("mon 14:00-20:00", false), ("08:00-10:00", false), ("sat,sun 09:00-12:00", false), ("sun", false),
  ])
  func whoHasTimeBetweenNowAndTheDeadlineMayClaim(hours: String, mayClaim: Bool) throws {
    var book = OrderBook(policy: try Sample.policy(Self.rules))
    let start = try local("2026-01-05T10:00")
    let id = try book.create(Sample.draft(Sample.home, help: .visit), at: start).0.id
    var lin = try volunteer()
    lin.hours = [try #require(Volunteer.Hours(hours))]
    try book.enter(lin)
    #expect(book.offers(for: lin, at: start, places: Sample.tree).map(\.order) == (mayClaim ? [id] : []))
    if mayClaim {
      #expect(try book.perform(.claim(lin), on: id, by: "林晓雨", at: start).kinds == [.claimed])
      return
    }
    let refusal = OrderError.volunteerHasNoTime(name: "林晓雨", hours: hours)
    #expect(throws: refusal) { try book.perform(.claim(lin), on: id, by: "林晓雨", at: start) }
    #expect(book[id]?.state == .ordered && book[id]?.claim == nil)
    for language in Language.allCases { #expect(refusal.text[language].contains(hours)) }
  }

  /// Of several hours one is enough. A deadline that is over leaves the hours of now; without one, or with a week, all will come.
  @Test func hoursOfLateOrdersAndOfPatientOnes() throws {
    let monday = try local("2026-01-05T10:00")
    var lin = try volunteer()
    lin.hours = [.init(days: 1 << 5, from: 9 * 60, to: 720), .init(days: 1, from: 600, to: 660)]
    func hasTime(_ hours: Int64, until deadline: Int64?) -> Bool {
      lin.hasTime(from: monday + hours * hour, until: deadline.map { monday + $0 * hour }, Sample.shanghai)
    }
    #expect(hasTime(0, until: 0) && hasTime(0, until: -5) && hasTime(-1, until: 1))
    #expect(!hasTime(1, until: 0) && !hasTime(1, until: -5) && !hasTime(1, until: 24))
    // Until Saturday, 09:00, and a minute more.
    #expect(!hasTime(1, until: 119) && hasTime(1, until: 120) && hasTime(1, until: 24 * 400) && hasTime(1, until: nil))
    lin.hours = []
    #expect(hasTime(1, until: -5))
  }

  @Test func pointsAreForHelpThatSomebodyHasVerified() throws {
    var book = OrderBook(policy: try Sample.policy(Self.rules))
    let start = try local("2026-01-05T10:00")
    func finish(_ minutes: Int64) throws -> String {
      let id = try book.create(Sample.draft(Sample.home, help: .visit), at: start).0.id
      _ = try book.perform(.claim(try volunteer()), on: id, by: "林晓雨", at: start)
      _ = try book.perform(.done(photos: []), on: id, by: "林晓雨", at: start + minutes * 60_000)
      return id
    }
    let inTime = try finish(60)
    let entry = try #require(try book.perform(.verify, on: inTime, by: "张三", at: start + 2 * hour).credits.first)
    #expect(entry.points == 12 && entry.volunteer == "lin" && entry.key == "order|\(inTime)")
    let late = try finish(300)
    #expect(try book.perform(.verify, on: late, by: "张三", at: start + 6 * hour).credits.first?.points == 10)
    // Nobody looked: it counts as verified, but is worth nothing.
    _ = try finish(10)
    let byItself = book.advance(to: start + 200 * hour)
    #expect(byItself.kinds == [.verified, .closed] && byItself.credits.isEmpty)
  }

  /// However she calls herself, and also when somebody else says that it is done.
  @Test(
    arguments: ["lin", "LIN", " Lin ", "林晓雨", "林晓雨 ", "王强", "wang", "Wang"], ["林晓雨", "lin", "王强", "wang"])
  func nobodyCreditsTheOwnHelp(verifier: String, doer: String) throws {
    var book = OrderBook(policy: try Sample.policy(Self.rules))
    let start = try local("2026-01-05T10:00")
    let id = try book.create(Sample.draft(Sample.home, help: .visit), at: start).0.id
    _ = try book.perform(.claim(try volunteer()), on: id, by: "林晓雨", at: start)
    _ = try book.perform(.done(photos: []), on: id, by: doer, at: start + hour)
    let isHers = !verifier.lowercased().contains("wang") && verifier != "王强"
    if isHers || ["王强", "wang"].contains(doer) {
      #expect(throws: OrderError.verifierDidIt(id: id)) {
        try book.perform(.verify, on: id, by: verifier, at: start + hour)
      }
      #expect(book[id]?.state == .done)
    } else {
      #expect(try book.perform(.verify, on: id, by: verifier, at: start + hour).credits.map(\.volunteer) == ["lin"])
    }
  }

  @Test func aReversalTakesBackOnce() throws {
    let time = try local("2026-01-05T10:00")
    var first = BankEntry(key: "order|a", volunteer: "lin", name: "林", points: 12, at: time, by: "张三", reason: "探访")
    first.id = 7
    let back = try #require(first.reversal(at: time, by: "李敏", reason: "记错人"))
    #expect(back.points == -12 && back.reverses == 7 && back.key == "reversal|7")
    #expect(back.reversal(at: time, by: "x", reason: "x") == nil)
    var other = first
    other.volunteer = "ma"
    other.points = 40
    let list = BankBalance.list([first, back, other, first], monthlyMax: 30)
    #expect(list.map(\.volunteer) == ["ma", "lin"] && list.map(\.points) == [30, 12] && list[1].orders == 1)
  }
}
