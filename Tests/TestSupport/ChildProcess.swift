import Foundation
import Glibc

/// A program started by a test: with no signal blocked or ignored (threads of libdispatch block them, and children inherit
/// that, so that a SIGTERM would never arrive), its output in a file; killed when the value goes.
package final class ChildProcess: @unchecked Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  package let pid: CInt
  private var status: CInt?

  /// - Parameters:
  ///   - input: file for standard input.
  ///   - output: file that standard output and error are appended to.
  package init(_ program: String, _ arguments: [String], input: String = "/dev/null", output: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t(), all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, CShort(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let texts = ([program] + arguments).map { strdup($0) } + [nil]
    defer { texts.forEach { free($0) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, program, &actions, &attributes, texts, environ)
    guard code == 0 else { throw Failure(description: "\(program): \(String(cString: strerror(code)))") }
    self.pid = pid
  }

  deinit { end(SIGKILL) }

  package var isRunning: Bool {
    guard status == nil else { return false }
    var status: CInt = 0
    if waitpid(pid, &status, WNOHANG) == pid { self.status = status }
    return self.status == nil
  }

  /// Sends the signal and waits for the end.
  package func end(_ signal: CInt) {
    guard isRunning else { return }
    kill(pid, signal)
    wait()
  }

  /// Waits for the end; 0 when the program was content.
  @discardableResult
  package func wait() -> CInt {
    while status == nil {
      var status: CInt = 0
      if waitpid(pid, &status, 0) == pid || errno != EINTR { self.status = status }
    }
    return status ?? 0
  }

  /// Runs a program to its end.
  /// - Throws: with what it said when its exit status is not 0.
  package static func run(
    _ program: String, _ arguments: [String], input: String = ""
  ) throws {
    let scratch = try TemporaryDirectory("run")
    try input.write(toFile: scratch.file("input"), atomically: false, encoding: .utf8)
    let child = try ChildProcess(
      program, arguments, input: scratch.file("input"), output: scratch.file("output"))
    guard child.wait() != 0 else { return }
    let said = try String(contentsOfFile: scratch.file("output"), encoding: .utf8)
    throw Failure(description: "\(program) \(arguments.joined(separator: " ")): \(said)")
  }
}
