import App
import ConfigFile

/// A configuration for the tools that run in process: what is wrong goes to standard error, an error ends the command.
enum CheckedConfiguration {
  static func load(
    _ option: String?, missingSecrets: Problem.Severity = .error
  ) throws -> LoadedConfiguration {
    let configuration = LoadedConfiguration.load(
      directory: ServiceLocations.config(option), missingSecrets: missingSecrets)
    guard configuration.hasErrors else { return configuration }
    Terminal.show(configuration.problems.filter { $0.severity == .error })
    throw CommandFailure(
      .problem, zh: "\(configuration.directory) 中的配置有错误",
      en: "the configuration in \(configuration.directory) has errors")
  }
}
