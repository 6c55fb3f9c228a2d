package import ConfigFile

/// What `alerts.yaml` says: how alerts are answered, and what keeps them quiet. Everything has a default; there need not be
/// such a file.
package struct AlertSettings: Sendable {
  /// The keys of the file; the JSON Schema names the same ones.
  package static let keys = ResponseSettings.keys

  package var response = ResponseSettings()

  package init() {}

  package static func read(_ node: ConfigNode?, log: ProblemLog) -> AlertSettings {
    var settings = AlertSettings()
    guard let node, let reader = MappingReader(node, keys: keys, as: "alerts.yaml", log: log) else { return settings }
    settings.response = ResponseSettings(reader)
    return settings
  }

  package static func load(directory: String, log: ProblemLog) -> AlertSettings {
    read(ConfigReader.load(directory + "/alerts.yaml", mayBeMissing: true, log: log), log: log)
  }
}
