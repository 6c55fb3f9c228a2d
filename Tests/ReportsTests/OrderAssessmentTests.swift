import Alerts
import Community
import Foundation
import Orders
import Pipeline
import TestSupport
import Testing

@testable import Reports

/// Orders in the assessment: stories whose outcome can be counted by hand.
@Suite struct OrderAssessmentTests {
  private typealias Sample = ReportSample

  private struct Story {
    var order: Order
    var events: [OrderEvent] = []

    init(
      _ id: String, at: Timestamp, unit: String = "维保", place: String = "d/s/c/y", deadline: Timestamp? = nil,
      level: String? = nil
    ) {
      order = Order(
        id: id, title: LocalizedText(id), place: place, priority: .high, source: .person, unit: LocalizedText(unit),
        orderedBy: "王强", orderedAt: at)
      order.deadline = deadline
      if let level { watched(by: level) }
      events = [OrderEvent(kind: .ordered, order: order, at: at, by: "王强")]
    }

    mutating func watched(by level: String) {
      order.overseer = Responsible(place: level, level: level, unit: LocalizedText(level), people: [])
    }

    /// The next level watches over it from then on.
    mutating func climbs(to level: String, _ at: Timestamp, missed: Bool = false) {
      watched(by: level)
      has(.escalated, at) { order in if missed, order.missedAt == nil { order.missedAt = at } }
    }

    mutating func has(
      _ kind: OrderEvent.Kind, _ at: Timestamp, by: String = "linli", _ change: (inout Order) -> Void = { _ in }
    ) {
      order.step += 1
      if kind == .accepted { order.person = Responder(name: by) }
      change(&order)
      events.append(OrderEvent(kind: kind, order: order, at: at, by: by))
    }
  }

  private static func assess(_ stories: [Story], scope: String = "") -> OrderAssessment {
    OrderAssessment(stories.flatMap(\.events).sorted { $0.at < $1.at }, Sample.period, scope: scope)
  }

  @Test func acceptedAndDoneInTime() throws {
    var story = Story("w-1", at: Sample.at(3), deadline: Sample.at(4))
    story.has(.accepted, Sample.at(3, 20), by: "李工")
    story.has(.done, Sample.at(3, 90), by: "李工")
    let found = Self.assess([story])
    #expect(found.all.ordered == 1 && found.all.accepted == 1 && found.all.inTimeShare == 1)
    #expect(found.all.accept?.median == 20 * Sample.minute && found.all.finish?.median == 90 * Sample.minute)
    #expect(found.units[LocalizedText("维保")]?.done == 1)
    #expect(found.people["李工"]?.inTime == 1 && found.people["王强"] == nil)
  }

  @Test func lateWhenItWasMissedHoweverLongItTakes() throws {
    var story = Story("w-1", at: Sample.at(3), deadline: Sample.at(4))
    story.has(.accepted, Sample.at(3, 20), by: "李工")
    story.has(.escalated, Sample.at(4)) { $0.missedAt = Sample.at(4) }
    story.has(.escalated, Sample.at(5))
    story.has(.done, Sample.at(6), by: "李工")
    let found = Self.assess([story])
    #expect(found.all.late == 1 && found.all.inTime == 0 && found.all.escalated == 2 && found.all.done == 1)
    #expect(found.people["李工"]?.late == 1)
  }

  /// Missed in April, done in May: April's, and not again.
  @Test func aMissCountsInItsMonth() {
    var story = Story("w-1", at: Sample.at(-9), deadline: Sample.at(-2))
    story.has(.escalated, Sample.at(-2)) { $0.missedAt = Sample.at(-2) }
    story.has(.done, Sample.at(1), by: "李工")
    let found = Self.assess([story])
    #expect(found.all.late == 0 && found.all.done == 1 && found.all.inTimeShare == nil && found.all.ordered == 0)
  }

  @Test func withoutDeadlineSentBackAndElsewhere() {
    var story = Story("w-1", at: Sample.at(3))
    story.has(.done, Sample.at(4), by: "李工")
    story.has(.rejected, Sample.at(4, 30), by: "王强")
    story.has(.done, Sample.at(5), by: "李工")
    let elsewhere = Story("w-2", at: Sample.at(3), place: "d/s/x")
    let found = Self.assess([story, elsewhere], scope: "d/s/c")
    #expect(found.all.ordered == 1 && found.all.rejected == 1 && found.all.done == 2 && found.all.inTimeShare == nil)
  }

  /// Accepted in the compound, late there, done while the street watches over it.
  private static func climbing(from day: Int64) -> Story {
    var story = Story("w-1", at: Sample.at(day), deadline: Sample.at(day + 1), level: "compound")
    story.has(.accepted, Sample.at(day, 20), by: "李工")
    story.climbs(to: "community", Sample.at(day + 1), missed: true)
    story.climbs(to: "street", Sample.at(day + 2), missed: true)
    story.has(.done, Sample.at(day + 3), by: "李工")
    story.has(.rejected, Sample.at(day + 3, 5), by: "王强")
    return story
  }

