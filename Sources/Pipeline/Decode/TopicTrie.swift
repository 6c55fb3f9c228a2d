/// All topic patterns of a plan as one tree of levels, so that a new topic costs a walk along its levels and not a
/// comparison with every pattern.
struct TopicTrie {
  private struct Node {
    var literals: [(text: [UInt8], child: Int)] = []
    /// `+` and `{name}` are the same here.
    var any: Int?
    /// Patterns that end here.
    var ends: [Int] = []
    /// Patterns that end here with `#`.
    var rests: [Int] = []
  }

  private var nodes = [Node()]

  /// - Parameter pattern: the number under which `match` reports it.
  mutating func insert(_ topic: TopicPattern, pattern: Int) {
    var node = 0
    for level in topic.levels {
      switch level {
      case .rest:
        nodes[node].rests.append(pattern)
        return
      case .any, .capture: node = anyChild(of: node)
      case .literal(let text): node = child(of: node, text: Array(text.utf8))
      }
    }
    nodes[node].ends.append(pattern)
  }

  private mutating func anyChild(of node: Int) -> Int {
    if let child = nodes[node].any { return child }
    nodes.append(Node())
    nodes[node].any = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func child(of node: Int, text: [UInt8]) -> Int {
    if let found = nodes[node].literals.first(where: { $0.text == text }) { return found.child }
    nodes.append(Node())
    nodes[node].literals.append((text, nodes.count - 1))
    return nodes.count - 1
  }

  /// Appends the patterns that fit a topic.
  func match(_ topic: TopicLevels, into found: inout [Int]) {
    walk(node: 0, level: 0, topic: topic, into: &found)
  }

  private func walk(node: Int, level: Int, topic: TopicLevels, into found: inout [Int]) {
    let wildcards = level > 0 || !topic.isSystem
    if wildcards { found.append(contentsOf: nodes[node].rests) }
    guard level < topic.count else {
      found.append(contentsOf: nodes[node].ends)
      return
    }
    let text = topic[level]
    for literal in nodes[node].literals where literal.text.withUnsafeBytes({ $0.equals(text) }) {
      walk(node: literal.child, level: level + 1, topic: topic, into: &found)
      break
    }
    if wildcards, let child = nodes[node].any { walk(node: child, level: level + 1, topic: topic, into: &found) }
  }
}

/// A topic cut at its slashes. Valid as long as the topic's bytes.
struct TopicLevels {
  private let topic: UnsafeRawBufferPointer
  private var ends: [Int] = []

  /// Levels beyond are not looked at: no pattern is that deep, and a topic of 65,535 slashes must stay cheap. One more than
  /// a pattern may have, so that a deeper topic does not end where the pattern does.
  static let deepest = TopicPattern.deepest + 1

  init(_ topic: UnsafeRawBufferPointer) {
    self.topic = topic
    for at in 0..<topic.count where topic[at] == UInt8(ascii: "/") {
      ends.append(at)
      if ends.count == Self.deepest { return }
    }
    ends.append(topic.count)
  }

  var count: Int { ends.count }
  var isSystem: Bool { topic.first == UInt8(ascii: "$") }

  subscript(level: Int) -> UnsafeRawBufferPointer {
    let start = level == 0 ? 0 : ends[level - 1] + 1
    return UnsafeRawBufferPointer(rebasing: topic[start..<ends[level]])
  }
}
