import API
import App
import ArgumentParser
import Community
import Foundation
import Pipeline

struct Tape: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the journal as a tape, as mosquitto_sub -F %j would.")

  @Option(help: "How far back: 90s 10m 2h 3d, or a time.")
  var since = "1h"
  @Option(help: "Only topics that match this MQTT filter.")
  var topic = "#"
  @OptionGroup var service: ServiceOptions
  /// `--json` as everywhere; a tape is JSON in any case.
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let refusal = TopicFilter.refusal(of: topic) { throw ValidationError(refusal.of("--topic")) }
  }

  func run() async throws {
    let now = Timestamp(seconds: Date().timeIntervalSince1970)
    let start = try TimeArgument.past(since, now: now, option: "--since")
    try await ServiceClient(service).stream(
      "GET", "/api/v1/tape", ["since": start.rfc3339, "topic": topic]
    ) { Terminal.write($0) }
  }
}

struct Reload: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: """
      Reads the configuration again (as SIGHUP does); a bad one is refused whole. Says what takes effect at the next start \
      only.
      """)
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let answer = try await ServiceClient(service).post("/api/v1/reload", as: ReloadView.self)
    if output.json { return try Terminal.json(answer) }
    for text in answer.afterRestart { Terminal.error("linli: " + text) }
  }
}
