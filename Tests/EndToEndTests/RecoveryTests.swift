import Foundation
import Glibc
import TestSupport
import Testing

/// Holds, brokers and restarts with the real program.
@Suite(.serialized)
struct RecoveryTests {
  struct Setting {
    let folder: TemporaryDirectory
    let broker: MosquittoBroker
    let hook: WebhookReceiver
    let service: LinliProcess

    init() throws {
      folder = try TemporaryDirectory()
      broker = try MosquittoBroker()
      hook = try WebhookReceiver()
      let community = try TestCommunity(
        in: folder.url, brokerPort: broker.port, hookPort: try #require(URL(string: hook.url)?.port))
      service = LinliProcess(config: community.config, data: community.data)
    }

    func publish(_ topic: String, _ payload: String) throws {
      try MosquittoPublisher.publish(port: broker.port, topic: topic, payload: payload)
    }

    /// A reading of the thermometer, with the time that the device itself gives.
    func publishTemperature(_ value: Double, at time: Date) throws {
      try publish("test/c1/climate", #"{"temperature":\#(value),"time":\#(Int(time.timeIntervalSince1970 * 1_000))}"#)
    }

    func alert(of rule: String) throws -> [String: Any]? {
      try service.alerts().first { $0["rule"] as? String == rule }
    }
  }

  static func date(_ text: Any?) -> Date? {
    let format = ISO8601DateFormatter()
    format.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    return (text as? String).flatMap(format.date)
  }

  /// `below: 16, for: 10m`: the cold began 9 min 50 s ago when the service dies; it is back before the ten minutes are over
  /// (`down: false`) or only after them.
  @Test(arguments: [false, true])
  func aHoldEndsAtItsTrueTimeAcrossAKill(endsWhileDown: Bool) throws {
    let setting = try Setting()
    defer { setting.hook.stop() }
    try setting.service.start()
    let began = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 - 590).rounded())
    try setting.publishTemperature(12, at: began)
    try setting.service.wait(upTo: 120, for: "the reading") {
      let points = try setting.service.json(["points", "climate"]) as? [[String: Any]]
      return points?.contains { $0["value"] as? Double == 12 } == true
    }
    setting.service.kill()
    try setting.service.start(ahead: endsWhileDown ? 12 : 0)
    var alert: [String: Any] = [:]
    try setting.service.wait(upTo: 120, for: "the alert") {
      guard let found = try setting.alert(of: "cold") else { return false }
      alert = found
      return true
    }
    #expect(Self.date(alert["raised_at"]) == began.addingTimeInterval(600))
    let noticed = try #require(Self.date(alert["noticed_at"]))
    #expect(noticed >= began.addingTimeInterval(600))
  }

  @Test func nothingThatTheBrokerKeptIsLostWhenItStops() throws {
    let setting = try Setting()
    defer { setting.hook.stop() }
    try setting.service.start()
    try setting.publish("test/b0/button", #"{"press":"single","number":1}"#)
    setting.broker.stop()
    try setting.service.wait(upTo: 120, for: "status to tell that the broker is gone") {
      let status = try setting.service.json(["status"]) as? [String: Any]
      let brokers = status?["brokers"] as? [[String: Any]] ?? []
      return brokers.first?["connected"] as? Bool == false
    }
    try setting.broker.start()
    try setting.publish("test/b1/button", #"{"press":"single","number":2}"#)
    try setting.service.wait(upTo: 120, for: "both alerts") {
      try setting.service.alerts().filter { $0["rule"] as? String == "pressed" }.count == 2
    }
    let result = try setting.service.run(["status", "--lang", "en"])
    #expect(result.output.contains("connected"))
  }

  @Test func anAlertLivesFromRaisedToClosed() throws {
    let setting = try Setting()
    defer { setting.hook.stop() }
    try setting.service.start()
    try setting.publish("test/b0/button", #"{"press":"single","number":1}"#)
    var id = ""
    try setting.service.wait(upTo: 120, for: "the alert") {
      id = try setting.alert(of: "pressed")?["id"] as? String ?? ""
      return !id.isEmpty
    }
    #expect(try setting.service.run(["assign", id, "--to", "Wang", "--by", "Li"]).code == 0)
    #expect(try setting.service.run(["comment", id, "--comment", "on my way", "--by", "Wang"]).code == 0)
    #expect(try setting.service.run(["ack", id, "--by", "Wang"]).code == 0)
    let story = try #require(try setting.service.json(["alert", id]) as? [String: Any])
    let kinds = (story["steps"] as? [[String: Any]] ?? []).compactMap { $0["kind"] as? String }
    #expect(kinds == ["raised", "cleared", "assigned", "commented", "acknowledged", "closed"])
    #expect(try setting.service.run(["ack", "nosuchalert"]).code == 1)
    #expect(try setting.service.run(["status", "--exit-code"]).code == 0)
    #expect(setting.service.stop() == 0)
    #expect(try setting.service.run(["status"]).code == 3)
    #expect(try setting.service.run(["status", "--nonsense"]).code == 2)
  }
}
