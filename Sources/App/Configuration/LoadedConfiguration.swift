package import Alerts
package import Community
package import ConfigFile
import Foundation
package import Notify
package import Orders
package import Pipeline
package import Rules

/// A configuration directory, read and compiled as the service uses it. Immutable; a reload makes a new one.
package struct LoadedConfiguration: Sendable {
  /// One broker's subscription with the devices and rules that hang on it.
  package struct LaneConfiguration: Sendable {
    package var broker: ServiceSettings.Broker
    package var community: CommunityModel
    package var plan: LanePlan
  }

  package var directory: String
  package var settings: ServiceSettings
  package var community: CommunityModel
  package var ruleSet: RuleSet
  package var notify: NotifyConfiguration
  package var alerts: AlertSettings
  package var duty: DutyTable
  package var orders: OrderSettings
  package var lanes: [LaneConfiguration]
  /// Errors and warnings in the order of files and lines.
  package var problems: [Problem]

  package var hasErrors: Bool { problems.contains { $0.severity == .error } }

  /// Who is on duty and how people are asked.
  package var response: ResponsePolicy { ResponsePolicy(duty: duty, settings: alerts.response) }

  /// Deadlines of orders, what orders by itself.
  package var orderPolicy: OrderPolicy {
    OrderPolicy(settings: orders, duty: duty, zone: LocalTimeTable(zone: settings.timeZone))
  }

  /// What keeps alerts quiet without anybody planning it.
  package var quiet: QuietPolicy {
    QuietPolicy(community, settings: alerts.quiet, zone: LocalTimeTable(zone: settings.timeZone))
  }

  /// Reads every file below `directory`. `environment` supplies the secrets; gaps of rotas are looked for from `now` on.
  /// - Parameter missingSecrets: how bad it is when a secret is not there.
  package static func load(
    directory: String, environment: [String: String] = ProcessInfo.processInfo.environment,
    now: Timestamp = Timestamp(seconds: Date().timeIntervalSince1970), missingSecrets: Problem.Severity = .error,
    adjust: (inout ServiceSettings) -> Void = { _ in }
  ) -> LoadedConfiguration {
    let log = ProblemLog()
    var directory = directory
    while directory.count > 1, directory.hasSuffix("/") { directory.removeLast() }
    guard checkFolder(directory, log: log) else {
      return LoadedConfiguration(nothingIn: directory, problems: log.sorted)
    }
    let secrets = SecretSource(environment: environment, directory: directory, missing: missingSecrets)
    var settings = ServiceSettings(file: directory + "/linli.yaml", secrets: secrets, log: log)
    adjust(&settings)
    let installed = InstalledProfiles.folders(beside: directory, environment: environment)
    let community = CommunityModel.load(directory: directory, installed: installed, log: log)
    for profile in community.profiles { profile.checkExamples(decode: ExampleCheck.decode, log: log) }
    let zone = LocalTimeTable(zone: settings.timeZone)
    var limits = LanePlan.Limits()
    limits.maxAhead = settings.maxAhead
    limits.maxLate = settings.maxLate
    let rules = RuleReader.load(directory: directory + "/rules", log: log)
    // What rules and brokers say about places and devices cannot be judged while those could not be read.
    let judgement = community.isWhole ? log : ProblemLog()
    let ruleSet = RuleSet(rules, site: Site(community: community, zone: zone, limits: limits), log: judgement)
    let alerts = AlertSettings.load(directory: directory, zone: zone, log: log)
    let file = DutyFile.load(directory: directory, zone: zone, log: log)
    let duty = DutyTable(
      places: community.places, file: file, careChains: alerts.response.careChains, zone: zone, log: judgement)
    duty.check(at: now, log: judgement)
    QuietCheck(settings: alerts.quiet, community: community, rules: ruleSet).check(log: judgement)
    let errorsBefore = log.errorCount
    let notify = NotifyConfiguration.read(
      ConfigReader.load(directory + "/channels.yaml", mayBeMissing: true, log: log), secrets: secrets,
      surroundings: .init(
        places: community.isWhole ? community.places.places.map(\.path) : nil,
        rules: rules.map(\.id) + BuiltInFault.allCases.map(\.rawValue) + [OrderNotice.rule],
        channelsInUse: duty.channelsInUse),
      log: log)
    // Nor who names a channel, where not one of a wrong file could be made out.
    let isUnread = log.errorCount > errorsBefore && notify.channels.isEmpty && notify.refusedChannels.isEmpty
    DutyReach(duty: duty, people: file.people, notify: notify).check(log: isUnread ? ProblemLog() : judgement)
    QuietHoursCheck(duty: duty, notify: notify, carePriorities: alerts.response.carePriorities, now: now)
      .check(log: judgement)
    let orders = OrderSettings.load(directory: directory, log: log)
    OrderCheck(
      settings: orders, community: community, duty: duty,
      rules: rules.map(\.id) + BuiltInFault.allCases.map(\.rawValue) + SelfTrouble.allCases.map(\.rawValue),
      now: now
    ).check(log: judgement)
    let lanes = LaneAssignment(settings: settings, community: community, rules: ruleSet).lanes(log: judgement)
    var configuration = LoadedConfiguration(nothingIn: directory, problems: log.sorted)
    configuration.settings = settings
    configuration.community = community
    configuration.ruleSet = ruleSet
    configuration.notify = notify
    configuration.alerts = alerts
    configuration.duty = duty
    configuration.orders = orders
    configuration.lanes = lanes
    return configuration
  }

  private init(nothingIn directory: String, problems: [Problem]) {
    self.directory = directory
    self.problems = problems
    settings = ServiceSettings()
    community = CommunityModel()
    let zone = LocalTimeTable(zone: settings.timeZone)
    ruleSet = RuleSet([], site: Site(community: community, zone: zone), log: ProblemLog())
    notify = NotifyConfiguration()
    alerts = AlertSettings()
    duty = .none
    orders = OrderSettings()
    lanes = []
  }

  private static func checkFolder(_ directory: String, log: ProblemLog) -> Bool {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: directory, isDirectory: &isFolder)
    if exists, isFolder.boolValue { return true }
    log.error(
      at: SourceLocation(file: directory),
      exists
        ? LocalizedText(zh: "这不是目录", en: "this is not a directory")
        : LocalizedText(zh: "没有这个目录", en: "there is no such directory"),
      hint: .init(
        zh: "请给出 linli.yaml 所在的目录：--config DIR",
        en: "give the directory that holds linli.yaml: --config DIR"))
    return false
  }

  /// Tells each lane what comes back to it of what channels of kind `mqtt` publish. They all do so on the first broker's connection;
  /// a lane of the same address hears them, too.
  package mutating func markOwnTopics() {
    guard let publisher = lanes.first?.broker else { return }
    let topics = notify.channels.filter { $0.kind == .mqtt }.map(\.topic)
    for index in lanes.indices {
      let broker = lanes[index].broker
      let isSame = broker.port == publisher.port && broker.host.lowercased() == publisher.host.lowercased()
      lanes[index].plan.ownTopics = isSame ? topics : []
    }
  }

  /// What an alert of `rule` at `subject` says; a rule that is gone keeps its id as title.
  package func traits(rule: String, subject: String) -> AlertTraits {
    guard let traits = ruleSet.catalogue.traits(of: rule, subject: subject) else {
      return AlertTraits(priority: .medium, title: LocalizedText(rule))
    }
    return AlertTraits(
      priority: Priority(rawValue: traits.priority) ?? .medium, title: traits.title, advice: traits.advice,
      audience: traits.audience, latched: traits.latch,
      realarm: traits.realarm ?? alerts.response.realarm[traits.priority], quietWhenAway: traits.quietWhenAway,
      isManual: traits.isManual)
  }
}

