package import ConfigFile
package import Pipeline
package import Rules

/// Plays a tape through a rule and its variants at once, and counts what each would have done.
package struct RuleTuner: Sendable {
  /// What one variant did.
  package struct Row: Sendable, Equatable {
    package var knob: RuleVariant.Knob?
    package var value: String
    package var alerts: Int
    package var subjects: Int
    package var fleeting: Int
    package var chattering: Int
    /// Time in alarm over all subjects, ms; an alert that is still active counts until the tape's last message.
    package var active: Int64
  }

  private let variants: [RuleVariant]
  private let ruleSet: RuleSet

  /// - Parameter log: gets what keeps a variant from running (a deadband wider than its range, for example).
  package init(_ variants: [RuleVariant], site: Site, log: ProblemLog) {
    self.variants = variants
    var first = variants
    if !first.isEmpty { first[0].rule.enabled = true }
    ruleSet = RuleSet(first.map(\.rule), site: site, log: log)
  }

  /// - Parameter malformed: called for every line that is no message, and with line 0 for a tape that cannot be read.
  /// - Returns: a row a variant; none when there was no message.
  package func run(
    _ tapes: [String], malformed: (_ tape: String, _ line: Int, _ problem: TapeProblem) -> Void
  ) throws -> [Row] {
    let wanted = Dictionary(
      variants.map { ($0.rule.id, AlarmLog { _, _ in [] }) }, uniquingKeysWith: { first, _ in first })
    var logs = wanted
    let player = TapePlayer(ruleSet, tellsReadings: false)
    _ = try player.play(tapes) { event in
      switch event {
      case .change(let change): logs[change.rule]?.add(change)
      case .malformed(let tape, let line, let problem): malformed(tape, line, problem)
      case .reading: break
      }
    }
    guard let end = player.span?.upperBound else { return [] }
    return variants.map { variant in row(variant, logs[variant.rule.id]?.records ?? [], until: end) }
  }

  private func row(_ variant: RuleVariant, _ records: [AlarmRecord], until end: Timestamp) -> Row {
    let begin = records.map(\.raisedAt).min() ?? end
    let kpi = AlarmKPI(records, from: begin, to: end + 1)
    return Row(
      knob: variant.knob, value: variant.value, alerts: records.count, subjects: Set(records.map(\.subject)).count,
      fleeting: kpi.fleeting, chattering: kpi.chattering.reduce(0) { $0 + $1.episodes },
      active: records.reduce(0) { $0 + (($1.clearedAt ?? end) - $1.raisedAt) })
  }
}
