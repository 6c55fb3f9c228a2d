// 考核: what units and people did with what reached them, in figures that add up from month to month: everything counts in
// the month in which it happened, so nothing is lost at a month's end and nothing counted twice.
import Alerts
package import Community
package import Pipeline

package struct Assessment: Sendable {
  /// The same rule at the same subject within this time after the last one was over is a repeated fault, ms.
  package static let repeatedWithin: Int64 = 7 * 86_400_000

  /// The figures of a unit, a level, a place or a person.
  package struct Figures: Sendable, Equatable {
    /// Alerts that got there; a person's: those for which the person was on duty.
    package var received = 0
    package var answered = 0
    package var answeredInTime = 0
    package var answeredLate = 0
    package var finished = 0
    package var finishedInTime = 0
    package var finishedLate = 0
    package var escalated = 0
    package var repeated = 0
    var answerTimes: [Int64] = []
    var finishTimes: [Int64] = []

    /// From when the unit got it.
    package var answer: Spread? { Spread(answerTimes) }
    package var finish: Spread? { Spread(finishTimes) }
    /// 0…1; nil: no deadline was decided.
    package var answeredInTimeShare: Double? { Self.share(answeredInTime, answeredLate) }
    package var finishedInTimeShare: Double? { Self.share(finishedInTime, finishedLate) }

    private static func share(_ good: Int, _ bad: Int) -> Double? {
      good + bad > 0 ? Double(good) / Double(good + bad) : nil
    }
  }

  package struct Unit: Hashable, Sendable {
    package var place: String
    package var level: String
    package var name: LocalizedText
  }

  /// A fault that came again.
  package struct Repetition: Sendable, Equatable {
    package var rule: String
    package var subject: String
    package var place: String
    package var times: Int
    package var last: Timestamp
  }

  package private(set) var all = Figures()
  package private(set) var units: [Unit: Figures] = [:]
  package private(set) var levels: [String: Figures] = [:]
  /// By where the alert was, in the grouping that was asked for.
  package private(set) var places: [String: Figures] = [:]
  package private(set) var people: [String: Figures] = [:]
  package private(set) var repetitions: [Repetition] = []
  private let period: ReportPeriod

  /// - Parameters:
  ///   - cases: of the period, and of `repeatedWithin` before it.
  ///   - group: the place under which an alert's place is counted.
  package init(_ cases: [AlertCase], _ period: ReportPeriod, group: (_ place: String) -> String) {
    self.period = period
    let repeated = Self.repeated(cases)
    for item in cases { add(item, group: group(item.place), isRepeated: repeated.contains(item.alert)) }
    repetitions = Self.repetitions(cases.filter { repeated.contains($0.alert) && period.contains($0.raisedAt) })
  }

  private mutating func add(_ item: AlertCase, group: String, isRepeated: Bool) {
    let isNew = period.contains(item.raisedAt)
    let first = item.turns.first.map(Unit.init)
    if isNew {
      all.received += 1
      places[group, default: Figures()].received += 1
      if isRepeated {
        all.repeated += 1
        places[group, default: Figures()].repeated += 1
        if let first {
          units[first, default: Figures()].repeated += 1
          levels[first.level, default: Figures()].repeated += 1
        }
      }
    }
    var seen: Set<Unit> = []
    for turn in item.turns {
      let unit = Unit(turn)
      let figures = Figures(turn, period, isNew: seen.insert(unit).inserted)
      units[unit, default: Figures()].add(figures)
      levels[unit.level, default: Figures()].add(figures)
      var whole = figures
      whole.received = 0
      // How long it took from the raise on, whoever had it.
      whole.answerTimes = figures.answerTimes.isEmpty ? [] : [turn.answered.map { max(0, $0 - item.raisedAt) } ?? 0]
      whole.finishTimes = figures.finishTimes.isEmpty ? [] : [turn.finished.map { max(0, $0 - item.raisedAt) } ?? 0]
      all.add(whole)
      places[group, default: Figures()].add(whole)
      addPeople(turn, figures)
    }
  }

  /// Deadlines concern all who were on duty, an answer is of the one who gave it.
  private mutating func addPeople(_ turn: AlertCase.Turn, _ figures: Figures) {
    var duty = figures
    duty.answered = 0
    duty.finished = 0
    duty.answerTimes = []
    duty.finishTimes = []
    for person in turn.people { people[person, default: Figures()].add(duty) }
    guard let name = turn.answeredBy else { return }
    var own = Figures()
    own.answered = figures.answered
    own.finished = figures.finished
    own.answerTimes = figures.answerTimes
    own.finishTimes = figures.finishTimes
    if own != Figures() { people[name, default: Figures()].add(own) }
  }

  /// Alerts whose rule and subject had one shortly before.
  private static func repeated(_ cases: [AlertCase]) -> Set<String> {
    struct Key: Hashable { var rule: String, subject: String }
    var found: Set<String> = []
    let faults = cases.filter { !$0.isMomentary }
    for (_, same) in Dictionary(grouping: faults, by: { Key(rule: $0.rule, subject: $0.subject) }) {
      var last: Timestamp?
      for item in same.sorted(by: { ($0.raisedAt, $0.alert) < ($1.raisedAt, $1.alert) }) {
        if let last, item.raisedAt - last <= repeatedWithin { found.insert(item.alert) }
        if let ended = item.endedAt { last = max(last ?? ended, ended) }
      }
    }
    return found
  }

  private static func repetitions(_ cases: [AlertCase]) -> [Repetition] {
    struct Key: Hashable { var rule: String, subject: String, place: String }
    return Dictionary(grouping: cases) { Key(rule: $0.rule, subject: $0.subject, place: $0.place) }
      .map { key, same in
        Repetition(
          rule: key.rule, subject: key.subject, place: key.place, times: same.count,
          last: same.map(\.raisedAt).max() ?? .distantPast)
      }
      .sorted { ($1.times, $0.rule, $0.subject) < ($0.times, $1.rule, $1.subject) }
  }
}

extension Assessment.Unit {
  init(_ turn: AlertCase.Turn) {
    self.init(place: turn.place, level: turn.level, name: turn.unit)
  }
}

extension Assessment.Figures {
  /// What of a turn happened in the period.
  /// - Parameter isNew: the first time that the unit has this alert.
  fileprivate init(_ turn: AlertCase.Turn, _ period: ReportPeriod, isNew: Bool) {
    if isNew, period.contains(turn.since) { received = 1 }
    if let at = turn.answered, period.contains(at) {
      answered = 1
      answerTimes = [max(0, at - turn.since)]
    }
    if let at = turn.finished, period.contains(at) {
      finished = 1
      finishTimes = [max(0, at - turn.since)]
    }
    if let (at, inTime) = turn.answerOutcome, period.contains(at) {
      if inTime { answeredInTime = 1 } else { answeredLate = 1 }
    }
    if let (at, inTime) = turn.finishOutcome, period.contains(at) {
      if inTime { finishedInTime = 1 } else { finishedLate = 1 }
    }
    if let at = turn.escalated, period.contains(at) { escalated = 1 }
  }

  fileprivate mutating func add(_ other: Self) {
    received += other.received
    answered += other.answered
    answeredInTime += other.answeredInTime
    answeredLate += other.answeredLate
    finished += other.finished
    finishedInTime += other.finishedInTime
    finishedLate += other.finishedLate
    escalated += other.escalated
    repeated += other.repeated
    answerTimes += other.answerTimes
    finishTimes += other.finishTimes
  }
}
