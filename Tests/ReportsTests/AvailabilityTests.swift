import Alerts
import Community
import Pipeline
import Testing

@testable import Reports

@Suite struct AvailabilityTests {
  private typealias Sample = ReportSample
  private static let lift = Equipment(
    kind: .lift, id: "lift-1", name: LocalizedText("Lift 1"), place: "d/s/c/y/b3")
  private static let carPark = Equipment(
    kind: .carPark, id: "d/s/c/y/parking", name: LocalizedText("Car park"), place: "d/s/c/y/parking")

  private static func story(
    _ id: String, rule: String = "lift-fault", subject: String = "lift-1/stuck", place: String = "d/s/c/y/b3",
    priority: Priority = .high, from: Timestamp, to: Timestamp?, planned: Bool = false
  ) -> Sample.Story {
    var story = Sample.Story(id, rule: rule, subject: subject, place: place, priority: priority, at: from)
    if planned { story.suppressed(at: from) }
    if let to { story.clears(at: to) }
    return story
  }

  private static func availability(_ equipment: Equipment, _ stories: [Sample.Story]) -> Availability {
    Availability(equipment, Sample.log(stories.flatMap(\.events)).alarms.records, Sample.period)
  }

  @Test func withoutAnOutage() {
    let found = Self.availability(Self.lift, [])
    #expect(found.share == 1 && found.outages.isEmpty && found.longest == nil)
    #expect(found.meanTimeBetweenFailures == nil && found.meanTimeToRepair == nil)
  }

  @Test func overlappingAlertsAreOneOutage() {
    let found = Self.availability(
      Self.lift,
      [
        Self.story("a", from: Sample.at(2), to: Sample.at(2, 60)),
        Self.story("b", rule: "device-silent", subject: "lift-1", from: Sample.at(2, 30), to: Sample.at(2, 90)),
        Self.story("c", from: Sample.at(2, 40), to: Sample.at(2, 50)),
        Self.story("d", from: Sample.at(9), to: Sample.at(9, 30)),
      ])
    #expect(found.outages.map(\.rules) == [["lift-fault", "device-silent"], ["lift-fault"]])
    #expect(found.down == 120 * Sample.minute && found.longest == 90 * Sample.minute)
    #expect(found.meanTimeToRepair == 60 * Sample.minute)
    #expect(found.meanTimeBetweenFailures == (31 * Sample.day - 120 * Sample.minute) / 2)
    #expect(found.share == Double(31 * 1_440 - 120) / Double(31 * 1_440))
  }

  @Test func whatLastsBeyondTheMonthIsCutAndStaysOpen() {
    let found = Self.availability(
      Self.lift,
      [
        Self.story("a", from: Sample.at(-10), to: Sample.at(1)), Self.story("b", from: Sample.at(30), to: nil),
        Self.story("c", from: Sample.at(-20), to: Sample.at(-15)),
      ])
    #expect(found.down == 2 * Sample.day && found.outages.map(\.to) == [Sample.at(1), nil])
    let open = Self.availability(Self.lift, [Self.story("b", from: Sample.at(30), to: Sample.at(35))])
    #expect(open.outages.map(\.to) == [nil], "what happens after the month is not known in it")
  }

  @Test func otherDevicesAndLowPrioritiesDoNotCount() {
    let found = Self.availability(
      Self.lift,
      [
        Self.story("a", subject: "lift-10/stuck", from: Sample.at(2), to: Sample.at(3)),
        Self.story("b", rule: "lift-door-held", priority: .low, from: Sample.at(2), to: Sample.at(3)),
      ])
    #expect(found.share == 1)
  }

  @Test func plannedWorkIsOwedByNobody() {
    let found = Self.availability(
      Self.lift,
      [
        Self.story("a", from: Sample.at(2), to: Sample.at(4), planned: true),
        Self.story("b", from: Sample.at(3), to: Sample.at(5)),
      ])
    #expect(found.planned == 2 * Sample.day && found.down == Sample.day)
    #expect(found.share == 28.0 / 29.0)
  }

  @Test func aCarParkIsClosedByItsAlertsNotByADeadSensor() {
    let place = "d/s/c/y/parking/north"
    let found = Self.availability(
      Self.carPark,
      [
        Self.story("a", rule: "carpark-co", subject: "co/co", place: place, from: Sample.at(2), to: Sample.at(2, 30)),
        Self.story("b", rule: "device-silent", subject: "bay-1", place: place, from: Sample.at(4), to: Sample.at(9)),
        Self.story("c", rule: "water-leak", subject: "leak", place: "d/s/c/y/b3", from: Sample.at(4), to: Sample.at(9)),
      ])
    #expect(found.outages.map(\.rules) == [["carpark-co"]] && found.down == 30 * Sample.minute)
  }
}
