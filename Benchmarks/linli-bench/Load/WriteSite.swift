// The benchmarks' own configuration on disk, to profile `linli check` and `linli serve` with it.
import ArgumentParser
import Foundation

/// `linli-bench write-site FOLDER --devices 20000`.
struct WriteSite: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write-site", abstract: "Writes the configuration that the benchmarks run on, to profile with it.")

  @Argument var folder: String
  @Option(help: "Sensors of five points each.")
  var devices = 1_000
  @Option(help: "Further rules over one point each, beside the hundred.")
  var rules = 0
  @Option(help: "Of the broker.")
  var port = 1883

  func run() throws {
    try Site(devices: devices, furtherRules: rules).write(to: URL(fileURLWithPath: folder), brokerPort: port)
  }
}
