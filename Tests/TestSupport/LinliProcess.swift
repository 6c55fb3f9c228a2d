package import Foundation
import Glibc

/// The real executable as a child process: started with a configuration, asked over its socket, killed without mercy.
package final class LinliProcess: @unchecked Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  /// `LINLI_EXECUTABLE`, else the debug build beside the tests.
  package static let executable: URL = {
    if let path = ProcessInfo.processInfo.environment["LINLI_EXECUTABLE"] { return URL(fileURLWithPath: path) }
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder.appendingPathComponent(".build/debug/linli")
  }()

  /// What sets a process's wall clock ahead; built with the tests.
  private static let clockAhead: String = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder.appendingPathComponent(".build/debug/libClockAhead.so").path
  }()

  /// English, whatever the machine speaks; what a test gives is stronger.
  package static let english = ["LC_ALL": "", "LC_MESSAGES": "", "LANG": ""]

  package let config: URL
  package let data: URL
  /// Everything that all lives of the service have logged.
  package let log: URL
  private let environment: [String: String]
  private var process: ChildProcess?

  package init(config: URL, data: URL, environment: [String: String] = [:]) {
    self.config = config
    self.data = data
    self.log = data.deletingLastPathComponent().appendingPathComponent("\(data.lastPathComponent).log")
    self.environment = environment
  }

  deinit { kill() }

  package var socket: String { data.appendingPathComponent("linli.sock").path }

  /// Starts `linli serve`; returns once `linli status` answers (and the broker is connected when `connected`).
  /// - Parameter ahead: seconds that its clock is ahead of the machine's: what passed since an earlier life, without waiting.
  package func start(connected: Bool = true, ahead: Int = 0) throws {
    guard ahead == 0 || FileManager.default.fileExists(atPath: Self.clockAhead) else {
      throw Failure(description: "\(Self.clockAhead) is missing; `swift build --build-tests` makes it")
    }
    let clock = ahead == 0 ? [:] : ["LD_PRELOAD": Self.clockAhead, "LINLI_CLOCK_AHEAD": "\(ahead)"]
    let process = try ChildProcess(
      Self.executable.path, ["serve", "--config", config.path, "--data", data.path],
      environment: Self.english.merging(environment) { $1 }.merging(clock) { $1 }, output: log.path)
    self.process = process
    try wait(upTo: 120, for: "the service to answer") {
      guard process.isRunning else { throw Failure(description: "linli serve ended: \(self.logTail)") }
      guard let status = try? self.json(["status"]) as? [String: Any] else { return false }
      let brokers = status["brokers"] as? [[String: Any]] ?? []
      // A message that comes before the first subscription belongs to nobody.
      return !connected || (!brokers.isEmpty && brokers.allSatisfy { $0["state"] as? String == "connected" })
    }
  }

  package var isRunning: Bool { process?.isRunning ?? false }
  package var pid: Int32 { process?.pid ?? 0 }

  /// SIGKILL, as a power failure would.
  package func kill() {
    process?.end(SIGKILL)
    process = nil
  }

  /// SIGTERM; returns the exit code.
  @discardableResult
  package func stop() -> Int32 {
    guard let process else { return 0 }
    self.process = nil
    process.end(SIGTERM)
    return process.wait()
  }

  /// Runs a command of linli against this service.
  package func run(_ arguments: [String]) throws -> (code: Int32, output: String, error: String) {
    try Self.run(arguments + ["--socket", socket], environment: environment)
  }

  package func json(_ arguments: [String]) throws -> Any {
    let result = try run(arguments + ["--json"])
    guard result.code == 0 else { throw Failure(description: "\(arguments): \(result.code) \(result.error)") }
    return try JSONSerialization.jsonObject(with: Data(result.output.utf8), options: [.fragmentsAllowed])
  }

  package func alerts(all: Bool = true) throws -> [[String: Any]] {
    try json(["alerts"] + (all ? ["--all"] : [])) as? [[String: Any]] ?? []
  }

  package var logTail: String {
    let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    return String(text.suffix(4_000))
  }

  /// Runs the executable with arguments of its own.
  package static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (code: Int32, output: String, error: String) {
    let scratch = try TemporaryDirectory("linli-run")
    // Files, not pipes: an answer larger than a pipe would block the child.
    let files = ["out", "err"].map { scratch.file($0) }
    let child = try ChildProcess(
      executable.path, arguments, environment: english.merging(environment) { $1 }, output: files[0], error: files[1])
    let code = child.wait()
    let texts = try files.map { String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self) }
    return (code, texts[0], texts[1])
  }

  /// Polls until `condition` holds. The bound only ends a hopeless wait; nothing depends on its length.
  package func wait(
    upTo seconds: Double, for what: String, because: () -> String = { "" }, until condition: () throws -> Bool
  ) throws {
    let end = Date().addingTimeInterval(seconds)
    while !(try condition()) {
      if Date() > end { throw Failure(description: "waited in vain for \(what) \(because()); log: \(logTail)") }
      usleep(50_000)
    }
  }
}
