import Alerts
import Community
import Pipeline
import Testing

@testable import Reports

/// Each figure of the assessment against stories whose outcome can be counted by hand.
@Suite struct AssessmentTests {
  private typealias Sample = ReportSample

  private static func assess(_ stories: [Sample.Story]) -> Assessment {
    Assessment(Sample.log(stories.flatMap(\.events)).cases.cases, Sample.period) { String($0.prefix(7)) }
  }

  private static func unit(_ assessment: Assessment, _ name: String) throws -> Assessment.Figures {
    try #require(assessment.units.first { $0.key.name.zh == name }?.value)
  }

  @Test func answeredAndFinishedInTime() throws {
    var story = Sample.Story("a", at: Sample.at(3))
    story.answered(at: Sample.at(3, 4))
    story.clears(at: Sample.at(3, 60))
    story.closes(at: Sample.at(3, 60))
    let assessment = Self.assess([story])
    let figures = try Self.unit(assessment, "物业")
    #expect(figures.received == 1 && figures.answeredInTime == 1 && figures.answeredLate == 0)
    #expect(figures.finishedInTime == 1 && figures.finishedLate == 0 && figures.escalated == 0)
    #expect(figures.answer?.median == 4 * Sample.minute && figures.finish?.median == 60 * Sample.minute)
    let person = try #require(assessment.people["王强"])
    #expect(person.received == 1 && person.answered == 1 && person.answeredInTimeShare == 1)
    #expect(assessment.all.received == 1 && assessment.places["d/s/c/y"]?.received == 1)
    #expect(assessment.levels["compound"]?.answered == 1)
  }

  /// The book forgets the deadlines of what has cleared before it closes what is acknowledged.
  @Test func whatClosesWithItsReturnIsFinishedInTime() throws {
    var story = Sample.Story("a", at: Sample.at(3))
    story.answered(at: Sample.at(3, 4))
    story.clears(at: Sample.at(3, 60), goesOn: false)
    story.closes(at: Sample.at(3, 60))
    let figures = try Self.unit(Self.assess([story]), "物业")
    #expect(figures.finishedInTime == 1 && figures.finishedLate == 0)
  }

  @Test func aMissedDeadlineIsOfTheUnitThatHadIt() throws {
    var story = Sample.Story("a", at: Sample.at(3))
    story.climbs(at: Sample.at(3, 10))
    story.answered(at: Sample.at(3, 16), by: "赵丽华")
    story.clears(at: Sample.at(3, 20))
    story.closes(at: Sample.at(3, 20))
    let assessment = Self.assess([story])
    let below = try Self.unit(assessment, "物业")
    #expect(below.answeredLate == 1 && below.answeredInTime == 0 && below.escalated == 1 && below.answered == 0)
    // It was taken away before its end was due.
    #expect(below.finishedInTimeShare == nil && below.finished == 0)
    let above = try Self.unit(assessment, "居委会")
    #expect(above.answeredInTime == 1 && above.answer?.median == 6 * Sample.minute && above.finishedInTime == 1)
    #expect(assessment.all.answer?.median == 16 * Sample.minute && assessment.all.escalated == 1)
    #expect(assessment.people["王强"]?.answeredInTimeShare == 0 && assessment.people["王强"]?.answered == 0)
    #expect(assessment.people["赵丽华"]?.answeredInTimeShare == 1)
  }

  @Test func aMissedEndClimbsToo() throws {
    var story = Sample.Story("a", at: Sample.at(3), finish: 60)
    story.answered(at: Sample.at(3, 5))
    story.climbs(at: Sample.at(3, 60), finish: 120)
    story.clears(at: Sample.at(3, 300))
    story.closes(at: Sample.at(3, 300))
    let assessment = Self.assess([story])
    let below = try Self.unit(assessment, "物业")
    #expect(below.answeredInTime == 1 && below.finishedLate == 1 && below.escalated == 1)
    let above = try Self.unit(assessment, "居委会")
    #expect(above.answeredInTimeShare == nil && above.answered == 0 && above.finishedLate == 1 && above.finished == 1)
  }

