// The configuration that ships with Linli, moved to a benchmark's broker.
import Foundation
import TestSupport

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

  /// - Parameter devices: at least so many, copies of the configured ones; nil = those alone.
  static func write(to target: URL, brokerPort: Int, devices: Int? = nil) throws {
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
    if let devices { try multiply(target, to: devices) }
  }

  private static func multiply(_ target: URL, to devices: Int) throws {
    let new = target.appendingPathComponent("devices.new")
    let answer = try LinliProcess.run([
      "simulate", "--config", target.path, "--devices", "\(devices)", "--write-devices", new.path,
    ])
    guard answer.code == 0 else { throw BenchmarkFailure(answer.error) }
    let file = target.appendingPathComponent("devices.yaml")
    try FileManager.default.removeItem(at: file)
    try FileManager.default.moveItem(at: new, to: file)
  }
}
