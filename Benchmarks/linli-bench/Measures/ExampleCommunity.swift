// The configuration that ships with Linli, moved to a benchmark's broker.
import Foundation

enum ExampleCommunity {
  /// The checkout's: found upwards of this executable, or of the working directory.
  static func folder() throws -> URL {
    let starts = [
      Executables.own, URL(fileURLWithPath: FileManager.default.currentDirectoryPath).appendingPathComponent("x"),
    ]
    for start in starts {
      var folder = start
      for _ in 0..<6 {
        folder.deleteLastPathComponent()
        let config = folder.appendingPathComponent("config")
        if FileManager.default.fileExists(atPath: config.appendingPathComponent("linli.yaml").path) { return config }
      }
    }
    throw BenchmarkFailure("the example configuration (config/) was not found")
  }

  static func write(to target: URL, brokerPort: Int) throws {
    let source = try folder()
    let manager = FileManager.default
    for name in try manager.contentsOfDirectory(atPath: source.path) {
      try manager.copyItem(at: source.appendingPathComponent(name), to: target.appendingPathComponent(name))
    }
    let profiles = source.deletingLastPathComponent().appendingPathComponent("devices")
    let own = target.appendingPathComponent("devices")
    if !manager.fileExists(atPath: own.path) { try manager.copyItem(at: profiles, to: own) }
    let file = target.appendingPathComponent("linli.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
      .replacingOccurrences(of: "mqtt://127.0.0.1:1883", with: "mqtt://127.0.0.1:\(brokerPort)")
      .replacingOccurrences(of: "listen: 127.0.0.1:8080", with: "listen: \"127.0.0.1:0\"")
    try Data(text.utf8).write(to: file)
  }
}
