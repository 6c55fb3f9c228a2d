import Alerts
import App
import ArgumentParser
import Community
import Foundation
import Pipeline
import Reports
import Rules

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs recorded messages through profiles and rules with the tape's clock and prints every alert change.")

  @Option(help: "Directory of the configuration (default: LINLI_CONFIG, else /etc/linli, else ./config).")
  var config: String?
  @Option(help: "Let the clock run on to this time after the last message, e.g. 2026-01-06T00:00:00+08:00.")
  var until: String?
  @Flag(help: "Print readings instead of alert changes.")
  var readings = false
  @Flag(help: "Print what the alerts would have been like for people: load, floods, chattering, top ten (ISA-18.2).")
  var kpi = false
  @Argument(help: "Tapes: lines as `mosquitto_sub -F %j` prints them; - is standard input.")
  var tapes: [String]
  @OptionGroup var output: OutputOptions

  func run() throws {
    var end: Timestamp?
    if let until {
      guard let time = Timestamp(rfc3339: until) else {
        throw CommandFailure(
          .usage, zh: "--until：“\(until)”不是 2026-01-05T03:20:00+08:00 这样的时间",
          en: "--until: '\(until)' is not a time like 2026-01-05T03:20:00+08:00")
      }
      end = time
    }
    if kpi && readings { throw CommandFailure(.usage, OptionText.exclusive("--kpi", "--readings")) }
    let configuration = try CheckedConfiguration.load(config)
    let player = TapePlayer(configuration.ruleSet, until: end, tellsReadings: readings)
    var changes: [ReplayChange] = []
    var shown: [ReplayReading] = []
    var lines = LineBuffer()
    var measured = MeasuredReplay(configuration, language: output.language)
    var unreadable = 0
    var escalation = ReplayEscalation(configuration)
    func show(_ found: [ReplayChange]) {
      for change in found {
        if output.json { lines.add(change.json) } else { changes.append(change) }
      }
    }
    let malformed = try player.play(tapes) { event in
      switch event {
      case .change(let change):
        if readings { return }
        let found = escalation.take(change)
        if kpi { measured.add(found) } else { show(found) }
      case .reading(let reading):
        guard readings else { return }
        if output.json { lines.add(reading.json) } else { shown.append(reading) }
      case .malformed(let tape, let line, let problem):
        if line == 0 { unreadable += 1 }
        TapeTrouble.show(tape, line, problem)
      }
    }
    if let span = player.span, !readings {
      let found = escalation.finish(at: span.upperBound)
      if kpi { measured.add(found) } else { show(found) }
    }
    lines.flush()
    if kpi {
      // Which tape it was has been said.
      if player.span == nil && unreadable > 0 { throw CommandFailure(.problem) }
      try measured.print(player.span, output)
    } else if !output.json {
      let table = ReplayTable(
        language: output.language, zone: configuration.ruleSet.plan.zones[0],
        catalogue: configuration.ruleSet.catalogue,
        word: configuration.valueWord)
      Terminal.lines(readings ? table.text(shown) : table.text(changes))
    }
    let skipped = malformed - unreadable
    if skipped > 0 { throw CommandFailure(.problem, TapeTrouble.skipped(skipped)) }
    if unreadable > 0 { throw CommandFailure(.problem) }
  }
}

/// What a replay adds up to when its lines are not wanted.
private struct MeasuredReplay {
  private var log: AlarmLog
  private let zone: TimeZone

  init(_ configuration: LoadedConfiguration, language: Language) {
    let places = configuration.community.places
    zone = configuration.settings.timeZone
    log = AlarmLog { place, _ in places.chain(from: place).prefix(1).compactMap { $0.duty?.unit[language] } }
  }

  /// Nobody answers in a replay: what climbs for want of that says nothing about the rules.
  mutating func add(_ changes: [ReplayChange]) {
    for change in changes where change.change != AlertEvent.Kind.escalated.rawValue { log.add(change) }
  }

  /// - Parameter span: of the tape's clock; nil without any message.
  func print(_ span: ClosedRange<Timestamp>?, _ output: OutputOptions) throws {
    guard let span else { throw CommandFailure(.problem, TapeTrouble.noMessage) }
    let answer = KPIAnswer(AlarmKPI(log.records, from: span.lowerBound, to: span.upperBound + 1), zone: zone)
    if output.json { try Terminal.json(answer) } else { answer.print(output) }
  }
}

/// Collects output so that not every line is a system call.
private struct LineBuffer {
  private static let bytesMax = 1 << 16
  private var text = ""

  mutating func add(_ line: String) {
    text += line
    text += "\n"
    if text.utf8.count >= Self.bytesMax { flush() }
  }

  mutating func flush() {
    Terminal.write(text)
    text = ""
  }
}