  @Test func whatReturnsByItselfOwesNoAnswer() throws {
    var returned = Sample.Story("a", at: Sample.at(3))
    returned.clears(at: Sample.at(3, 5), goesOn: false)
    var quiet = Sample.Story("b", at: Sample.at(4))
    quiet.suppressed(at: Sample.at(4, 5))
    var climbing = Sample.Story("c", at: Sample.at(5))
    climbing.clears(at: Sample.at(5, 5))
    climbing.climbs(at: Sample.at(5, 10))
    let figures = try Self.unit(Self.assess([returned, quiet, climbing]), "物业")
    #expect(figures.received == 3 && figures.answeredLate == 1 && figures.answeredInTime == 0)
    #expect(figures.finishedInTimeShare == nil)
  }

  /// At a month's end each step counts once: in the month in which it happened.
  @Test func monthsAddUp() throws {
    let june = try #require(ReportMonth("2026-06")?.period(in: Sample.zone, now: .distantFuture - 1))
    var story = Sample.Story("a", at: Sample.at(31, -5))
    story.answered(at: Sample.at(31, 2))
    story.clears(at: Sample.at(31, 90))
    story.closes(at: Sample.at(31, 90))
    let may = try Self.unit(Self.assess([story]), "物业")
    #expect(may.received == 1 && may.answered == 0 && may.answeredInTimeShare == nil && may.finished == 0)
    var log = ReportLog(june, scope: "") { _, _ in [] }
    for event in story.events { log.add(event) }
    let next = Assessment(log.cases.cases, june) { $0 }
    let figures = try Self.unit(next, "物业")
    #expect(figures.received == 0 && figures.answeredInTime == 1 && figures.finishedInTime == 1)
  }

  @Test func aFaultThatComesAgainWithinAWeek() throws {
    func fault(_ id: String, _ day: Int64, momentary: Bool = false, subject: String = "lift-1/stuck") -> Sample.Story {
      var story = Sample.Story(id, subject: subject, at: Sample.at(day))
      story.answered(at: Sample.at(day, 5))
      story.clears(at: Sample.at(day, momentary ? 0 : 30))
      story.closes(at: Sample.at(day, 30))
      return story
    }
    let assessment = Self.assess([
      fault("a", -3), fault("b", 3), fault("c", 12), fault("d", 14), fault("e", 15, subject: "lift-2/stuck"),
      fault("f", 16, momentary: true, subject: "button"), fault("g", 17, momentary: true, subject: "button"),
    ])
    #expect(assessment.all.repeated == 2)
    #expect(assessment.repetitions.map(\.times) == [2] && assessment.repetitions[0].last == Sample.at(14))
    #expect(try Self.unit(assessment, "物业").repeated == 2)
    #expect(assessment.all.received == 6)
  }

  /// Steps may be gone when their alert is older than the audit trail is kept.
  @Test func aStoryWithoutItsBegin() throws {
    var story = Sample.Story("a", at: Sample.at(-400))
    story.climbs(at: Sample.at(2, 10))
    story.answered(at: Sample.at(2, 12), by: "赵丽华")
    story.events.removeFirst()
    let figures = try Self.unit(Self.assess([story]), "居委会")
    #expect(figures.answeredInTime == 1 && figures.received == 1)
  }

  @Test func placesAreGroupedByCompoundOrByWhatLiesBelow() {
    let places = Sample.places
    let all = PlaceGrouping(places, below: "")
    #expect(all.group("d/s/c/y/b3/f1") == "d/s/c/y" && all.group("d/s/c") == "d/s/c" && all.group("gone") == "gone")
    let compound = PlaceGrouping(places, below: "d/s/c/y")
    #expect(compound.group("d/s/c/y/b3/f1") == "d/s/c/y/b3" && compound.group("d/s/c/y") == "d/s/c/y")
    let street = PlaceGrouping(places, below: "d/s")
    #expect(street.group("d/s/c/y/b3") == "d/s/c/y" && street.group("d/s/c") == "d/s/c")
  }
}
