import API
import Alerts
import ArgumentParser
import Community
import Foundation

/// What every action on alerts takes: which ones, who, why.
struct ActionOptions: ParsableArguments {
  @Argument(help: "Ids of the alerts.")
  var ids: [String]
  @Option(help: "Who does it (default: the user of this shell).")
  var by: String?
  @Option(help: "A remark for the alert's story.")
  var comment: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if ids.isEmpty || ids.contains("") { throw ValidationError("name at least one alert id (see `linli alerts`)") }
  }

  /// Does the same to each alert; goes on after a failure and tells all of them at the end.
  func perform(_ action: AlertActionRequest) async throws {
    let client = ServiceClient(service)
    var failures: [String] = []
    var done: [AlertView] = []
    for id in ids {
      do {
        let alert = try await client.post(
          "/api/v1/alerts/\(ServiceClient.step(id))/actions?lang=\(output.language.rawValue)", action,
          as: AlertView.self)
        done.append(alert)
        if !output.json { Terminal.line("\(alert.id)  \(alert.title)  \(word(for: action.action))") }
      } catch let failure as CommandFailure where failure.code == .problem {
        failures.append("\(id): \(failure.message)")
      }
    }
    if output.json { try Terminal.json(done) }
    if !failures.isEmpty { throw CommandFailure(.problem, failures.joined(separator: "\nlinli: ")) }
  }

  func request(
    _ kind: AlertActionRequest.Kind, to: String? = nil, forMilliseconds: Int64? = nil, force: Bool? = nil
  ) -> AlertActionRequest {
    AlertActionRequest(
      action: kind, by: by ?? ProcessInfo.processInfo.environment["SUDO_USER"] ?? NSUserName(), comment: comment,
      to: to,
      forMilliseconds: forMilliseconds, force: force)
  }

  private func word(for kind: AlertActionRequest.Kind) -> String {
    switch kind {
    case .ack: output.say("已确认", "acknowledged")
    case .assign: output.say("已指派", "assigned")
    case .comment: output.say("已备注", "commented")
    case .shelve: output.say("已搁置", "shelved")
    case .unshelve: output.say("已取消搁置", "unshelved")
    case .close: output.say("已关闭", "closed")
    case .reset: output.say("已复位", "reset")
    }
  }
}

struct Acknowledge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ack", abstract: "Says that somebody has seen the alert and is dealing with it.")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(options.request(.ack)) }
}

struct Assign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Gives the alert to a person.")
  @OptionGroup var options: ActionOptions
  @Option(help: "To whom.")
  var to: String
  func run() async throws { try await options.perform(options.request(.assign, to: to)) }
}

struct Comment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Adds a remark (--comment) to the alert's story.")
  @OptionGroup var options: ActionOptions
  func validate() throws {
    if options.comment == nil { throw ValidationError("say what: --comment \"…\"") }
  }
  func run() async throws { try await options.perform(options.request(.comment)) }
}

struct Shelve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts the alert aside for a while; it comes back by itself.")
  @OptionGroup var options: ActionOptions
  @Option(name: .customLong("for"), help: "For how long: 30m 2h 1d.")
  var duration: String
  func run() async throws {
    let milliseconds = try TimeArgument.duration(duration, option: "--for")
    try await options.perform(options.request(.shelve, forMilliseconds: milliseconds))
  }
}

struct Unshelve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Brings a shelved alert back now.")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(options.request(.unshelve)) }
}

struct Close: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends an alert that has cleared (with --force also one that is active).")
  @OptionGroup var options: ActionOptions
  @Flag(help: "Although the condition still holds.")
  var force = false
  func run() async throws { try await options.perform(options.request(.close, force: force)) }
}

struct Reset: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends a latched alert (SOS, smoke …) after somebody has looked on the spot.")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(options.request(.reset)) }
}
