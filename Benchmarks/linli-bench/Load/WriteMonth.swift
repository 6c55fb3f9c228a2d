// A large month in the database of a service: raises, answers, escalations and ends as the alert book itself makes them under the
// example's duty and quiet, from a seed.
import Alerts
import App
import ArgumentParser
import ConfigFile
import Foundation
import Pipeline
import Store
import Synchronization
import TestSupport

/// `linli-bench write-month FOLDER --alerts 50000`: a configuration and its data, to measure and profile reports with. Prints alerts,
/// steps and the bytes of the database.
struct WriteMonth: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write-month",
    abstract: "Writes a configuration and a database with a large month, to profile reports with.")

  @Argument var folder: String
  @Option(help: "Alerts in the month.")
  var alerts = 50_000
  @Option(help: "Such as 2026-10 (default: the last one that is over).")
  var month: String = WriteMonth.last
  @Option var seed: UInt64 = 1

  /// In the example's zone.
  private static let zone = TimeZone(identifier: "Asia/Shanghai") ?? .gmt
  private static var calendar: Calendar {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    return calendar
  }

  static var last: String {
    let date = calendar.date(byAdding: .month, value: -1, to: Date()) ?? Date()
    let parts = calendar.dateComponents([.year, .month], from: date)
    return "\(parts.year ?? 0)-\((parts.month ?? 0) < 10 ? "0" : "")\(parts.month ?? 0)"
  }

  func run() throws {
    let parts = month.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 2,
      let begin = Self.calendar.date(from: DateComponents(year: parts[0], month: parts[1])),
      let end = Self.calendar.date(byAdding: .month, value: 1, to: begin)
    else { throw ValidationError("--month: '\(month)' is not a month") }
    let target = URL(fileURLWithPath: folder)
    let (config, data) = (target.appendingPathComponent("config"), target.appendingPathComponent("data"))
    for folder in [config, data] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    try ExampleCommunity.write(to: config, brokerPort: 1)
    let loaded = LoadedConfiguration.load(directory: config.path)
    guard !loaded.hasErrors else {
      throw BenchmarkFailure(loaded.problems.map(\.description).joined(separator: "\n"))
    }
    let database = data.appendingPathComponent("linli.db").path
    var made = MadeMonth(
      loaded, from: Timestamp(seconds: begin.timeIntervalSince1970), to: Timestamp(seconds: end.timeIntervalSince1970),
      seed: seed)
    let steps = try made.play(alerts: alerts, into: Store(path: database))
    let bytes = try FileManager.default.attributesOfItem(atPath: database)[.size] as? Int ?? 0
    print("\(alerts) \(steps) \(bytes)")
  }
}

/// What happens in the month, and the book that it happens to.
private struct MadeMonth {
  private enum Act {
    case raise, acknowledge, comment, assign, clear, close
  }

  /// Steps in one transaction.
  private static let batch = 5_000
  private static let people = ["王强", "陈晓东", "李敏", "周建国", "赵丽华", "孙伟", "刘洋", "田芳"]

  private let configuration: LoadedConfiguration
  private let from: Timestamp
  private let to: Timestamp
  private var book: AlertBook
  private var random: SeededGenerator
  private var steps: [AlertEvent] = []
  private var written = 0

  init(_ configuration: LoadedConfiguration, from: Timestamp, to: Timestamp, seed: UInt64) {
    self.configuration = configuration
    self.from = from
    self.to = to
    random = SeededGenerator(seed: seed)
    book = AlertBook(policy: configuration.response, quiet: configuration.quiet)
  }

