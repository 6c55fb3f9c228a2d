import App
import ArgumentParser
import ConfigFile
import Foundation
import Rules

struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Work on rules.", subcommands: [Test.self, Tune.self])

  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs unit tests of rules.")

    @Option(help: "Directory of the configuration (default: the one that the test files lie in, else as for serve).")
    var config: String?
    @Argument(help: "Test files, e.g. config/tests/care.yaml.")
    var files: [String]
    @OptionGroup var output: OutputOptions

    private struct Outcome: Encodable {
      var file: String
      var name: String
      var passed: Bool
      var details: String
    }

    func run() throws {
      let log = ProblemLog()
      // A file that is not there does not say either where its configuration would be.
      if config == nil, !files.allSatisfy(FileManager.default.isReadableFile) {
        for file in files { _ = ConfigReader.load(file, log: log) }
        Terminal.show(log.sorted)
        throw CommandFailure(.problem)
      }
      // Nobody is told anything: the secrets of channels and brokers may be elsewhere.
      let configuration = try CheckedConfiguration.load(
        config ?? Self.configurationAround(files.first), missingSecrets: .warning)
      let site = configuration.ruleSet.site
      let tests = files.map { (file: $0, tests: RuleTestReader.load($0, at: site, log: log)) }
      let runner = RuleTestRunner(configuration.ruleSet, log: log)
      var outcomes: [Outcome] = []
      for (file, tests) in tests {
        for test in tests {
          guard let result = runner.run(test) else { continue }
          outcomes.append(
            Outcome(file: file, name: result.name, passed: result.passed, details: result.text(in: output.language)))
        }
      }
      Terminal.show(log.sorted)
      let failed = outcomes.filter { !$0.passed }
      if output.json {
        try Terminal.json(outcomes)
      } else {
        for outcome in failed { Terminal.lines(outcome.details) }
        Terminal.line(
          output.say(
            "\(outcomes.count - failed.count) 项通过，\(failed.count) 项失败",
            "\(outcomes.count - failed.count) passed, \(failed.count) failed"))
      }
      if !failed.isEmpty || log.hasErrors { throw CommandFailure(.problem) }
    }

    /// The nearest folder above the test file that holds a linli.yaml.
    private static func configurationAround(_ file: String?) -> String? {
      guard let file else { return nil }
      var folder = URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent()
      while folder.path != "/" {
        if FileManager.default.fileExists(atPath: folder.appendingPathComponent("linli.yaml").path) {
          return folder.path
        }
        folder.deleteLastPathComponent()
      }
      return nil
    }
  }
}
