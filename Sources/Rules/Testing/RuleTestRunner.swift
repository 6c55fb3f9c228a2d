package import ConfigFile
import Pipeline
import Words

/// Runs rule tests: injects the readings into a core of its own and compares the changes with what is expected.
///
/// Times are exact. Expectations are complete for the rules that they name: any other change of such a rule is a failure;
/// a test that expects nothing allows no change of any rule but the built-in device faults.
package struct RuleTestRunner {
  private let plan: LanePlan
  private let site: Site
  private let log: ProblemLog

  /// What is wrong with a test (an unknown point …) goes to the log, and the test gives no result.
  package init(_ rules: RuleSet, log: ProblemLog) {
    plan = rules.plan
    site = rules.site
    self.log = log
  }

  package func run(_ test: RuleTest) -> RuleTestResult? {
    guard checkNames(test), let readings = readings(of: test) else { return nil }
    let changes = changes(of: test, readings)
    return RuleTestResult(
      name: test.name, location: test.location, differences: differences(test, changes))
  }

  // MARK: - Names

  private func checkNames(_ test: RuleTest) -> Bool {
    let rules = Set(plan.rules.map(\.id))
    var fine = true
    for expectation in test.expectations {
      guard rules.contains(expectation.rule) else {
        log.error(
          at: expectation.location, zh: "未知的规则“\(expectation.rule)”，或者它没有选中任何测点",
          en: "unknown rule \"\(expectation.rule)\", or one that selects nothing",
          hint: Suggestion.hint(for: expectation.rule, among: rules.sorted()))
        fine = false
        continue
      }
      guard let subject = expectation.subject else { continue }
      let subjects = plan.rules.filter { $0.id == expectation.rule }.flatMap { $0.instances.map(\.subject) }
      if !subjects.contains(subject) {
        log.error(
          at: expectation.location, zh: "规则“\(expectation.rule)”不监视“\(subject)”",
          en: "rule \"\(expectation.rule)\" does not watch \"\(subject)\"",
          hint: Suggestion.hint(for: subject, among: subjects))
        fine = false
      }
    }
    return fine
  }

  // MARK: - Readings

  private struct Arrival {
    var time: Timestamp
    var point: PointID
    var value: Double
    var reason: QualityReason
  }

  /// All series merged in time order; those of the same moment in the order of the file. nil when a value makes no sense.
  private func readings(of test: RuleTest) -> [Arrival]? {
    var arrivals: [Arrival] = []
    var fine = true
    for series in test.series {
      guard let id = site.pointNamed(series.point) else {
        log.error(
          at: series.location, Selector.Key.point.unknown(series.point),
          hint: Suggestion.hint(for: series.point, among: plan.points.map(\.id)))
        fine = false
        continue
      }
      var time = test.start + series.from
      for (value, count) in series.values {
        guard let reading = reading(value, at: plan.points[Int(id)], series.location) else {
          fine = false
          break
        }
        for _ in 0..<count {
          if case .arrives(let number, let reason) = reading {
            arrivals.append(Arrival(time: time, point: id, value: number, reason: reason))
          }
          time = time + series.every
        }
      }
    }
    guard fine else { return nil }
    // Sorting is not stable: the order of the file decides between equal times.
    return arrivals.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
  }

  private enum Step {
    case nothing
    case arrives(Double, QualityReason)
  }

  /// nil, with the reason in the log, for a text that is no value of the point.
  private func reading(
    _ value: RuleTest.Series.Value, at point: PointPlan, _ location: SourceLocation
  ) -> Step? {
    switch value {
    case .none: return .nothing
    case .bad(let reason): return .arrives(0, reason)
    case .text(let text):
      guard let number = ValueWord.value(of: text, in: point.values) else {
        let values = ValueWord.describe(point.values)
        log.error(
          at: location, zh: "“\(text)”不是“\(point.id)”的值，它的值应为\(values.zh)",
          en: "\"\(text)\" is no value of \"\(point.id)\", which is \(values.en)")
        return nil
      }
      if let range = point.range, !range.contains(number) { return .arrives(number, .outOfRange) }
      return .arrives(number, .none)
    }
  }

  // MARK: - Running and comparing

  private func changes(of test: RuleTest, _ arrivals: [Arrival]) -> [ConditionChange] {
    var run = LaneRun(plan: plan, start: test.start)
    var changes: [ConditionChange] = []
    for arrival in arrivals {
      let device = plan.points[Int(arrival.point)].device
      run.take(arrival.value, arrival.reason, of: arrival.point, device: device, at: arrival.time)
      changes += run.takeChanges()
    }
    let last = test.expectations.compactMap(\.at).max() ?? 0
    let end = max(arrivals.last?.time ?? test.start, test.start + last)
    run.advance(to: test.until.map { test.start + $0 } ?? end)
    return changes + run.takeChanges()
  }

  private func differences(_ test: RuleTest, _ changes: [ConditionChange]) -> [RuleTestResult.Difference] {
    let named = Set(test.expectations.map(\.rule))
    var open = changes.filter { change in
      named.isEmpty ? !RuleCatalogue.isBuiltIn(change.rule) : named.contains(change.rule)
    }
    var differences: [(at: Int64, difference: RuleTestResult.Difference)] = []
    // Those that say more are matched first, so that a loose one does not take what an exact one needs.
    let expectations = test.expectations.filter { $0.kind != .silent }
    for expectation in expectations.filter({ $0.subject != nil }) + expectations.filter({ $0.subject == nil }) {
      if let match = open.firstIndex(where: { Self.matches(expectation, $0, start: test.start) }) {
        open.remove(at: match)
      } else {
        differences.append((expectation.at ?? 0, .missing(Self.line(expectation), expectation.location)))
      }
    }
    // A rule that a `silent` names for one subject only may still do what it likes elsewhere.
    let loose = test.expectations.filter { $0.kind == .silent && $0.subject != nil }
    open.removeAll { change in
      let ofRule = test.expectations.filter { $0.rule == change.rule }
      return !ofRule.isEmpty && ofRule.allSatisfy { $0.kind == .silent && $0.subject != nil }
        && !loose.contains { $0.rule == change.rule && $0.subject == change.subject }
    }
    for change in open {
      let at = change.at - test.start
      let line = RuleTestResult.Line(
        at: at, change: change.kind.rawValue, rule: change.rule, subject: change.subject, value: change.value)
      differences.append((at, .unexpected(line)))
    }
    return differences.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
      .map(\.element.difference)
  }

  private static func matches(_ expectation: RuleTest.Expectation, _ change: ConditionChange, start: Timestamp) -> Bool
  {
    expectation.kind == .change(change.kind) && expectation.rule == change.rule
      && expectation.at == change.at - start && (expectation.subject.map { $0 == change.subject } ?? true)
      && (expectation.value.map { $0 == change.value } ?? true)
  }

  private static func line(_ expectation: RuleTest.Expectation) -> RuleTestResult.Line {
    var change = "silent"
    if case .change(let kind) = expectation.kind { change = kind.rawValue }
    return RuleTestResult.Line(
      at: expectation.at, change: change, rule: expectation.rule, subject: expectation.subject, value: expectation.value
    )
  }
}
