import Alerts
import Community
import Pipeline
import TestSupport
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
    #expect(found.outages.map(\.from) == [Sample.at(4)] && found.longest == Sample.day)
  }

  /// A window of an hour touches an outage of six days: an hour is planned, the rest of it is not.
  @Test(
    arguments: [
      // Days on which the window begins and ends, what it keeps of the outage from the second to the eighth day: begin, end.
      (4, 5, 2, 8), (1, 3, 3, 8), (2, 3, 3, 8), (7, 8, 2, 7), (7, 9, 2, 7),
    ]) func onlyTheWindowIsPlanned(from: Int64, to: Int64, begin: Int64, end: Int64)
  {
    var story = Self.story("a", from: Sample.at(2), to: nil)
    story.suppressed(at: Sample.at(max(from, 2)))
    if to <= 8 { story.released(at: Sample.at(to)) }
    story.clears(at: Sample.at(8))
    let found = Self.availability(Self.lift, [story])
    let planned = min(to, 8) - max(from, 2)
    #expect(found.planned == planned * Sample.day && found.down == (6 - planned) * Sample.day)
    #expect(found.outages.map(\.from) == [Sample.at(begin)] && found.outages.map(\.to) == [Sample.at(end)])
    #expect(found.longest == found.down && found.meanTimeToRepair == found.down)
  }

  @Test func plannedFromTheRaiseOnItIsUntilTheWindowEnds() {
    var story = Self.story("a", from: Sample.at(2), to: nil)
    story.alert.suppression = Suppression(kind: .maintenance, by: "m1", since: Sample.at(2), reason: "work")
    story.events = [AlertEvent(kind: .raised, alert: story.alert, at: Sample.at(2))]
    #expect(Self.availability(Self.lift, [story]).planned == 29 * Sample.day, "it still lasts")
    story.released(at: Sample.at(3))
    // A silence hides it, too, but plans nothing; then the next window.
    story.suppressed(at: Sample.at(4), .silenced)
    story.suppressed(at: Sample.at(5))
    story.suppressed(at: Sample.at(6), .silenced)
    story.clears(at: Sample.at(8))
    let found = Self.availability(Self.lift, [story])
    #expect(found.planned == 2 * Sample.day && found.down == 4 * Sample.day)
    #expect(found.outages.map(\.from) == [Sample.at(3)] && found.outages.map(\.to) == [Sample.at(8)])
  }

  @Test func whatOnlyPlannedWorkPutOutIsNoOutage() {
    // Before the month it was none: in it nothing but the window is left.
    var old = Self.story("a", from: Sample.at(-3), to: nil)
    old.suppressed(at: Sample.at(-1))
    old.clears(at: Sample.at(2))
    let found = Self.availability(
      Self.lift,
      [
        old,
        Self.story("b", rule: "device-silent", subject: "lift-1", from: Sample.at(5), to: Sample.at(6), planned: true),
      ])
    #expect(found.outages.isEmpty && found.down == 0 && found.planned == 3 * Sample.day && found.share == 1)
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
