import App
import ArgumentParser
import Community
import ConfigFile
import Foundation
import Reports
import Rules

extension RulesCommand {
  /// How `for`, `deadband` and the threshold of a rule would change what it did on a tape.
  struct Tune: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows how for, deadband and the threshold of a rule would change the number of its alerts on a tape.")

    @Argument(help: "Id of a rule.")
    var rule: String
    @Option(name: .customLong("tape"), help: "A tape, as `linli tape` prints it; may be repeated.")
    var tapes: [String]
    @Option(help: "Directory of the configuration (default: LINLI_CONFIG, else /etc/linli, else ./config).")
    var config: String?
    @Option(
      name: .customLong("for"), parsing: .upToNextOption, help: "Holds to try instead of the usual ones: 5m 10m 1h.")
    var holds: [String] = []
    @Option(parsing: .upToNextOption, help: "Deadbands to try.")
    var deadband: [Double] = []
    @Option(parsing: .upToNextOption, help: "Thresholds to try.")
    var threshold: [Double] = []
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
      var knob: String?
      var value: String?
      var alerts: Int
      var subjects: Int
      var fleeting: Int
      var chattering: Int
      var activeSeconds: Double
    }

    func run() throws {
      let configuration = try CheckedConfiguration.load(config)
      let rules = configuration.ruleSet.rules
      guard let rule = rules.first(where: { $0.id == rule }) else {
        let hint = Suggestion.hint(for: self.rule, among: rules.map(\.id))
        throw CommandFailure(
          .problem, zh: "\(configuration.directory) 中没有规则“\(self.rule)”\(hint.map { "；\($0.zh)" } ?? "")",
          en: "there is no rule '\(self.rule)' in \(configuration.directory)\(hint.map { "; \($0.en)" } ?? "")")
      }
      let holds = try holds.map { try TimeArgument.duration($0, option: "--for") }
      let log = ProblemLog()
      let variants = RuleVariant.all(of: rule, holds: holds, deadbands: deadband, thresholds: threshold)
      let tuner = RuleTuner(variants, site: configuration.ruleSet.site, log: log)
      Terminal.show(log.sorted.filter { $0.severity == .error })
      var (malformed, unreadable) = (0, 0)
      let rows = try tuner.run(tapes) { tape, line, problem in
        if line > 0 { malformed += 1 } else { unreadable += 1 }
        TapeTrouble.show(tape, line, problem)
      }
      if rows.isEmpty { throw CommandFailure(.problem, unreadable > 0 ? "" : TapeTrouble.noMessage.spoken) }
      try show(rows)
      if malformed > 0 { throw CommandFailure(.problem, TapeTrouble.skipped(malformed)) }
      if unreadable > 0 { throw CommandFailure(.problem) }
    }

    private func show(_ rows: [RuleTuner.Row]) throws {
      if output.json {
        return try Terminal.json(
          rows.map { row in
            Row(
              knob: row.knob?.rawValue, value: row.knob == nil ? nil : row.value, alerts: row.alerts,
              subjects: row.subjects, fleeting: row.fleeting, chattering: row.chattering,
              activeSeconds: Double(row.active) / 1_000)
          })
      }
      var table = Table(
        output.say("改动", "CHANGE"), output.say("报警", "ALERTS"), output.say("对象", "SUBJECTS"),
        output.say("瞬时", "FLEETING"), output.say("抖动", "CHATTERING"), output.say("报警总时长", "TIME IN ALARM"))
      for row in rows {
        let name = row.knob.map { "\($0.rawValue): \(row.value)" } ?? output.say("（现状）", "(as it is)")
        table.add(
          name, "\(row.alerts)", "\(row.subjects)", "\(row.fleeting)", "\(row.chattering)",
          FigureText.duration(row.active)[output.language])
      }
      table.print()
    }
  }
}
