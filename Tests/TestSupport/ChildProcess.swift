import CSpawn
import Foundation
import Glibc

/// A program started by a test: with no signal blocked or ignored (threads of libdispatch block them, and children inherit
/// that, so that a SIGTERM would never arrive) and no descriptor of ours (Foundation's `Process` tells the end of a child by a
/// socket that it inherits; a broker started meanwhile inherited that, too, and the wait lasted as long as the broker), its
/// output in a file; killed when the value goes.
package final class ChildProcess: @unchecked Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  package let pid: CInt
  private var status: CInt?

  /// - Parameters:
  ///   - program: a path, or a name that is looked for along PATH.
  ///   - environment: added to our own, and stronger.
  ///   - input: file for standard input.
  ///   - inputDescriptor: in the place of `input`, e.g. the end of a pipe; stays the caller's.
  ///   - output: file that standard output is appended to.
  ///   - error: file that standard error is appended to; nil = to `output`.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null",
    inputDescriptor: CInt? = nil, output: String, error: String? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let inputDescriptor {
      posix_spawn_file_actions_adddup2(&actions, inputDescriptor, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    }
    let append = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 1, output, append, 0o644)
    if let error {
      posix_spawn_file_actions_addopen(&actions, 2, error, append, 0o644)
    } else {
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t(), all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, CShort(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    let texts = ([program] + arguments).map { strdup($0) } + [nil]
    let pairs = variables.map { strdup($0) } + [nil]
    defer { (texts + pairs).forEach { free($0) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, program, &actions, &attributes, texts, pairs)
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

  /// Waits for the end; the exit code, or the number of the signal that ended it.
  @discardableResult
  package func wait() -> CInt {
    while status == nil {
      var status: CInt = 0
      if waitpid(pid, &status, 0) == pid || errno != EINTR { self.status = status }
    }
    let status = status ?? 0
    return status & 0x7f == 0 ? (status >> 8) & 0xff : status & 0x7f
  }

  /// Waits for the end without keeping a thread that tasks need.
  @discardableResult
  package func ended() async -> CInt {
    await withCheckedContinuation { waiting in Thread.detachNewThread { waiting.resume(returning: self.wait()) } }
  }

  /// Runs a program to its end.
  /// - Returns: what it said, on standard output and error.
  /// - Throws: with what it said when it was not content.
  @discardableResult
  package static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String = ""
  ) throws -> String {
    let scratch = try TemporaryDirectory("run")
    try input.write(toFile: scratch.file("input"), atomically: false, encoding: .utf8)
    let child = try ChildProcess(
      program, arguments, environment: environment, input: scratch.file("input"), output: scratch.file("output"))
    let code = child.wait()
    let said = String(decoding: try Data(contentsOf: URL(fileURLWithPath: scratch.file("output"))), as: UTF8.self)
    guard code == 0 else {
      throw Failure(description: "\(program) \(arguments.joined(separator: " ")): \(code) \(said)")
    }
    return said
  }
}
