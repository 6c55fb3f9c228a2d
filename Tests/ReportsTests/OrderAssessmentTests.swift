import Alerts
import Community
import Orders
import Pipeline
import Testing

@testable import Reports

/// Orders in the assessment: stories whose outcome can be counted by hand.
@Suite struct OrderAssessmentTests {
  private typealias Sample = ReportSample

  private struct Story {
    var order: Order
    var events: [OrderEvent] = []

    init(_ id: String, at: Timestamp, unit: String = "维保", place: String = "d/s/c/y", deadline: Timestamp? = nil) {
      order = Order(
        id: id, title: LocalizedText(id), place: place, priority: .high, source: .person, unit: LocalizedText(unit),
        orderedBy: "王强", orderedAt: at)
      order.deadline = deadline
      events = [OrderEvent(kind: .ordered, order: order, at: at, by: "王强")]
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