  @Test func stepsCountForTheLevelThatWatchedOverIt() throws {
    var inTime = Story("w-2", at: Sample.at(3), deadline: Sample.at(4), level: "compound")
    inTime.has(.done, Sample.at(3, 90), by: "李工")
    let nobodys = Story("w-3", at: Sample.at(3))
    let found = Self.assess([Self.climbing(from: 3), inTime, nobodys])
    #expect(Set(found.levels.keys) == ["compound", "community", "street"])
    let (compound, community, street) = try (
      #require(found.levels["compound"]), #require(found.levels["community"]), #require(found.levels["street"])
    )
    #expect(compound.received == 2 && compound.accepted == 1 && compound.escalated == 1 && compound.late == 1)
    #expect(compound.done == 1 && compound.inTimeShare == 0.5 && compound.finish?.median == 90 * Sample.minute)
    #expect(compound.accept?.median == 20 * Sample.minute && compound.rejected == 0)
    #expect(community.received == 1 && community.escalated == 1 && community.late == 0 && community.done == 0)
    #expect(street.received == 1 && street.escalated == 0 && street.done == 1 && street.rejected == 1)
    #expect(street.finish?.median == 3 * 1_440 * Sample.minute && street.inTimeShare == nil)
    #expect(found.all.ordered == 3 && found.all.late == 1 && found.all.escalated == 2)
  }

  /// At the top the deadline passes and the same people hear of it again: no step up, but late.
  @Test func lateAtTheTop() {
    var story = Story("w-1", at: Sample.at(3), deadline: Sample.at(4), level: "district")
    story.has(.repeated, Sample.at(4)) { $0.missedAt = Sample.at(4) }
    let level = Self.assess([story]).levels["district"]
    #expect(level?.late == 1 && level?.escalated == 0 && level?.received == 1)
  }

  /// The last step of the month before says who watched over it when the month began; without it nobody is blamed.
  @Test func aStepUpIsOfTheLevelBelowAlsoFromTheMonthBefore() {
    let events = Self.climbing(from: -1).events
    let late = Array(events[2...])  // The first step up is that of the month's first instant.
    let known = OrderAssessment(Array(events[1...]), Sample.period, scope: "")
    #expect(known.all.ordered == 0 && known.all.accepted == 0)
    #expect(known.levels["compound"]?.escalated == 1 && known.levels["compound"]?.late == 1)
    #expect(known.levels["community"]?.received == 1 && known.levels["community"]?.escalated == 1)
    let unknown = OrderAssessment(late, Sample.period, scope: "")
    #expect(unknown.levels["compound"] == nil && unknown.all.escalated == 2 && unknown.all.late == 1)
    #expect(unknown.levels["community"]?.received == 1 && unknown.levels["community"]?.late == 0)
  }

  /// The highest first, in words, in every form and both languages.
  @Test func levelsStandInTheReport() throws {
    let report = Report.assessment(
      Sample.log([]), Sample.period, orders: Self.assess([Self.climbing(from: 3)]), equipment: [],
      places: Sample.places, below: "", scope: LocalizedText("–"))
    #expect(
      report.sections.map(\.key).filter { $0.hasPrefix("order") } == [
        "orders", "order_levels", "order_places", "order_people",
      ])
    let table = try #require(report.sections.first { $0.key == "order_levels" }).table
    #expect(
      table.columns.map(\.key) == [
        "level", "received", "accepted", "done", "in_time", "late", "escalated", "rejected", "accept_median",
        "accept_p90", "finish_median", "finish_p90",
      ])
    #expect(table.rows.map { $0[0] } == [Place.Level.street, .community, .compound].map { .text($0.text) })
    #expect(table.rows.map { $0[1] } == [.count(1), .count(1), .count(1)])
    #expect(table.rows.map { $0[5] } == [.count(0), .count(0), .count(1)])
    #expect(table.rows.map { $0[6] } == [.count(0), .count(1), .count(1)])
    #expect(report.written(as: .md, in: .zh).contains("## 工单（按层级）"))
    #expect(report.written(as: .html, in: .en).contains("Orders by level"))
    #expect(report.written(as: .csv, in: .en).contains("\r\ncompound,1,1,0,0.00000,1,1,0,1200,1200,"))
    let json = try JSONSerialization.jsonObject(with: Data(report.written(as: .json, in: .en).utf8)) as? [String: Any]
    let rows = try #require(json?["order_levels"] as? [[String: Any]])
    #expect(rows.map { $0["level"] as? String } == ["street", "community", "compound"])
    #expect(rows.map { $0["received"] as? Int } == [1, 1, 1])
  }

  @Test func theyStandInTheReport() throws {
    var story = Story("w-1", at: Sample.at(3), deadline: Sample.at(4))
    story.has(.done, Sample.at(3, 90), by: "李工")
    let inside = Story("w-2", at: Sample.at(3), place: "d/s/c/y/b3")
    let outside = Story("w-3", at: Sample.at(3), place: "d/s")
    let report = Report.assessment(
      Sample.log([]), Sample.period, orders: Self.assess([story, inside, outside]), equipment: [],
      places: Sample.places, below: "",
      scope: LocalizedText("–"))
    let text = report.written(as: .md, in: .en)
    #expect(text.contains("## Orders by unit") && text.contains("| 维保") && text.contains("100.0 %"))
    // The compound and what lies in it are one, as for alerts.
    let places = try #require(report.sections.first { $0.key == "order_places" }).table.rows
    #expect(places.map { $0[1] } == [.name("d/s"), .name("d/s/c/y")])
    #expect(places.map { $0[2] } == [.count(1), .count(2)])
    for section in report.sections {
      for row in section.table.rows { #expect(row.count == section.table.columns.count, "\(section.key)") }
    }
  }
}
