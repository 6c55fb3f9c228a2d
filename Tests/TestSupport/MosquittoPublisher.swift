import Foundation

/// `mosquitto_pub` as a publisher that keeps one QoS 1 connection and publishes a line a message to one topic.
package final class MosquittoPublisher: @unchecked Sendable {
  private let process = Process()
  private let input = Pipe()

  package init(port: Int, topic: String, retain: Bool = false) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["mosquitto_pub", "-h", "127.0.0.1", "-p", String(port), "-q", "1", "-t", topic, "-l"] + (retain ? ["-r"] : [])
    process.standardInput = input
    try process.run()
  }

  package func publish(_ payload: String) { input.fileHandleForWriting.write(Data((payload + "\n").utf8)) }

  /// Returns once the broker has acknowledged everything; true when mosquitto_pub was content.
  @discardableResult
  package func finish() -> Bool {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// One message.
  package static func publish(port: Int, topic: String, payload: String, retain: Bool = false) throws {
    let publisher = try MosquittoPublisher(port: port, topic: topic, retain: retain)
    publisher.publish(payload)
    publisher.finish()
  }
}