/// Where profiles lie that came with Linli.
enum InstalledProfiles {
  /// Folders in the order of the search: named by LINLI_PROFILES, beside the configuration, beside the executable, the system's.
  static func folders(beside directory: String, environment: [String: String]) -> [String] {
    if let named = environment["LINLI_PROFILES"] { return named.split(separator: ":").map(String.init) }
    let manager = FileManager.default
    let config = URL(fileURLWithPath: directory).standardizedFileURL
    var candidates = [config.deletingLastPathComponent()]
    if let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() {
      candidates.append(
        executable.deletingLastPathComponent().appendingPathComponent("../share/linli").standardizedFileURL)
      // A build inside of the checkout: .build/<triple>/<configuration>/linli.
      var folder = executable.deletingLastPathComponent()
      for _ in 0..<4 {
        folder.deleteLastPathComponent()
        if manager.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) { candidates.append(folder) }
      }
    }
    candidates.append(URL(fileURLWithPath: "/usr/share/linli"))
    var seen: Set<String> = []
    return candidates.map { $0.appendingPathComponent("devices").path }.filter { path in
      var isFolder: ObjCBool = false
      // The configuration's own folder is searched first anyway.
      return path != config.appendingPathComponent("devices").path && seen.insert(path).inserted
        && manager.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
  }
}
