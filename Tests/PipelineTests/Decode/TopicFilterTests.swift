import Testing

@testable import Pipeline

/// Topic filters: what is one, what it matches, and which pairs have a topic in common.
@Suite struct TopicFilterTests {
  @Test(arguments: ["#", "+", "a/+/b/#", "/a", "a//b", "zigbee2mqtt/客厅/#"])
  func fine(filter: String) {
    #expect(TopicFilter.problem(in: filter) == nil)
  }

  @Test(arguments: ["", "a/#/b", "a/b#", "a+/b", "a\0b", "\0", String(repeating: "x", count: 65_536)])
  func refused(filter: String) {
    #expect(TopicFilter.problem(in: filter) != nil)
  }

  @Test(arguments: [
    ("#", "a/b", true), ("#", "$SYS/x", false), ("+/x", "$SYS/x", false), ("$SYS/#", "$SYS/x", true),
    ("a/#", "a", true),
    ("a/+", "a", false), ("a/+", "a/", true), ("a/+/c", "a/b/c", true), ("a/b", "a/bc", false), ("a/b/c", "a/b", false),
  ])
  func matching(filter: String, topic: String, matches: Bool) {
    let found = Array(topic.utf8).withUnsafeBytes { TopicFilter.matches(filter, $0) }
    #expect(found == matches)
    // A filter is a pattern without captures: the one way of matching must agree with the other.
    #expect(((try? TopicPattern(filter))?.captures(of: topic) != nil) == matches)
  }

  @Test(arguments: [
    ("zigbee2mqtt/#", "zigbee2mqtt/{name}", true), ("a/+", "a/{x}/c", false), ("a/b", "+/b", true),
    ("a/b", "a/c", false),
    ("#", "x", true), ("a/#", "a", true), ("a", "a/b", false), ("$share/g/a/+", "a/{x}", true),
    ("$share/g/a/+", "b", false),
  ])
  func overlapping(a: String, b: String, overlap: Bool) {
    #expect(TopicFilter.overlap(a, b) == overlap)
    #expect(TopicFilter.overlap(b, a) == overlap)
  }
}
