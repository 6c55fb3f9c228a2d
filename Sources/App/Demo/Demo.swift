import API
import Alerts
package import Community
import ConfigFile
import Foundation
import Logging
import Notify
import Pipeline
import Rules
import ServiceLifecycle
import Simulator
import Synchronization
package import UnixSignals

/// `linli demo`: a broker of its own, the simulated community, the service and its page on loopback; prints what happens and
/// answers the most urgent alerts, so that one can watch them go through their life.
package struct Demo: Sendable {
  package var config: String
  package var data: String
  package var language: Language
  /// Where lines for people go.
  package var say: @Sendable (String) -> Void

  package init(config: String, data: String, language: Language, say: @escaping @Sendable (String) -> Void) {
    self.config = config
    self.data = data
    self.language = language
    self.say = say
  }

  /// Ms after which the demo's person on duty answers a critical alert.
  private static let answerAfter: Int64 = 8_000

  package func run(signals: [UnixSignal]) async throws {
    try DemoDirectory.prepare(data)
    let broker = try DemoBroker(directory: data + "/broker")
    defer { broker.stop() }
    let brokerPort = broker.port
    let hookPort = try LoopbackPort.free()
    let settings = LoadedConfiguration.load(directory: config).settings
    let wantedPort = settings.http.map(\.port) ?? 8080
    let httpPort = LoopbackPort.answers(wantedPort) ? 0 : wantedPort
    var logger = Logger(label: "linli")
    logger.logLevel = .warning
    let options = CommunityService.Options(
      config: config, data: data, socket: data + "/linli.sock",
      adjust: { settings in
        settings.brokers = settings.brokers.prefix(1).map { $0.moved(to: "127.0.0.1", port: brokerPort) }
        settings.http = .init(host: "127.0.0.1", port: httpPort)
        settings.language = language
      },
      adjustChannels: { $0.sendWebhooks(to: "http://127.0.0.1:\(hookPort)/hook") })
    let service = try await CommunityService(options, logger: logger)
    let hook = DemoHook { notice in
      let mark = notice.status == "firing" ? "✉" : "✓"
      say("   \(mark) \(text("通知", "notified")): \(notice.summary) — \(notice.place)")
    }
    service.addService(hook.service(port: hookPort))
    try await withThrowingTaskGroup(of: Void.self) { group in
      let (started, announce) = AsyncStream<Int>.makeStream()
      group.addTask {
        for await port in started {
          greet(port: port, key: service.accessKey, socket: data + "/linli.sock")
          try await watch(service, broker: brokerPort)
        }
      }
      try await service.run(signals: signals) { port in
        announce.yield(port)
        announce.finish()
      }
      group.cancelAll()
    }
    say(text("演示结束。", "The demonstration is over."))
  }

  private func text(_ zh: String, _ en: String) -> String { language == .zh ? zh : en }

  private func greet(port: Int, key: String, socket: String) {
    say("")
    say(text("Linli 邻里演示正在运行", "Linli is running its demonstration"))
    say("  \(text("实时页面", "live page")):  http://127.0.0.1:\(port)/sign-in?key=\(key)")
    say("  \(text("命令行", "command line")):  linli status --socket \(socket)")
    say("  \(text("Ctrl-C 结束", "Ctrl-C ends it"))")
    say("")
  }

  /// The simulation, the lines about alerts, and the person on duty, until the service stops.
  private func watch(_ service: CommunityService, broker: Int) async throws {
    let configuration = service.configuration
    let log = ProblemLog()
    let schedule = SimulationSchedule.load(directory: config, community: configuration.community, log: log)
    let simulation = Simulation(
      community: configuration.community, zone: configuration.ruleSet.plan.zones[0], schedule: schedule,
      start: service.now())
    var logger = Logger(label: "simulator")
    logger.logLevel = .critical
    let link = try SimulationLink(host: "127.0.0.1", port: broker, clientID: "linli-simulator", logger: logger)
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var run = SimulationRun(simulation)
        try await run.publish(to: link, now: { service.now() }, pause: { try await Task.sleep(for: .milliseconds($0)) })
      }
      group.addTask { try await answerCritical(service) }
      for await event in await service.events(after: nil, language: language) { show(event, configuration) }
      group.cancelAll()
    }
    link.stop()
  }

  private func show(_ event: LiveEvent, _ configuration: LoadedConfiguration) {
    let alert = event.alert
    let names = configuration.community.places.ancestry(of: alert.place).prefix(3).reversed().map { $0.name[language] }
    let clock = event.at.dropFirst(11).prefix(8)
    let kind = AlertEvent.Kind(rawValue: event.kind)?.text[language] ?? event.kind
    let priority = Priority(rawValue: alert.priority)?.text[language] ?? alert.priority
    say("\(clock)  \(kind)  [\(priority)]  \(alert.title)  \(names.joined(separator: " "))  (\(alert.id))")
  }

  /// Acknowledges each critical alert a few seconds after it came, and resets what is latched.
  private func answerCritical(_ service: CommunityService) async throws {
    while true {
      try await Task.sleep(for: .seconds(1))
      let due = service.now() - Self.answerAfter
      for alert in try await service.alerts(AlertSelection(language: language)) {
        if alert.latched, alert.acknowledged, alert.priority == Priority.critical.rawValue {
          let request = AlertActionRequest(
            action: .reset, by: text("值班员", "duty officer"), comment: text("现场已查看", "looked on the spot"))
          _ = try? await service.perform(request, on: alert.id, language: language)
        }
        guard alert.priority == Priority.critical.rawValue, !alert.acknowledged,
          let at = Timestamp(rfc3339: alert.noticedAt),
          at <= due
        else { continue }
        let request = AlertActionRequest(
          action: .ack, by: text("值班员", "duty officer"), comment: text("马上到现场", "on my way"))
        _ = try? await service.perform(request, on: alert.id, language: language)
      }
    }
  }
}

extension ServiceSettings.Broker {
  /// The same subscription at another broker, without encryption or password.
  func moved(to host: String, port: Int) -> ServiceSettings.Broker {
    var copy = self
    copy.host = host
    copy.port = port
    copy.tls = nil
    copy.user = nil
    copy.password = nil
    return copy
  }
}

extension NotifyConfiguration {
  /// Every webhook goes to one address.
  mutating func sendWebhooks(to url: String) {
    for index in channels.indices where channels[index].kind == .webhook { channels[index].url = Secret(url) }
  }
}
