import Alerts
import Community
import Pipeline
import Reports
import TestSupport
import Testing

@Suite struct AlarmKPITests {
  private static let start = Timestamp(milliseconds: 1_767_225_600_000)
  private static let day: Int64 = 86_400_000

  private static func record(
    _ number: Int, rule: String = "r", subject: String = "s", priority: Priority = .low, at seconds: Int64,
    lasts: Int64? = nil, answered: Int64? = nil
  ) -> AlarmRecord {
    var record = AlarmRecord(
      alert: "a\(number)", rule: rule, subject: subject, place: "p", priority: priority,
      raisedAt: start + seconds * 1_000)
    record.clearedAt = lasts.map { record.raisedAt + $0 * 1_000 }
    record.answeredAt = answered.map { record.raisedAt + $0 * 1_000 }
    record.calls = [.init(at: record.raisedAt, person: "w")]
    return record
  }

  private static func kpi(_ records: [AlarmRecord], days: Int64 = 3) -> AlarmKPI {
    AlarmKPI(records, from: start, to: start + days * day)
  }

  @Test func nothingHappened() {
    let kpi = Self.kpi([])
    #expect(kpi.alerts == 0 && kpi.loads.isEmpty && kpi.meanLoad == 0 && kpi.topShare == 0 && kpi.answer == nil)
    #expect(kpi.lines.allSatisfy { $0.verdict != .poor })
  }

  /// What reached nobody is counted, but loads nobody.
  @Test func hiddenAlertsLoadNobody() {
    var hidden = (0..<20).map { Self.record($0, at: Int64($0), lasts: 5) }
    for index in hidden.indices { hidden[index].calls = [] }
    let kpi = Self.kpi(hidden + [Self.record(99, at: 30)])
    #expect(kpi.alerts == 21 && kpi.hidden == 20 && kpi.loads.map(\.calls) == [1] && kpi.floodShare == 0)
    #expect(kpi.rules.map(\.hidden) == [20])
    #expect(kpi.lines.first { $0.key == "hidden" }?.value == 20)
    hidden[0].priority = .critical
    hidden[1].clearedAt = nil
    let mixed = Self.kpi(hidden + [Self.record(99, priority: .high, at: 30, lasts: 60)])
    #expect(mixed.share(.high) == 1 && mixed.share(.critical) == 0 && mixed.staleWorstDay == 0)
  }

  @Test(arguments: [([0, 30, 59], 1), ([0, 30, 60], 0), ([0, 20, 40, 100, 120, 140], 2), ([0, 20, 40, 70, 90], 1)])
  func chattering(seconds: [Int], episodes: Int) {
    let records = seconds.enumerated().map { Self.record($0, at: Int64($1), lasts: 1) }
    #expect(Self.kpi(records).chattering.reduce(0) { $0 + $1.episodes } == episodes)
  }

  @Test func twoSubjectsDoNotChatterTogether() {
    let records = (0..<6).map { Self.record($0, subject: "s\($0 % 3)", at: Int64($0)) }
    #expect(Self.kpi(records).chattering.isEmpty)
  }

  @Test func staleAreCountedOnTheirWorstDay() {
    // Active over 24 h: four from day 1 on, one of them only into day 2; a fifth never that long.
    var records = (0..<3).map { Self.record($0, at: 0) }
    records.append(Self.record(3, at: 3_600, lasts: 86_400 + 7_200))
    records.append(Self.record(4, at: 0, lasts: 86_400))
    #expect(Self.kpi(records).staleWorstDay == 4)
    #expect(Self.kpi(Array(records.prefix(3))).staleWorstDay == 3)
    // What another person looks through is another list; who was called later has it for less long.
    for index in 0..<2 { records[index].calls = [.init(at: records[index].raisedAt, person: "v")] }
    records[3].calls.append(.init(at: records[3].raisedAt + 7_200_000, person: "v"))
    #expect(Self.kpi(records).staleWorstDay == 2)
  }

  @Test func answersArePercentilesThatOccurred() {
    let records = (1...10).map { Self.record($0, at: Int64($0) * 60, answered: Int64($0) * 10) }
    #expect(Self.kpi(records).answer == Spread((1...10).map { Int64($0) * 10_000 }))
    #expect(Self.kpi(records).answer?.median == 50_000)
    #expect(Self.kpi(records).answer?.p90 == 90_000)
  }

