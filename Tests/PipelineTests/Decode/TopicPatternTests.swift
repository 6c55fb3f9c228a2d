import Testing

@testable import Pipeline

@Suite("TopicPattern")
struct TopicPatternTests {
  @Test(arguments: [
    ("application/+/device/{device}/event/up", "application/7/device/24e1/event/up", ["device": "24e1"]),
    ("a/#", "a", [:]), ("a/#", "a/b/c", [:]), ("#", "x/y", [:]), ("{a}/{b}", "1/", ["a": "1", "b": ""]),
    ("a", "a", [:]),
    ("zigbee2mqtt/{name}", "zigbee2mqtt/客厅", ["name": "客厅"]), ("$SYS/{x}", "$SYS/up", ["x": "up"]), ("/a", "/a", [:]),
  ])
  func fits(pattern: String, topic: String, captures: [String: String]) throws {
    #expect(try TopicPattern(pattern).captures(of: topic) == captures)
    #expect(try Self.trieMatches(pattern, topic))
  }

  /// Topics are bytes: an accent behind a slash or a sign must not hide it, and other spellings of a letter are others.
  @Test func readsBytesAndNotCharacters() throws {
    let pattern = try TopicPattern("a/\u{301}b/{x}")
    #expect(pattern.levels == [.literal("a"), .literal("\u{301}b"), .capture("x")])
    #expect(pattern.captures(of: "a/\u{301}b/c") == ["x": "c"])
    #expect(throws: TopicPattern.Problem.wildcardInLevel("+\u{301}")) { try TopicPattern("a/+\u{301}") }
    #expect(try TopicPattern("caf\u{e9}/+").captures(of: "cafe\u{301}/x") == nil)
    #expect(TopicFilter.problem(in: "a/+\u{301}") != nil)
    #expect(TopicFilter.problem(in: "a/#\u{301}") != nil)
  }

  @Test func hasAtMost64Levels() throws {
    let deep = Array(repeating: "a", count: 64).joined(separator: "/")
    #expect(try TopicPattern(deep).captures(of: deep) == [:])
    #expect(try Self.trieMatches(deep, deep))
    // A deeper topic does not end where the pattern does.
    #expect(try !Self.trieMatches(deep, deep + "/a/a"))
    #expect(throws: TopicPattern.Problem.tooDeep) { try TopicPattern(deep + "/a") }
  }

  @Test(arguments: [
    ("a/+", "a"), ("a/+", "a/b/c"), ("a", "b"), ("#", "$SYS/x"), ("+/x", "$SYS/x"), ("{a}/x", "$SYS/x"),
    ("a/b", "a/bc"),
    ("a/{d}/up", "a/d/down"),
  ])
  func doesNotFit(pattern: String, topic: String) throws {
    #expect(try TopicPattern(pattern).captures(of: topic) == nil)
    #expect(try !Self.trieMatches(pattern, topic))
  }

  @Test(arguments: [
    ("", TopicPattern.Problem.empty), ("a/#/b", .restNotLast), ("a/b+", .wildcardInLevel("b+")),
    ("a/x{d}", .captureInLevel("x{d}")), ("a/{}", .captureInLevel("{}")), ("{d}/{d}", .captureTwice("d")),
  ])
  func refused(pattern: String, problem: TopicPattern.Problem) {
    #expect(throws: problem) { try TopicPattern(pattern) }
    #expect(!problem.description.isEmpty)
  }

  @Test func filterIsWhatMQTTSubscribes() throws {
    #expect(try TopicPattern("a/{b}/+/#").filter == "a/+/+/#")
  }

  /// The tree must agree with matching each pattern by itself.
  @Test func treeAgreesWithOneByOne() throws {
    let levels = ["a", "b", "+", "{x}", ""]
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let patterns = try (0..<8).map { _ in
        var parts: [String] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let level = levels.randomElement(using: &random) ?? "a"
          parts.append(level == "{x}" && parts.contains("{x}") ? "+" : level)
        }
        if Bool.random(using: &random) { parts.append("#") }
        return try TopicPattern(parts.joined(separator: "/").isEmpty ? "a" : parts.joined(separator: "/"))
      }
      var trie = TopicTrie()
      for (number, pattern) in patterns.enumerated() { trie.insert(pattern, pattern: number) }
      for _ in 0..<20 {
        let topic = (0..<Int.random(in: 1...5, using: &random))
          .map { _ in ["a", "b", "c", "", "$x"].randomElement(using: &random) ?? "a" }.joined(separator: "/")
        let alone = patterns.indices.filter { patterns[$0].captures(of: topic) != nil }
        var found: [Int] = []
        Array(topic.utf8).withUnsafeBytes { trie.match(TopicLevels($0), into: &found) }
        #expect(found.sorted() == alone, "\(topic)")
      }
    }
  }

  private static func trieMatches(_ pattern: String, _ topic: String) throws -> Bool {
    var trie = TopicTrie()
    trie.insert(try TopicPattern(pattern), pattern: 0)
    var found: [Int] = []
    Array(topic.utf8).withUnsafeBytes { trie.match(TopicLevels($0), into: &found) }
    return found == [0]
  }
}
