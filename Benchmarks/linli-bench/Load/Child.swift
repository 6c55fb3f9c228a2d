// A program started for a measurement, its output taken when it ends.
import Foundation

final class Child {
  private let process = Process()
  private let output = Pipe()

  /// - Parameter discardsOutput: to /dev/null, for programs that print without end.
  init(_ program: String, _ arguments: [String], discardsOutput: Bool = false) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = discardsOutput ? FileHandle.nullDevice : output
    try process.run()
  }

  var pid: Int32 { process.processIdentifier }

  func finish() throws -> String {
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: said, as: UTF8.self)
  }

  func kill() {
    guard process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit { kill() }
}