  @Test func whatClearedByItselfNeededNothing() {
    var worked = Self.record(1, at: 0, lasts: 100)
    worked.neededWork = true
    let press = Self.record(2, at: 10, lasts: 0)
    let kpi = Self.kpi([worked, press, Self.record(3, at: 20, lasts: 30), Self.record(4, at: 30)])
    #expect(kpi.neededNothing == 1)
    #expect(kpi.fleeting == 1)
    #expect(kpi.unanswered == 1)
  }

  @Test func theTopTenAndTheMix() {
    var records: [AlarmRecord] = []
    for rule in 0..<12 {
      for copy in 0...rule {
        records.append(Self.record(records.count, rule: "r\(rule)", at: Int64(copy * 700), lasts: 300))
      }
    }
    records[0].priority = .critical
    let kpi = Self.kpi(records)
    #expect(kpi.rules.map(\.alerts) == (1...12).reversed().map { $0 })
    #expect(kpi.topShare == Double(78 - 3) / 78)
    #expect(kpi.share(.critical) == 1.0 / 78)
  }

  /// A press is told and counted, and is no part of what the rules have to answer for.
  @Test func whatPeopleRaiseThemselvesIsApart() {
    var records = (0..<99).map { Self.record($0, at: Int64($0) * 1_000, answered: 500) }
    records.append(Self.record(99, priority: .critical, at: 0, answered: 900))
    for index in 100..<110 {
      var press = Self.record(
        index, rule: "sos", priority: .critical, at: Int64(index) * 600, answered: Int64(index - 99))
      press.isManual = true
      if index == 109 { press.calls = [] }
      records.append(press)
    }
    var own = Self.record(110, rule: "linli-broker", priority: .critical, at: 9)
    own.place = ""
    let kpi = Self.kpi(records + [own])
    #expect(kpi.alerts == 111 && kpi.hidden == 1 && kpi.manual == 9 && kpi.own == 1)
    #expect(kpi.share(.critical) == 0.01 && kpi.share(.low) == 0.99)
    #expect(kpi.manualAnswer == Spread((1...9).map { Int64($0) * 1_000 }))
    #expect(kpi.lines.first { $0.key == "manual" }?.value == 9)
    #expect(kpi.rules.first { $0.rule == "sos" }?.alerts == 10)
  }

  @Test func alertsOutsideThePeriodCountOnlyWhereTheyLastIntoIt() {
    let early = Self.record(1, at: -172_800)
    let kpi = Self.kpi([early, Self.record(2, at: 3 * 86_400)])
    #expect(kpi.alerts == 0)
    #expect(kpi.staleWorstDay == 1)
  }

  @Test func theAuditTrailGivesTheRecords() throws {
    var log = AlarmLog { place, _ in ["unit of \(place)"] }
    var alert = Alert(
      id: "x", lane: "l", rule: "r", subject: "s", place: "p",
      traits: AlertTraits(priority: .high, title: LocalizedText("t")), point: nil, value: nil, unit: "",
      raisedAt: Self.start, noticedAt: Self.start)
    log.add(AlertEvent(kind: .raised, alert: alert, at: Self.start))
    log.add(AlertEvent(kind: .raised, alert: alert, at: Self.start))
    let person = Responder(name: "Wang")
    log.add(AlertEvent(kind: .escalated, alert: alert, at: Self.start + 600_000, to: [person]))
    for event in try alert.perform(.acknowledge, by: "Wang", at: Self.start + 700_000) { log.add(event) }
    let record = try #require(log.records.first)
    #expect(log.records.count == 1)
    #expect(
      record.calls == [
        .init(at: Self.start, person: "unit of p"), .init(at: Self.start + 600_000, person: "Wang"),
      ])
    #expect(record.escalations == 1)
    #expect(record.timeToAnswer == 700_000)
    #expect(!record.neededWork)
  }

  @Test(arguments: [
    (0.005, 2, "0.01"), (-0.004, 2, "0.00"), (12.3456, 2, "12.35"), (-1.5, 0, "-2"), (0.1, 3, "0.100"),
  ])
  func decimals(value: Double, places: Int, text: String) {
    #expect(FigureText.decimals(value, places) == text)
  }

  @Test(
    arguments: [(0, "0 s"), (59_600, "1 min"), (3_725_000, "1 h 2 min"), (93_600_000, "1 d 2 h")] as [(Int64, String)])
  func durations(value: Int64, text: String) { #expect(FigureText.duration(value).en == text) }
}
