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
    for problem in configuration.problems where problem.severity == .error { Terminal.error("\(problem)") }
    throw CommandFailure(.problem, "the configuration in \(configuration.directory) has errors")
  }
}
