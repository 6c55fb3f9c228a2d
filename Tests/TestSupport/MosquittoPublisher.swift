import Foundation
import Glibc

/// `mosquitto_pub` as a publisher that keeps one QoS 1 connection and publishes a line a message to one topic.
package final class MosquittoPublisher: @unchecked Sendable {
  private let child: ChildProcess
  private let input: FileHandle
  private let scratch: TemporaryDirectory

  package init(port: Int, topic: String, retain: Bool = false) throws {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw ChildProcess.Failure(description: "pipe: \(String(cString: strerror(errno)))")
    }
    defer { close(ends[0]) }
    input = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    scratch = try TemporaryDirectory("publisher")
    child = try ChildProcess(
      "mosquitto_pub", Self.arguments(port, topic, retain) + ["-l"], inputDescriptor: ends[0],
      output: scratch.file("said"))
  }

  package func publish(_ payload: String) { input.write(Data((payload + "\n").utf8)) }

  /// Returns once the broker has acknowledged everything; true when mosquitto_pub was content.
  @discardableResult
  package func finish() -> Bool {
    try? input.close()
    return child.wait() == 0
  }

  /// One message; returns once the broker has acknowledged it.
  package static func publish(port: Int, topic: String, payload: String, retain: Bool = false) throws {
    try ChildProcess.run("mosquitto_pub", arguments(port, topic, retain) + ["-m", payload])
  }

  private static func arguments(_ port: Int, _ topic: String, _ retain: Bool) -> [String] {
    ["-h", "127.0.0.1", "-p", "\(port)", "-q", "1", "-t", topic] + (retain ? ["-r"] : [])
  }
}
