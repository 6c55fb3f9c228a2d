import App
import Testing
import Words

/// What the connection to a broker would refuse is said when the file is read.
@Suite struct BrokerSettingsTests {
  static let address = "; write mqtt://host:1883 or mqtts://host:8883"

  @Test(arguments: [
    (
      "url: mqtt://h, client_id: linli/hedong, subscribe: [a]",
      "2:32: error: client_id 'linli/hedong' must be 1 to 200 characters without '/', '+', '#' or control characters; "
        + "for example client_id: linli-hedong"
    ),
    ("url: mqtt://h:99999, subscribe: [a]", "2:11: error: port 99999 is not within 1…65535" + address),
    ("url: mqtt://h:0, subscribe: [a]", "2:11: error: port 0 is not within 1…65535" + address),
    (
      "url: mqtt://h:99999999999999999999, subscribe: [a]",
      "2:11: error: 'mqtt://h:99999999999999999999' is not the address of a broker" + address
    ),
    ("url: mqtt://a%20b, subscribe: [a]", "2:11: error: 'a b' is no host name" + address),
    (
      "url: mqtt://h:1883/path?x=1, subscribe: [a]",
      "2:11: error: url: the path behind the address is not used" + address
    ),
    ("url: mqtt://h?x=1, subscribe: [a]", "2:11: error: url: the path behind the address is not used" + address),
    ("url: mqtt://h", "2:5: error: missing \"subscribe\""),
    (
      "url: mqtt://h, subscribe: []",
      "2:32: error: subscribe: without a topic filter nothing is heard; write [zigbee2mqtt/#]"
    ),
    (
      "url: mqtt://h, subscribe: a#",
      "2:32: error: 'a#' is not a topic filter: '#' stands alone and at the end; for example zigbee2mqtt/#"
    ),
  ])
  func refused(broker: String, problem: String) throws {
    #expect(try Self.problems(broker) == ["linli.yaml:" + problem])
  }

  @Test(arguments: [
    (
      "url: mqtt://h, client_id: a/b, subscribe: [a]",
      "2:32: error: client_id“a/b”应为 1 到 200 个字符，不含“/”“+”“#”和控制字符；例如 client_id: linli-hedong"
    ),
    (
      "url: mqtt://h:0, subscribe: [a]",
      "2:11: error: 端口 0 不在 1…65535 之内；请写 mqtt://主机:1883 或 mqtts://主机:8883"
    ),
    (
      "url: mqtt://h, subscribe: a#",
      "2:32: error: “a#”不是主题过滤器：“#”要单独一级，并且在最后；例如 zigbee2mqtt/#"
    ),
  ])
  func refusedInChinese(broker: String, problem: String) throws {
    #expect(try Self.problems(broker, in: .zh) == ["linli.yaml:" + problem])
  }

  @Test(arguments: [
    "url: mqtt://h, subscribe: a", #"url: "mqtt://[::1]:1883/", subscribe: [a, b/#]"#,
    "url: mqtts://h, client_id: 邻里, subscribe: [+/#]",
  ])
  func taken(broker: String) throws {
    #expect(try Self.problems(broker) == [])
  }

  private static func problems(_ broker: String, in language: Language = .en) throws -> [String] {
    let community = try SmallCommunity()
    try community.write("linli.yaml", "mqtt:\n  - {\(broker)}\nhttp: {listen: off}")
    try community.remove("devices.yaml")
    try community.remove("rules")
    return community.problems(in: language)
  }
}
