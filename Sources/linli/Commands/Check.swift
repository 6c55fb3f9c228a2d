import App
import ArgumentParser
import Community
import ConfigFile
import Rules

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads every file as serve would and names every mistake with file, line and column.")

  @Option(help: "Directory of the configuration (default: LINLI_CONFIG, else /etc/linli, else ./config).")
  var config: String?
  @OptionGroup var output: OutputOptions

  private struct Finding: Encodable {
    var file: String
    var line: Int
    var column: Int
    var severity: String
    var message: String
    var hint: String?
  }

  func run() throws {
    let directory = ServiceLocations.config(config)
    let configuration = LoadedConfiguration.load(directory: directory)
    let problems = configuration.problems
    if output.json {
      try Terminal.json(
        problems.map {
          Finding(
            file: $0.location.file, line: $0.location.line, column: $0.location.column, severity: $0.severity.rawValue,
            message: $0.message[output.language], hint: $0.hint?[output.language])
        })
    } else {
      for problem in problems { Terminal.line(problem.text(in: output.language)) }
      if !configuration.hasErrors { Terminal.line(summary(of: configuration)) }
    }
    if configuration.hasErrors { throw CommandFailure(.problem) }
  }

  private func summary(of configuration: LoadedConfiguration) -> String {
    let community = configuration.community
    let rules = configuration.ruleSet.rules.count
    return output.say(
      "\(configuration.directory)：正确。\(community.places.places.count) 个场所，\(community.devices.count) 台设备，\(community.points.count) 个测点，\(rules) 条规则。",
      "\(configuration.directory): fine. \(community.places.places.count) places, \(community.devices.count) devices, \(community.points.count) points, \(rules) rules."
    )
  }
}
