import Community
import Pipeline
import Testing

/// Topics of profiles: which could never match, or not what was meant.
@Suite struct ProfileTopicTests {
  @Test(arguments: ["application/+/device/{device}/event/up", "/sys/{a}/{b}/#", "{x}/state", "a/{node_2-b}"])
  func usable(topic: String) throws {
    #expect(try TopicPattern(profileTopic: topic).text == topic)
  }

  @Test(arguments: [
    ("", "a topic must not be empty"), ("/", "a level is empty"), ("a//b", "a level is empty"),
    ("a/b/", "a level is empty"), ("a/#/b", "'#' may only be the last level of a topic"),
    ("a/{x}/{x}", "the capture '{x}' appears twice in one topic"),
    ("a/{}", "a capture must fill its whole level, as in '{device}', not as in '{}'"),
    ("a/dev-{x}", "a capture must fill its whole level, as in '{device}', not as in 'dev-{x}'"),
    ("a/b+", "'+' and '#' must stand alone in their level, not as in 'b+'"),
    ("a/{x y}", "\"{x y}\": the name of a capture has letters, digits, - and _ only"),
  ])
  func refused(topic: String, message: String) throws {
    let flaw = try #require(throws: TopicPattern.Flaw.self) { try TopicPattern(profileTopic: topic) }
    #expect(flaw.message.en == message)
  }
}
