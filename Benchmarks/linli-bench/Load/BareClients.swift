// Clients that only count: the least that libmosquitto, and Linli's own connection on top of it, can cost.
import ArgumentParser
import CMosquitto
import Foundation
import Logging
import MQTT

/// `linli-bench count-library`: libmosquitto with its own loop and a callback that does nothing.
struct CountLibrary: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count-library", abstract: "Counts with libmosquitto alone.", shouldDisplay: false)

  @Option var port: Int

  func run() throws {
    mosquitto_lib_init()
    guard let client = mosquitto_new("bench-library", true, nil) else { throw BenchmarkFailure("out of memory") }
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5)
    mosquitto_message_callback_set(client) { _, _, _ in }
    mosquitto_connect_callback_set(client) { client, _, _ in mosquitto_subscribe(client, nil, "bench/#", 1) }
    guard mosquitto_connect(client, "127.0.0.1", CInt(port), 60) == 0 else {
      throw BenchmarkFailure("nobody listens on \(port)")
    }
    mosquitto_loop_forever(client, -1, 1)
  }
}

/// `linli-bench count-connection`: Linli's connection — batches, back-pressure, acknowledgements after a commit — with a
/// handler that keeps nothing.
struct CountConnection: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count-connection", abstract: "Counts with Linli's connection alone.", shouldDisplay: false)

  @Option var port: Int

  func run() throws {
    let settings = try ConnectionSettings(
      id: "bench", host: "127.0.0.1", port: port, clientID: "bench-connection", subscriptions: ["bench/#"])
    let connection = try Connection(settings: settings, handler: Forgetful(), logger: Logger(label: "bench"))
    connection.start()
    // The parent ends it.
    while true { sleep(60) }
  }

  private final class Forgetful: ConnectionHandler {
    func received(_ message: IncomingMessage) {}
    func commit() throws {}
    func idle() {}
    func stateChanged(_ state: ConnectionState) {}
    var canTakeMore: Bool { true }
  }
}
