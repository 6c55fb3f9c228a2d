import App
import ArgumentParser
import Community
import ConfigFile
import Foundation
import Logging
import Pipeline
import Rules
import Simulator

struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Publishes the simulated community: daily rhythms, and incidents from simulation.yaml.")

  @Option(help: "Directory of the configuration (default: LINLI_CONFIG, else /etc/linli, else ./config).")
  var config: String?
  @Option(help: "Broker (default: the first one of linli.yaml), as mqtt://host:port.")
  var broker: String?
  @Option(help: "The same number gives the same messages.")
  var seed: UInt64 = 1
  @Option(help: "How much faster than the clock life goes by (default: as simulation.yaml says).")
  var speed: Double?
  @Option(help: "At least so many devices: copies of the configured ones.")
  var devices: Int?
  @Option(name: .customLong("for"), help: "End after so long: 90s 10m 12h 3d.")
  var duration: String?
  @Option(
    help: "Write a tape to this file (- is standard output) as fast as possible instead of publishing; needs --for.")
  var tape: String?
  @Option(help: "Time at which a tape begins (default: now).")
  var start: String?
  @Option(help: "Publish the community's messages over and over at so many a second, as a load.")
  var rate: Int?
  @Option(help: "Write a devices.yaml with the copies of --devices to this file and end.")
  var writeDevices: String?
  @Flag(help: "Without the incidents.")
  var quiet = false

  func run() async throws {
    let configuration = try CheckedConfiguration.load(config)
    let log = ProblemLog()
    var schedule = SimulationSchedule.load(
      directory: configuration.directory, community: configuration.community, log: log)
    Terminal.show(log.sorted)
    if log.hasErrors { throw CommandFailure(.problem) }
    if quiet { schedule.incidents = [] }
    let community = devices.map { CommunityCopies.scaled(configuration.community, to: $0) } ?? configuration.community
    if let writeDevices {
      let file = Data(CommunityCopies.devicesFile(community).utf8)
      do { return try file.write(to: URL(fileURLWithPath: writeDevices)) } catch {
        throw Self.cannotWrite(writeDevices, because: LocalizedText(ofWriting: error))
      }
    }
    let now = Timestamp(seconds: Date().timeIntervalSince1970)
    let begin = try start.map { try TimeArgument.past($0, now: now, option: "--start") } ?? now
    let length = try duration.map { try TimeArgument.duration($0, option: "--for") }
    let simulation = Simulation(
      community: community, zone: configuration.ruleSet.plan.zones[0], schedule: schedule, seed: seed, start: begin,
      speed: speed)
    if let tape {
      guard let length else {
        throw CommandFailure(
          .usage, zh: "--tape 需要 --for：要写多长时间", en: "--tape needs --for: how much time to write")
      }
      return try write(simulation, to: tape, until: begin + length)
    }
    try await publish(simulation, configuration, until: length.map { begin + $0 })
  }

  /// Hours of traffic at once, an hour at a time so that memory stays flat.
  private func write(_ simulation: Simulation, to path: String, until end: Timestamp) throws {
    var simulation = simulation
    let isFile = path != "-"
    let isMade = isFile && FileManager.default.createFile(atPath: path, contents: nil)
    let file = isMade ? FileHandle(forWritingAtPath: path) : nil
    if isFile && file == nil { throw Self.cannotWrite(path) }
    var time = simulation.start
    while time < end {
      time = min(end, time + Int64(600_000))
      var lines: [UInt8] = []
      for message in simulation.messages(until: time) { message.append(to: &lines) }
      if let file { try file.write(contentsOf: lines) } else { Terminal.write(Data(lines)) }
    }
  }

  private static func cannotWrite(_ path: String, because reason: LocalizedText? = nil) -> CommandFailure {
    CommandFailure(
      .problem, zh: "无法写入 \(path)" + (reason.map { "：\($0.zh)" } ?? ""),
      en: "cannot write to \(path)" + (reason.map { ": \($0.en)" } ?? ""))
  }

  private func publish(
    _ simulation: Simulation, _ configuration: LoadedConfiguration, until end: Timestamp?
  ) async throws {
    let address = try address(configuration)
    let link = try SimulationLink(
      host: address.host, port: address.port, clientID: "linli-simulator-\(ProcessInfo.processInfo.processIdentifier)",
      logger: Logger(label: "simulator"))
    defer { link.stop() }
    if let rate {
      try await LoadRun(simulation, rate: rate).publish(to: link, until: end)
    } else {
      var run = SimulationRun(simulation)
      try await run.publish(
        to: link, until: end, now: { Timestamp(seconds: Date().timeIntervalSince1970) },
        pause: { try await Task.sleep(for: .milliseconds($0)) })
    }
    try await link.drain()
  }

  private func address(_ configuration: LoadedConfiguration) throws -> (host: String, port: Int) {
    guard let broker else {
      guard let first = configuration.settings.brokers.first else {
        throw CommandFailure(
          .usage, zh: "linli.yaml 中没有代理；请写 --broker mqtt://host:port",
          en: "no broker in linli.yaml; give --broker mqtt://host:port")
      }
      return (first.host, first.port)
    }
    guard let parts = URLComponents(string: broker), parts.scheme == "mqtt", let host = parts.host else {
      throw CommandFailure(.usage, OptionText.address("--broker", broker, like: "mqtt://127.0.0.1:1883"))
    }
    return (host, parts.port ?? 1883)
  }
}
