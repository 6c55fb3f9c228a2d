import Community
import Testing

/// Topic patterns: what they match, what they capture, and which could never match.
@Suite struct TopicPatternTests {
  @Test(arguments: [
    ("application/+/device/{device}/event/up", "application/7/device/abc/event/up", ["device": "abc"]),
    ("zigbee2mqtt/{name}", "zigbee2mqtt/客厅 灯", ["name": "客厅 灯"]),
    ("/sys/{a}/{b}/#", "/sys/1/2/x/y", ["a": "1", "b": "2"]),
    ("a/{b}/#", "a/x", ["b": "x"]),
    ("a/b", "a/b", [:]),
    ("{x}/state", "/state", ["x": ""]),
  ])
  func matches(pattern: String, topic: String, captures: [String: String]) throws {
    #expect(try TopicPattern(pattern).match(topic) == captures)
  }

  @Test(arguments: [("a/{b}", "a"), ("a/{b}", "a/b/c"), ("a/+/c", "a/b/d"), ("a/#", "b"), ("A/{x}", "a/x")])
  func doesNotMatch(pattern: String, topic: String) throws {
    #expect(try TopicPattern(pattern).match(topic) == nil)
  }

  @Test(arguments: [
    ("", "a level is empty"), ("a//b", "a level is empty"), ("a/b/", "a level is empty"),
    ("a/#/b", "\"#\" stands for the rest of the topic and can only be last"),
    ("a/{x}/{x}", "{x} is captured twice"), ("a/{}", "{} captures without a name"),
    ("a/dev-{x}", "\"dev-{x}\": {name}, + and # stand for a whole level"),
    ("a/b+", "\"b+\": {name}, + and # stand for a whole level"),
    ("a/{x y}", "\"{x y}\": the name of a capture has letters, digits, - and _ only"),
    ("a/{x", "\"{x\": {name}, + and # stand for a whole level"),
  ])
  func neverMatches(pattern: String, message: String) {
    #expect(throws: TopicPattern.Flaw(message: message)) { try TopicPattern(pattern) }
  }

  @Test(arguments: [
    ("zigbee2mqtt/{n}", "zigbee2mqtt/#", true), ("zigbee2mqtt/{n}", "zigbee2mqtt/+", true),
    ("zigbee2mqtt/{n}", "#", true), ("zigbee2mqtt/{n}/x", "zigbee2mqtt/+", false), ("a/#", "a/+", false),
    ("a/b", "$share/g/a/+", true), ("a/{x}", "a/b", false), ("a", "a/#", true),
  ])
  func coverage(pattern: String, filter: String, isCovered: Bool) throws {
    #expect(try TopicPattern(pattern).isCovered(by: filter) == isCovered)
  }

  @Test func filterToSubscribe() throws {
    #expect(try TopicPattern("a/{x}/+/#").filter == "a/+/+/#")
  }
}
