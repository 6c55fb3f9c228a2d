package import Alerts
package import Community
package import ConfigFile

/// What `orders.yaml` says: deadlines of orders, which alerts order by themselves, recurring maintenance, points for help and
/// limits for residents' reports. Everything has a default; there need not be such a file.
package struct OrderSettings: Sendable, Equatable {
  /// The keys of the file; the JSON Schema names the same ones.
  package static let keys = [
    "accept_within", "finish_within", "verify_within", "overdue_every", "automatic", "maintenance", "points", "reports",
  ]
  static let automaticMax = 500
  static let maintenanceMax = 5_000
  /// 1 minute … 31 days.
  static let range: ClosedRange<Int64> = 60_000...31 * 86_400_000

  /// Without an acceptance by then the next level hears of it; by priority.
  package var acceptWithin = Deadlines()
  /// The deadline of an order that is given none; by priority.
  package var finishWithin = Deadlines()
  /// A done order that nobody verifies counts as verified after so long, ms; nil: never.
  package var verifyWithin: Int64? = 3 * 86_400_000
  /// An order that is overdue at a level without a time of its own climbs on, or speaks again, after so long, ms.
  package var overdueEvery: Int64 = 86_400_000
  package var automatic: [AutomaticOrder] = []
  package var maintenance: [MaintenancePlan] = []
  package var points = PointRules()
  package var reports = ReportSettings()

  package init() {
    acceptWithin = Deadlines(86_400_000)
    acceptWithin[Priority.critical.rawValue] = 600_000
    acceptWithin[Priority.high.rawValue] = 3_600_000
    finishWithin = Deadlines(7 * 86_400_000)
    finishWithin[Priority.critical.rawValue] = 4 * 3_600_000
    finishWithin[Priority.high.rawValue] = 86_400_000
    finishWithin[Priority.medium.rawValue] = 3 * 86_400_000
  }

  package static func read(_ node: ConfigNode?, log: ProblemLog) -> OrderSettings {
    var settings = OrderSettings()
    guard let node, let reader = MappingReader(node, keys: keys, as: "orders.yaml", log: log) else { return settings }
    func deadlines(_ key: String) -> Deadlines? { reader.node(key).flatMap { Deadlines.read($0, key, log: log) } }
    settings.acceptWithin = deadlines("accept_within") ?? settings.acceptWithin
    settings.finishWithin = deadlines("finish_within") ?? settings.finishWithin
    settings.verifyWithin = reader.duration("verify_within", in: range) ?? settings.verifyWithin
    settings.overdueEvery = reader.duration("overdue_every", in: range) ?? settings.overdueEvery
    let automatic = reader.list("automatic")
    if automatic.count > automaticMax {
      log.error(at: automatic[0].location, zh: "超过 \(automaticMax) 条", en: "more than \(automaticMax) entries")
    }
    settings.automatic = automatic.prefix(automaticMax).compactMap { AutomaticOrder.read($0, log: log) }
    refuseDoubles(settings.automatic.map { ($0.id, $0.location) }, log: log)
    let plans = reader.list("maintenance")
    if plans.count > maintenanceMax {
      log.error(
        at: plans[0].location, zh: "维护计划超过 \(maintenanceMax) 个", en: "more than \(maintenanceMax) plans")
    }
    settings.maintenance = plans.prefix(maintenanceMax).compactMap { MaintenancePlan.read($0, log: log) }
    refuseDoubles(settings.maintenance.map { ($0.id, $0.location) }, log: log)
    if let points = reader.reader("points", keys: PointRules.keys) { settings.points = PointRules(points) }
    if let reports = reader.reader("reports", keys: ReportSettings.keys) { settings.reports = ReportSettings(reports) }
    return settings
  }

  package static func load(directory: String, log: ProblemLog) -> OrderSettings {
    read(ConfigReader.load(directory + "/orders.yaml", mayBeMissing: true, log: log), log: log)
  }

  private static func refuseDoubles(_ ids: [(String, SourceLocation)], log: ProblemLog) {
    var seen: Set<String> = []
    for (id, location) in ids where !seen.insert(id).inserted {
      log.error(
        at: location, zh: "“\(id)”出现了两次", en: "\"\(id)\" is there twice",
        hint: .init(zh: "请给其中一个换一个 id", en: "give one of them another id"))
    }
  }
}

/// How many reports residents may send: `reports` in `orders.yaml`.
package struct ReportSettings: Sendable, Equatable {
  package static let keys = ["enabled", "per_address", "per_place", "priority", "unit"]

  package var enabled = true
  /// An hour.
  package var perAddress = 6
  package var perPlace = 60
  package var priority = Priority.medium
  /// nil: the unit that has duty there.
  package var unit: LocalizedText?

  package init() {}

  init(_ reader: MappingReader) {
    enabled = reader.bool("enabled") ?? enabled
    perAddress = reader.int("per_address", in: 1...1_000) ?? perAddress
    perPlace = reader.int("per_place", in: 1...10_000) ?? perPlace
    priority = reader.choice("priority", as: Priority.self) ?? priority
    unit = reader.text("unit")
  }
}
