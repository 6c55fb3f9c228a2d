import App
import ConfigFile
import Pipeline
import TestSupport
import Testing

/// Which broker's lane a device belongs to, and what must not be torn apart.
@Suite struct LaneAssignmentTests {
  private func community(_ brokers: String, devices: String) throws -> SmallCommunity {
    let community = try SmallCommunity()
    try community.write("linli.yaml", "mqtt:\n\(brokers)\nhttp: {listen: off}")
    try community.write(
      "places.yaml",
      """
      places:
        - id: hedong
          level: district
          places:
            - {id: east, level: community}
            - {id: west, level: community}
      """)
    try community.write("devices.yaml", "devices:\n\(devices)")
    try community.write(
      "rules/test.yaml", "rules:\n  - {id: cold, on: {quantity: temperature}, when: {below: 16}}")
    return community
  }

  static let devices = """
      - {id: e, profile: test-climate, place: hedong/east, match: {device: c1}}
      - {id: w, profile: test-climate, place: hedong/west, match: {device: c2}}
    """

  @Test func placesDecide() throws {
    let two = """
        - {url: "mqtt://127.0.0.1:1883", client_id: east, subscribe: ["test/#"], places: [hedong/east]}
        - {url: "mqtt://127.0.0.1:1884", client_id: west, subscribe: ["test/#"], places: [hedong/west]}
      """
    let loaded = try community(two, devices: Self.devices).load()
    #expect(loaded.problems.isEmpty)
    #expect(loaded.lanes.map { $0.plan.devices.map(\.id) } == [["e"], ["w"]])
    #expect(loaded.lanes.allSatisfy { $0.plan.rules.contains { $0.id == "cold" } })
  }

  @Test func otherwiseTheFirstThatCarriesTheTopics() throws {
    let brokers = """
        - {url: "mqtt://127.0.0.1:1883", client_id: a, subscribe: [zigbee2mqtt/#]}
        - {url: "mqtt://127.0.0.1:1884", client_id: b, subscribe: [test/+/climate]}
      """
    let loaded = try community(brokers, devices: Self.devices).load()
    #expect(loaded.lanes.map { $0.plan.devices.map(\.id) } == [[], ["e", "w"]])
  }

  @Test func unknownPlacesDoubledClientsAndUnheardDevicesAreNamed() throws {
    let brokers = """
        - {url: "mqtt://127.0.0.1:1883", client_id: a, subscribe: [zigbee2mqtt/#], places: [hedong/easst]}
        - {url: "mqtt://127.0.0.1:1884", client_id: a, subscribe: [application/#]}
      """
    #expect(
      try community(brokers, devices: Self.devices).problems() == [
        "devices.yaml:2:5: warning: no subscription brings the topics of 'e' (test/{device}/climate); add a filter to "
          + "'subscribe' in linli.yaml",
        "linli.yaml:2:5: error: place 'hedong/easst' does not exist; did you mean \"hedong/east\"?",
        "linli.yaml:3:5: error: client_id 'a' is used by the broker in line 2, too; each subscription needs a client id of "
          + "its own",
      ])
  }

  /// A wrong url hides nothing else.
  @Test func allThatIsWrongWithABrokerIsNamed() throws {
    let brokers = """
        - {url: "tcp://127.0.0.1", client_id: a, subscribe: ["test/#"], ca: /nonexistent, cert: /nowhere}
        - {url: "mqtt://127.0.0.1:1884", client_id: a, subscribe: ["test/#"], key: /nonexistent}
      """
    let problems = try community(brokers, devices: Self.devices).problems()
    #expect(
      problems.map { $0.split(separator: " ", maxSplits: 2).last.map(String.init) ?? "" }.sorted() == [
        "'cert' and 'key' belong together; give both or neither",
        "'key' needs an encrypted connection; write the url as mqtts://…",
        "'tcp' is not a way to reach a broker; mqtt:// or mqtts://",
        "cannot read '/nonexistent'; give the path of a readable PEM file",
        "cannot read '/nonexistent'; give the path of a readable PEM file",
        "cannot read '/nowhere'; give the path of a readable PEM file",
        "client_id 'a' is used by the broker in line 2, too; each subscription needs a client id of its own",
      ])
  }

  @Test func aRuleAcrossBrokersIsRefused() throws {
    let brokers = """
        - {url: "mqtt://127.0.0.1:1883", client_id: east, subscribe: ["test/#"], places: [hedong/east]}
        - {url: "mqtt://127.0.0.1:1884", client_id: west, subscribe: ["test/#"], places: [hedong/west]}
      """
    let community = try community(brokers, devices: Self.devices)
    try community.write(
      "rules/test.yaml",
      """
      rules:
        - id: anywhere-cold
          on: {quantity: temperature}
          per: district
          when: {below: 10}
      """)
    #expect(
      community.problems() == [
        "rules/test.yaml:2:9: error: rule 'anywhere-cold' at 'hedong' looks at devices of several brokers; give them one "
          + "broker: name their place in 'places' of that broker in linli.yaml"
      ])
  }
}
