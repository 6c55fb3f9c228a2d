import API
import Alerts
import ArgumentParser

extension ActionOptions {
  fileprivate func perform(
    _ kind: AlertActionRequest.Kind, to: String? = nil, forMilliseconds: Int64? = nil, force: Bool? = nil
  ) async throws {
    let request = AlertActionRequest(
      action: kind, by: Person.name(by), comment: comment, to: to, forMilliseconds: forMilliseconds, force: force)
    try await send(request, to: "alerts", as: AlertActionView.self) { answer in
      let note = answer.note.map { output.say("；", "; ") + $0 } ?? ""
      return "\(answer.alert.id)  \(answer.alert.title)  \(word(for: kind))\(note)"
    }
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
  func run() async throws { try await options.perform(.ack) }
}

struct Assign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Gives the alert to a person, who is told of it.")
  @OptionGroup var options: ActionOptions
  @Option(help: "To whom: a name or an id of duty.yaml, who is told on the channel there; or any other text.")
  var to: String
  func validate() throws {
    if to.allSatisfy(\.isWhitespace) { throw ValidationError(zh: "请写明指派给谁：--to 姓名", en: "say to whom: --to NAME") }
  }
  func run() async throws { try await options.perform(.assign, to: to) }
}

struct Comment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Adds a remark (--comment) to the alert's story.")
  @OptionGroup var options: ActionOptions
  func validate() throws {
    if options.comment == nil { throw ValidationError(zh: "请写明备注：--comment \"…\"", en: "say what: --comment \"…\"") }
  }
  func run() async throws { try await options.perform(.comment) }
}

struct Shelve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts the alert aside for a while; it comes back by itself.")
  @OptionGroup var options: ActionOptions
  @Option(name: .customLong("for"), help: "For how long: 30m 2h 1d.")
  var duration: String
  func run() async throws {
    let milliseconds = try TimeArgument.duration(duration, option: "--for")
    try await options.perform(.shelve, forMilliseconds: milliseconds)
  }
}

struct Unshelve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Brings a shelved alert back now.")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(.unshelve) }
}

struct Close: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends an alert that has cleared (with --force also one that is active).")
  @OptionGroup var options: ActionOptions
  @Flag(help: "Although the condition still holds.")
  var force = false
  func run() async throws { try await options.perform(.close, force: force) }
}

struct Reset: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends a latched alert (SOS, smoke …) after somebody has looked on the spot.")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(.reset) }
}
