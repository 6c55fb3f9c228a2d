package import ConfigFile
package import Pipeline

/// What `alerts.yaml` says: how alerts are answered, and what keeps them quiet. Everything has a default; there need not be
/// such a file.
package struct AlertSettings: Sendable {
  /// The keys of the file; the JSON Schema names the same ones.
  package static let keys = ResponseSettings.keys + QuietSettings.keys

  package var response = ResponseSettings()
  package var quiet = QuietSettings()

  package init() { quiet.inhibit = InhibitRule.builtIn }

  /// - Parameter zone: whose clock the maintenance windows follow.
  package static func read(_ node: ConfigNode?, zone: LocalTimeTable = .utc, log: ProblemLog) -> AlertSettings {
    var settings = AlertSettings()
    guard let node, let reader = MappingReader(node, keys: keys, as: "alerts.yaml", log: log) else { return settings }
    settings.response = ResponseSettings(reader)
    settings.quiet = QuietSettings(reader, zone: zone)
    return settings
  }

  package static func load(directory: String, zone: LocalTimeTable = .utc, log: ProblemLog) -> AlertSettings {
    read(
      ConfigReader.load(directory + "/alerts.yaml", mayBeMissing: true, log: log), zone: zone, log: log)
  }
}
