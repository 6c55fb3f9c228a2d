// A broker and the real `linli serve` on a configuration of its own, with what the benchmarks ask it.
import Foundation
import TestSupport

final class ServiceUnderTest {
  let folder: TemporaryDirectory
  /// Of the broker.
  let port: Int
  private let broker: MosquittoBroker?
  let linli: LinliProcess
  var config: URL { folder.url.appendingPathComponent("config") }

  /// - Parameters:
  ///   - brokerPort: of something that stands in for a broker; nil = a real one.
  ///   - configure: writes the configuration: folder, broker's port.
  init(brokerPort: Int? = nil, configure: (URL, Int) throws -> Void) throws {
    folder = try TemporaryDirectory("linli-bench")
    if let brokerPort {
      broker = nil
      port = brokerPort
    } else {
      var options = MosquittoBroker.Options()
      options.persistence = false
      options.maxQueuedMessages = 0
      let broker = try MosquittoBroker(options)
      self.broker = broker
      port = broker.port
    }
    let config = folder.url.appendingPathComponent("config")
    try FileManager.default.createDirectory(at: config, withIntermediateDirectories: true)
    try configure(config, port)
    linli = LinliProcess(config: config, data: folder.url.appendingPathComponent("data"))
  }

  deinit { linli.kill() }

  struct Status: Decodable {
    struct Messages: Decodable {
      var received_total: Int
      var rejected_total: Int
      var dropped_total: Int
    }
    struct Devices: Decodable { var total: Int }
    struct Journal: Decodable { var bytes: Int }
    var messages: Messages
    var devices: Devices
    var journal: Journal
    var points: Int
    var rules: Int
    var troubles: [String]
  }

  func status() throws -> Status {
    let answer = try linli.run(["status", "--json"])
    guard answer.code == 0 else { throw BenchmarkFailure("linli status: \(answer.error)") }
    return try JSONDecoder().decode(Status.self, from: Data(answer.output.utf8))
  }

  var figures: ProcessFigures { ProcessFigures(pid: linli.pid) }

  /// Waits until so many messages have come, at most so long; seconds it took, and how many are missing then.
  func wait(forMessages count: Int, upTo seconds: Double) throws -> (seconds: Double, missing: Int) {
    let start = Clocks.wall()
    while true {
      let missing = count - (try status().messages.received_total)
      let passed = Clocks.wall() - start
      if missing <= 0 || passed >= seconds { return (passed, missing) }
      usleep(50_000)
    }
  }
}