  /// - Returns: steps written.
  mutating func play(alerts: Int, into store: Store) throws -> Int {
    var acts: [(at: Timestamp, alert: Int, act: Act)] = []
    for alert in 0..<alerts { acts += life(of: alert) }
    acts.sort { ($0.at, $0.alert) < ($1.at, $1.alert) }
    let subjects = configuration.lanes.flatMap { lane in
      lane.plan.rules.flatMap { rule in rule.instances.map { (rule: rule.id, subject: $0.subject, place: $0.place) } }
    }
    if subjects.isEmpty { throw BenchmarkFailure("the example has no rules") }
    var ids: [Int: String] = [:]
    var changes: [Int: (rule: String, subject: String, place: String)] = [:]
    for (at, alert, act) in acts {
      steps += book.advance(to: at)
      switch act {
      case .raise:
        let subject = subjects[Int.random(in: 0..<subjects.count, using: &random)]
        changes[alert] = subject
        let events = apply(.raised, subject, at)
        if let raised = events.first { ids[alert] = raised.alert.id }
        steps += events
      case .clear:
        if ids[alert] != nil, let subject = changes[alert] { steps += apply(.cleared, subject, at) }
      case .acknowledge: perform(.acknowledge, ids[alert], at)
      case .assign: perform(.assign(to: Self.people[alert % Self.people.count]), ids[alert], at)
      case .comment: perform(.comment, ids[alert], at, "已到现场查看，更换了传感器电池")
      case .close: perform(.close(force: true), ids[alert], at, "已处理")
      }
      if steps.count >= Self.batch { try write(into: store) }
    }
    steps += book.advance(to: to)
    for id in book.open.map(\.id).sorted() { perform(.close(force: true), id, to, "月末清理") }
    try write(into: store)
    return written
  }

  /// Most are answered within minutes and over within hours; one in four is answered by nobody and climbs.
  private mutating func life(of alert: Int) -> [(at: Timestamp, alert: Int, act: Act)] {
    func later(_ mean: Double, after time: Timestamp, _ random: inout SeededGenerator) -> Timestamp {
      time + max(1_000, Int64(-mean * log(Double.random(in: 0.0001..<1, using: &random)) * 1000))
    }
    let raised = from + Int64.random(in: 0..<(to - from), using: &random)
    var acts: [(at: Timestamp, alert: Int, act: Act)] = [(raised, alert, .raise)]
    let cleared = later(3_600, after: raised, &random)
    acts.append((cleared, alert, .clear))
    let chance = Int.random(in: 0..<100, using: &random)
    if chance < 75 {
      let answered = later(400, after: raised, &random)
      acts.append((answered, alert, .acknowledge))
      if chance < 40 { acts.append((later(300, after: answered, &random), alert, .comment)) }
      if chance < 20 { acts.append((later(60, after: answered, &random), alert, .assign)) }
    }
    acts.append((later(14_400, after: cleared, &random), alert, .close))
    return acts.filter { $0.at < to }
  }

  private mutating func apply(
    _ kind: ConditionChange.Kind, _ subject: (rule: String, subject: String, place: String), _ at: Timestamp
  ) -> [AlertEvent] {
    let change = ConditionChange(
      kind: kind, rule: subject.rule, subject: subject.subject, place: subject.place, at: at, noticedAt: at,
      value: 15.2, unit: "Cel", point: subject.subject.contains("/") ? subject.subject : nil, position: 1, ordinal: 0)
    return book.apply(
      change, lane: "linli", traits: configuration.traits(rule: subject.rule, subject: subject.subject))
  }

  /// What is closed already, or never was raised because its subject has an alert, is left aside.
  private mutating func perform(_ action: AlertAction, _ id: String?, _ at: Timestamp, _ comment: String? = nil) {
    guard let id, let alert = book[id] else { return }
    let person = Self.people[Int.random(in: 0..<Self.people.count, using: &random)]
    steps += (try? book.perform(action, on: alert.id, by: person, at: at, comment: comment.map(Remark.typed))) ?? []
  }

  private mutating func write(into store: Store) throws {
    let events = steps
    steps = []
    written += events.count
    let outcome = Mutex<(any Error)?>(nil)
    let done = DispatchSemaphore(value: 0)
    // The benchmarks are synchronous, the store is not.
    Task {
      do { try await store.commit(events: events, outbox: []) } catch { outcome.withLock { $0 = error } }
      done.signal()
    }
    done.wait()
    if let error = outcome.withLock({ $0 }) { throw error }
  }
}
