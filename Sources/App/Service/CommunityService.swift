import API
import Alerts
import CMemory
package import Community
package import ConfigFile
import Foundation
package import Logging
import MQTT
package import Notify
import Orders
package import Pipeline
import Rules
package import ServiceLifecycle
import Store
import Synchronization
package import UnixSignals

/// The whole service, put together from its parts: lanes, alert desk, store, outbox worker, listeners. Tests and the demo
/// run it in process; `linli serve` runs nothing else.
package final class CommunityService: Sendable {
  package struct Options: Sendable {
    package var config: String
    package var data: String
    /// Unix socket of the command line; nil = none.
    package var socket: String?
    /// Changes what was read from linli.yaml: the demo puts its own broker and listener in.
    package var adjust: @Sendable (inout ServiceSettings) -> Void
    /// …and of channels.yaml.
    package var adjustChannels: @Sendable (inout NotifyConfiguration) -> Void
    package var environment: [String: String]
    package var machine: any MachineClock

    package init(
      config: String, data: String, socket: String?,
      environment: [String: String] = ProcessInfo.processInfo.environment,
      machine: any MachineClock = SystemClock(), adjust: @escaping @Sendable (inout ServiceSettings) -> Void = { _ in },
      adjustChannels: @escaping @Sendable (inout NotifyConfiguration) -> Void = { _ in }
    ) {
      self.adjustChannels = adjustChannels
      self.config = config
      self.data = data
      self.socket = socket
      self.environment = environment
      self.machine = machine
      self.adjust = adjust
    }
  }

  /// The configuration has errors; nothing was started (or, at a reload, changed).
  package struct ConfigurationRefused: WordedError, Sendable, CustomStringConvertible {
    package var problems: [Problem]
    package var text: LocalizedText { LocalizedText(zh: lines(in: .zh), en: lines(in: .en)) }
    /// In English, for logs.
    package var description: String { lines(in: .en) }

    private func lines(in language: Language) -> String {
      problems.filter { $0.severity == .error }.map { $0.text(in: language) }.joined(separator: "\n")
    }
  }

  struct State: Sendable {
    var configuration: LoadedConfiguration
    var rates = RateMeter()
    var httpPort = 0
    /// The socket of the command line, once it is there.
    var socketFile: CommandSocket.Identity?
    /// How many residents' reports may come.
    var reports = ReportBudget()
    /// What runs beside the service's own parts.
    var guests: [any Service] = []
  }

  package let options: Options
  package let accessKey: String
  /// Signs one-tap links.
  let answerKey: [UInt8]
  let logger: Logger
  let state: Mutex<State>
  let lanes: [Lane]
  let store: Store
  /// nil when its database cannot be opened (`historyProblem`): alerts go on without it.
  let history: HistoryStore?
  let historyProblem: LocalizedText?
  let desk: AlertDesk
  let outbox: OutboxWorker
  let transport = HTTPNetwork()
  let clock: ServiceClock
  let startedAt: Timestamp
  let notifier: SystemdNotifier
  let selfWatch: SelfWatch
  let httpConnections: ListenerConnections
  /// Of the command line.
  let commandConnections: ListenerConnections
  /// What changes or reads the configuration's files.
  let reloads = OneAtATime(
    .init(zh: "排队的配置更改太多；请稍后再试", en: "too many changes of the configuration wait already; try again in a moment"))
  let monthlyReports = OneAtATime(
    .init(zh: "排队的报表太多；请一分钟后再试", en: "too many reports wait already; try again in a minute"))
  private let lock: DataLock

  /// Reads the configuration, opens the store, recovers every lane. Nothing runs yet.
  package init(_ options: Options, logger: Logger) async throws {
    self.options = options
    self.logger = logger
    let configuration = try Self.load(options, logger: logger).configuration
    try DataDirectory.make(options.data)
    lock = try DataLock(directory: options.data)
    DataDirectory.closeToOthers(options.data)
    // Before any connection is made: a start that fails then would have taken the broker's session from whoever had it.
    if let path = options.socket { try CommandSocket.makeRoom(at: path) }
    if let http = configuration.settings.http { try ListenerPort.check(host: http.host, port: http.port) }
    accessKey = try AccessKeyFile.read(directory: options.data)
    answerKey = try AnswerKeyFile.read(directory: options.data)
    notifier = SystemdNotifier(environment: options.environment)
    clock = ServiceClock(machine: options.machine)
    startedAt = clock.now
    httpConnections = Self.connections(
      of: configuration.settings.http.map { "\($0.host):\($0.port)" } ?? "http", machine: options.machine, logger)
    commandConnections = Self.connections(of: options.socket ?? "socket", machine: options.machine, logger)
    state = Mutex(State(configuration: configuration))
    store = try Store(path: options.data + "/linli.db")
    (history, historyProblem) = Self.openHistory(options.data, configuration, logger: logger)
    desk = AlertDesk(storage: store, policy: Self.policy(configuration, worker: nil, logger: logger))
    try await desk.start()
    // The desk, not the store, is the outbox: while the database refuses, notifications leave from memory.
    outbox = OutboxWorker(
      outbox: desk, outlets: [], clock: clock, logger: logger,
      census: { [store] in try? await store.census(from: $0, to: $1, channel: $2) })
    await desk.adopt(Self.policy(configuration, worker: outbox, logger: logger))
    let open = try await store.openAlerts()
    var lanes: [Lane] = []
    for (index, lane) in configuration.lanes.enumerated() {
      let applied = await desk.reached(lane: lane.broker.clientID)
      // A database of an earlier version knows no clocks.
      let opened = open.lazy.filter { $0.lane == lane.broker.clientID }.map(\.noticedAt).max() ?? .distantPast
      let noticed = max(opened, await desk.clock(lane: lane.broker.clientID) ?? .distantPast)
      lanes.append(
        try Lane(
          configuration: lane, journalBytes: configuration.settings.journalBytes,
          directory: options.data + "/lanes/" + lane.broker.folder, history: history,
          historySettings: Self.historySettings(configuration, isFirst: index == 0), applied: applied, noticed: noticed,
          machine: options.machine, mayForget: { [clock] in !clock.isDoubtful }, logger: logger))
    }
    self.lanes = lanes
    // Neither the desk nor a lane may be ahead of it.
    clock.reach(await desk.newestTime)
    for lane in lanes { clock.reach(lane.ingest.started) }
    selfWatch = SelfWatch()
    // Also what somebody has closed by force and what holds all the same.
    let uncleared = await desk.uncleared
    selfWatch.restore(uncleared.filter { $0.lane == AlertEvent.system })
    await outbox.replace(outlets: outlets(for: configuration), router: Router(configuration.notify))
    linli_return_freed_memory()
  }

  /// Runs until the task is cancelled or a graceful shutdown is asked for. `started` gets the port of the HTTP listener.
  package func run(
    signals: [UnixSignal] = [], started: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) async throws {
    await catchUp()
    let settings = state.withLock { $0.configuration.settings }
    let access = Access(
      key: accessKey, publishedAsHTTPS: { [self] in self.configuration.settings.isPublishedAsHTTPS },
      now: { [machine = options.machine] in machine.monotonic() })
    let server = WebServer(backend: self, access: access, answers: self, logger: logger)
    var services: [any Service] = [
      housekeeping, OutboxService(worker: outbox), AlertmanagerService(service: self),
    ]
    services += lanes.map { LaneService(lane: $0, service: self) }
    services += state.withLock { $0.guests }
    if let path = options.socket {
      let listener = server.listener(on: .unix(path: path), connections: commandConnections) { [self] _ in
        chmod(path, 0o660)
        state.withLock { $0.socketFile = CommandSocket.Identity(of: path) }
        logger.info("command line: \(path)")
      }
      services.append(
        NamedListener(
          address: path, hint: .init(zh: "请另给一个路径：--socket PATH", en: "give another path: --socket PATH"),
          listener: listener))
    }
    if let http = settings.http {
      let address = WebServer.Address.tcp(host: http.host, port: http.port)
      let listener = server.listener(on: address, connections: httpConnections) { [self] port in
        state.withLock { $0.httpPort = port }
        logger.info("console: http://\(http.host):\(port)/ (access key in \(options.data)/access-key)")
        notifier.ready()
        await started(port)
      }
      services.append(
        NamedListener(
          address: "\(http.host):\(http.port)",
          hint: .init(zh: "请在 linli.yaml 里设置 http: {listen: …}", en: "set 'http: {listen: …}' in linli.yaml"),
          listener: listener))
    } else {
      services.append(
        Announcement { [self] in
          notifier.ready()
          await started(0)
        })
    }
    // The last one is the first to end.
    services.append(
      Farewell { [notifier, desk] in
        notifier.stopping()
        // The listeners wait for requests in progress, and a live page is one.
        desk.stop()
      })
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: signals, logger: quietLogger)
    configuration.maximumGracefulShutdownDuration = .seconds(20)
    do { try await ServiceGroup(configuration: configuration).run() } catch {
      await finish()
      throw error
    }
    await finish()
  }

  /// What the journals know and the database does not yet comes first, then what fell due while the service was down; only then
  /// does anything new. So an alert that had been answered or had cleared in time does not climb at the start.
  private func catchUp() async {
    for lane in lanes {
      let items = lane.changes.take()
      let carrier = LaneService(lane: lane, service: self).carrier
      var carried = 0
      while carried < items.count, await carrier.carry(items[carried]) { carried += 1 }
      // The database refuses and too much waits: the lane's own task goes on with it.
      for item in items[carried...] { lane.changes.putUnbounded(item) }
    }
    await closeOrphans(of: configuration, among: Set(await desk.uncleared.map(\.rule)))
    await desk.advance(to: now())
    await desk.askForgotten(at: now())
  }

  /// Something that lives and ends with the service; to be said before `run`.
  package func addService(_ guest: any Service) { state.withLock { $0.guests.append(guest) } }

  private var quietLogger: Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .error)
    return quiet
  }

  private func finish() async {
    await transport.shutdown()
    if let path = options.socket { CommandSocket.remove(path, ifStill: state.withLock { $0.socketFile }) }
    do { try store.close() } catch { logger.error("store: \(error)") }
    do { try history?.close() } catch { logger.error("history: \(error.historyText.en)") }
    lock.release()
    logger.info("stopped")
  }

  // MARK: - Configuration

  /// - Parameter running: what the service runs with; a reload goes on with that (`ServiceSettings.keep`), and `later` says so.
  private static func load(
    _ options: Options, running: ServiceSettings? = nil, logger: Logger
  ) throws -> (configuration: LoadedConfiguration, later: [LocalizedText]) {
    var later: [LocalizedText] = []
    var configuration = LoadedConfiguration.load(directory: options.config, environment: options.environment) {
      options.adjust(&$0)
      if let running { later = $0.keep(running) }
    }
    options.adjustChannels(&configuration.notify)
    configuration.markOwnTopics()
    for problem in configuration.problems where problem.severity == .warning { logger.warning("\(problem)") }
    if configuration.hasErrors { throw ConfigurationRefused(problems: configuration.problems) }
    return (configuration, later)
  }

  private static func connections(
    of name: String, machine: any MachineClock, _ logger: Logger
  ) -> ListenerConnections {
    ListenerConnections(of: name, warn: { logger.warning("\($0.en)") }, now: { machine.monotonic() })
  }

  private static func policy(
    _ configuration: LoadedConfiguration, worker: OutboxWorker?, logger: Logger
  ) -> DeskPolicy {
    let router = Router(configuration.notify)
    return DeskPolicy(
      traits: { configuration.traits(rule: $0.rule, subject: $0.subject) }, response: configuration.response,
      orders: configuration.orderPolicy, quiet: configuration.quiet, channels: { router.channels(for: $0) },
      wakeOutbox: { worker?.wake() }, noteSetAside: { logger.error("\($0.words(of: nil, .en))") })
  }

  private func outlets(for configuration: LoadedConfiguration) -> [OutboxWorker.Outlet] {
    let connection = lanes.first?.connection
    var settings = MessageSettings(configuration)
    if let address = configuration.settings.publicURL {
      settings.confirmLink = { [answerKey] event, channel in
        AnswerLink(for: event, on: channel).map { "\(address)/a/\($0.token(key: answerKey))" } ?? ""
      }
    }
    return OutboxWorker.Outlet.make(
      for: configuration.notify, settings: settings, transport: transport,
      publish: connection.map { BrokerPublisher($0).publisher })
  }

  /// Reads the configuration again. A bad one is refused whole and the old one goes on; a good one keeps every hold, alert
  /// and shelf whose rule still exists.
  /// - Returns: what is taken at the next start only, a sentence each: brokers, listener, size of the journals.
  @discardableResult
  package func reload() async throws -> [LocalizedText] { try await reloads.run { try await self.readAgain() } }

  /// To be called within `reloads`.
  @discardableResult
  func readAgain() async throws -> [LocalizedText] {
    notifier.reloading()
    defer { notifier.ready() }
    let loaded: (configuration: LoadedConfiguration, later: [LocalizedText])
    let running = state.withLock { $0.configuration.settings }
    do {
      loaded = try await blocking { [options, logger] in
        try Self.load(options, running: running, logger: logger)
      }
    } catch {
      logger.error("the configuration was not taken, the old one goes on:\n\(error)")
      throw error
    }
    let configuration = loaded.configuration
    state.withLock { $0.configuration = configuration }
    await desk.adopt(Self.policy(configuration, worker: outbox, logger: logger))
    await outbox.replace(outlets: outlets(for: configuration), router: Router(configuration.notify))
    await desk.askForgotten(at: now())
    history?.zone = LocalTimeTable(zone: configuration.settings.timeZone)
    for lane in lanes {
      lane.history?.writer.keep(configuration.settings.historyKept)
      if let new = configuration.lanes.first(where: { $0.broker.clientID == lane.id }) { await lane.install(new.plan) }
    }
    // Alerts whose rule or subject is gone each lane tells itself, behind what it found before.
    linli_return_freed_memory()
    logger.info("configuration read again")
    for text in loaded.later { logger.warning("\(text.en)") }
    return loaded.later
  }

  /// At a start: alerts whose rule, subject or device is gone have nobody who could clear them.
  /// - Parameter rules: those that have alerts whose condition holds.
  private func closeOrphans(of configuration: LoadedConfiguration, among rules: Set<String>) async {
    var subjects: Set<String> = []
    for lane in configuration.lanes {
      for rule in lane.plan.rules where rules.contains(rule.id) {
        for instance in rule.instances { subjects.insert("\(lane.broker.clientID)|\(rule.id)|\(instance.subject)") }
      }
    }
    let known = subjects
    await desk.closeOrphans(at: now()) { alert in
      alert.lane == AlertEvent.system || known.contains("\(alert.lane)|\(alert.rule)|\(alert.subject)")
    }
  }

  var configuration: LoadedConfiguration { state.withLock { $0.configuration } }

  package func now() -> Timestamp { clock.now }
}
