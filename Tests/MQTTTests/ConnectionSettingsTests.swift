import MQTT
import Testing

@Suite struct ConnectionSettingsTests {
  private func settings(
    host: String = "127.0.0.1", port: Int = 1883, client: String = "linli-test", topics: [String] = ["a/#"],
    qos: Int = 1
  ) throws(ConnectionSettings.Problem) -> ConnectionSettings {
    try ConnectionSettings(id: "test", host: host, port: port, clientID: client, subscriptions: topics, qos: qos)
  }

  @Test func qos2IsRefusedWithTheReason() throws {
    let problem = #expect(throws: ConnectionSettings.Problem.self) { try settings(qos: 2) }
    #expect(problem == .qualityOfService(2))
    #expect(problem?.description.contains("crash would lose it") == true)
    #expect(throws: ConnectionSettings.Problem.qualityOfService(-1)) { try settings(qos: -1) }
  }

  @Test(arguments: ["", "a/b", "a+", "a#", "a\u{1}b", String(repeating: "x", count: 201)])
  func clientIDsThatWouldBreakTheStatusTopic(id: String) {
    #expect(throws: ConnectionSettings.Problem.clientID(id)) { try settings(client: id) }
  }

  @Test(arguments: ["a/#/b", "a+/b", "", "a/b#"]) func invalidFilters(filter: String) {
    #expect(throws: ConnectionSettings.Problem.subscription(filter)) { try settings(topics: ["ok/#", filter]) }
  }

  @Test func hostAndPort() {
    #expect(throws: ConnectionSettings.Problem.host("")) { try settings(host: "") }
    #expect(throws: ConnectionSettings.Problem.host("a b")) { try settings(host: "a b") }
    #expect(throws: ConnectionSettings.Problem.port(0)) { try settings(port: 0) }
    #expect(throws: ConnectionSettings.Problem.port(65_536)) { try settings(port: 65_536) }
  }

  @Test func defaults() throws {
    let settings = try settings()
    #expect(settings.sessionExpiry == 604_800 && settings.commitWithin == 5 && settings.version == .v5)
    #expect(settings.statusTopic == "linli/v1/status/linli-test")
    #expect(settings.inDoubtMaximum == settings.receiveMaximum)
  }
}
