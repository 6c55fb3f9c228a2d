import API
import ArgumentParser
import Community
import Foundation

/// The command. It parses, asks the service or runs a tool in process, and prints.
/// Exit codes: 0 fine; 1 "there is a problem"; 2 wrong usage; 3 the service cannot be reached.
@main
struct Linli: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "linli",
    abstract: "Watches a residential community over MQTT and tells the right person in time. 邻里：社区物联网看护。",
    version: Version.current,
    subcommands: [
      Serve.self, Check.self, Status.self, Devices.self, Adopt.self, Points.self, History.self, Alerts.self,
      AlertStory.self, Acknowledge.self, Assign.self, Comment.self, Shelve.self, Unshelve.self, Close.self, Reset.self,
      Orders.self, OrderCommand.self, Volunteers.self, Bank.self,
      SilenceCommand.self, MaintenanceCommand.self, OutOfServiceCommand.self, AwayCommand.self,
      Replay.self, RulesCommand.self, ReportCommand.self, Tape.self, Simulate.self, Demo.self, Reload.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      if !failure.message.isEmpty { Terminal.error("linli: \(failure.message)") }
      Foundation.exit(failure.code.rawValue)
    } catch {
      let code = exitCode(for: error)
      if code == .success || code.rawValue == 0 { exit(withError: error) }
      if error is ExitCode { Foundation.exit(code.rawValue) }
      Terminal.error("linli: \(oneLine(error))")
      Foundation.exit(
        code == .validationFailure ? CommandFailure.Code.usage.rawValue : CommandFailure.Code.problem.rawValue)
    }
  }
}

extension Linli {
  /// What is wrong with the arguments and where to look, without the usage that the parser would add.
  private static func oneLine(_ error: any Error) -> String {
    let words = (error as? any WordedError)?.text.spoken ?? message(for: error)
    let text = words.split(whereSeparator: \.isNewline).joined(separator: " ")
    let help = fullMessage(for: error).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .first { $0.hasPrefix("See '") && $0.contains("--help'") }
    guard let command = help?.split(separator: "'").dropFirst().first else { return text }
    return LocalizedText(zh: "\(text)；用法见 `\(command)`", en: "\(text); see `\(command)`").spoken
  }
}
