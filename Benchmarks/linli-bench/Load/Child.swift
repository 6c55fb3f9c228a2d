// A program started for a measurement, its output taken line by line or when it ends.
import Foundation

final class Child {
  private let process = Process()
  private let output = Pipe()
  private var rest: [UInt8] = []

  /// - Parameters:
  ///   - input: what it reads, e.g. the output of another child.
  ///   - output: where its output goes instead of to us.
  init(_ program: String, _ arguments: [String], input: FileHandle? = nil, output target: FileHandle? = nil) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = input ?? FileHandle.nullDevice
    process.standardOutput = target ?? output
    try process.run()
  }

  /// For programs that print without end.
  convenience init(_ program: String, _ arguments: [String], discardsOutput: Bool) throws {
    try self.init(program, arguments, output: discardsOutput ? .nullDevice : nil)
  }

  /// This program itself with another subcommand.
  convenience init(_ subcommand: [String], input: FileHandle? = nil, output: FileHandle? = nil) throws {
    try self.init(Executables.own.path, subcommand, input: input, output: output)
  }

  var pid: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }

  /// The next line of its output; nil when it has ended.
  func line() -> String? {
    while true {
      if let end = rest.firstIndex(of: 10) {
        defer { rest.removeFirst(end + 1) }
        return String(decoding: rest[..<end], as: UTF8.self)
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      rest += more
    }
  }

  /// The numbers on its next line.
  func numbers() throws -> [Double] {
    guard let line = line() else { throw BenchmarkFailure("\(process.arguments ?? []) ended early") }
    return line.split(separator: " ").compactMap { Double($0) }
  }

  func finish() throws -> String {
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: said, as: UTF8.self)
  }

  /// Waits for its end; its exit code.
  func wait() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  func kill() {
    guard process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit { kill() }
}
