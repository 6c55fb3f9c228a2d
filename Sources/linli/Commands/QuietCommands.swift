import API
import Alerts
import ArgumentParser
import Community
import Foundation

/// `linli silence …`: alerts that match keep quiet for a time.
struct SilenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "silence", abstract: "Planned quiet: alerts that match tell nobody for a time.",
    subcommands: [Add.self, List.self, Expire.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Silences what matches; --preview says what that would have hidden in the past week.")
    @OptionGroup var quiet: QuietOptions
    @OptionGroup var span: SpanOptions
    @Flag(help: "Critical alerts, too.")
    var critical = false
    func validate() throws { try quiet.validate(needsEnd: !quiet.preview, span) }
    func run() async throws { try await quiet.plan(.silence, span, critical: critical) }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Silences that hold or are planned.")
    @OptionGroup var list: QuietList
    func run() async throws { try await list.show(.silence) }
  }

  struct Expire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends silences now: what they hid and is still open speaks.")
    @OptionGroup var end: QuietEnd
    func run() async throws { try await end.perform(.silence) }
  }
}

/// `linli maintenance …`: work at a place or device.
struct MaintenanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maintenance",
    abstract: "Planned work: alerts of a place or device tell nobody meanwhile. Weekly windows stand in alerts.yaml.",
    subcommands: [Add.self, List.self, End.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Plans maintenance, e.g. `linli maintenance add b3 --for 2h --reason \"lift inspection\"`.")
    @OptionGroup var quiet: QuietOptions
    @OptionGroup var span: SpanOptions
    @Flag(help: "Critical alerts, too.")
    var critical = false
    func validate() throws { try quiet.validate(needsEnd: !quiet.preview, span) }
    func run() async throws { try await quiet.plan(.maintenance, span, critical: critical) }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Maintenance that holds or is planned, weekly windows too.")
    @OptionGroup var list: QuietList
    func run() async throws { try await list.show(.maintenance) }
  }

  struct End: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ends maintenance now.")
    @OptionGroup var end: QuietEnd
    func run() async throws { try await end.perform(.maintenance) }
  }
}

/// `linli out-of-service …`: until somebody takes it back.
struct OutOfServiceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "out-of-service",
    abstract: "Takes a device, or a rule at a place, out of service until it is taken back; critical alerts, too.",
    subcommands: [Add.self, List.self, End.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes out of service: `--device smoke-301`, or `PLACE --rule water-leak`.")
    @OptionGroup var quiet: QuietOptions
    func run() async throws { try await quiet.plan(.outOfService, nil, critical: true) }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What is out of service.")
    @OptionGroup var list: QuietList
    func run() async throws { try await list.show(.outOfService) }
  }

  struct End: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Takes back into service.")
    @OptionGroup var end: QuietEnd
    func run() async throws { try await end.perform(.outOfService) }
  }
}

/// `linli away PLACE --until …`: nobody is at home.
struct AwayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "away",
    abstract: "Nobody is at home: rules that say `away: suppress` keep quiet there. Without a place: who is away.")

  @Argument(help: "The home.")
  var place: String?
  @OptionGroup var span: SpanOptions
  @Flag(help: "Somebody is back before the time.")
  var back = false
  @Option(name: [.customLong("reason"), .customLong("comment")], help: "Why, or where they are.")
  var reason: String?
  @Option(help: "Who says so (default: the user of this shell).")
  var by: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if place == nil, back || !span.isEmpty { throw ValidationError(zh: "请写明是哪一户", en: "name the home") }
    if back && !span.isEmpty { throw ValidationError(zh: "--back 不需要写时间", en: "--back takes no time") }
    if place != nil, !back, span.duration == nil, span.until == nil {
      throw ValidationError(
        zh: "请写明多久：--for 3d 或 --until 2026-02-15；或写 --back",
        en: "say how long: --for 3d or --until 2026-02-15; or --back")
    }
  }

  func run() async throws {
    let client = ServiceClient(service)
    guard let place else { return try await QuietText.show(.away, all: false, client, output) }
    let query = "?lang=\(output.language.rawValue)"
    if back {
      let ended = try await client.post(
        "/api/v1/away/back\(query)", QuietEndBody(by: Person.name(by), place: place), as: [QuietView].self)
      if output.json { return try Terminal.json(ended) }
      return Terminal.line(output.say("已登记回家。", "noted: back at home."))
    }
    var body = QuietBody(places: [place], reason: reason ?? output.say("外出", "away"), by: Person.name(by))
    try span.fill(&body)
    let view = try await client.post("/api/v1/away\(query)", body, as: QuietView.self)
    if output.json { return try Terminal.json(view) }
    QuietText.printOne(view, output)
  }
}
