import ConfigFile
import Words

/// Any bytes as a YAML file: the tree is bounded, every node knows its place, and as JSON it is the same tree. The quick reader of
/// usual files and the complete parser make the same of it.
enum YAMLTarget {
  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse() else { return }
    var count = 0
    try check(node, in: file, depth: 0, &count)
    try require(count <= 2 * (bytes.count + 10_000), "\(count) values in \(bytes.count) bytes")
    guard let json = NaiveJSON.parse(Array(node.jsonText.utf8)) else {
      throw Violation(description: "as JSON it is none: \(node.jsonText)")
    }
    try compare(node, json)
    if !file.log.hasErrors { try agree(node, Array(bytes)) }
  }

  private static func agree(_ node: ConfigNode, _ bytes: [UInt8]) throws(Violation) {
    let log = ProblemLog()
    let plain = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    guard let complete = ConfigReader.parseAll(plain, file: PlacedProblems.file, log: log), !log.hasErrors else {
      // The guard before the complete parser refuses what only looks like an alias in a key.
      if log.sorted.allSatisfy({ $0.message.en.contains("uses aliases") }) { return }
      throw Violation(description: "the complete parser refuses it: \(log.sorted)")
    }
    try same(node, complete)
  }

  private static func same(_ node: ConfigNode, _ other: ConfigNode) throws(Violation) {
    try require(node.location == other.location, "\(node.location), not \(other.location)")
    switch (node.content, other.content) {
    case (.scalar(let text, let plain), .scalar(let otherText, let otherPlain)):
      try require(text.utf8.elementsEqual(otherText.utf8) && plain == otherPlain, "\(text), not \(otherText)")
    case (.sequence(let nodes), .sequence(let others)) where nodes.count == others.count:
      for (node, other) in zip(nodes, others) { try same(node, other) }
    case (.mapping(let entries), .mapping(let others)) where entries.count == others.count:
      for (entry, other) in zip(entries, others) {
        try require(entry.key.utf8.elementsEqual(other.key.utf8), "the key \(entry.key), not \(other.key)")
        try require(entry.keyLocation == other.keyLocation, "\(entry.keyLocation), not \(other.keyLocation)")
        try same(entry.value, other.value)
      }
    default: throw Violation(description: "\(node.kindName.en), not \(other.kindName.en)")
    }
  }

  private static func check(
    _ node: ConfigNode, in file: PlacedProblems, depth: Int, _ count: inout Int
  ) throws(Violation) {
    count += 1
    try require(depth <= 65, "nested \(depth) times")
    try require(file.contains(node.location), "a value outside of the file: \(node.location)")
    for child in node.sequence ?? [] { try check(child, in: file, depth: depth + 1, &count) }
    var keys: Set<[UInt8]> = []
    for entry in node.entries ?? [] {
      try require(file.contains(entry.keyLocation), "a key outside of the file: \(entry.keyLocation)")
      try require(keys.insert(Array(entry.key.utf8)).inserted, "the key \(entry.key) is there twice")
      try check(entry.value, in: file, depth: depth + 1, &count)
    }
  }

  private static func compare(_ node: ConfigNode, _ json: NaiveJSON) throws(Violation) {
    switch (node.content, json) {
    case (.sequence(let nodes), .array(let values)) where nodes.count == values.count:
      for (node, value) in zip(nodes, values) { try compare(node, value) }
    case (.mapping(let entries), .object(let members)) where entries.count == members.count:
      for (entry, member) in zip(entries, members) {
        try require(Array(entry.key.utf8) == member.key, "the key \(entry.key) has changed")
        try compare(entry.value, member.value)
      }
    case (.scalar(let text, _), .text(let bytes)):
      try require(Array(text.utf8) == bytes, "the text \(text) has changed")
    case (.scalar(let text, plain: true), .number(let number)):
      try require(Double(text) == Double(number), "the number \(text) has become \(number)")
    case (.scalar(let text, plain: true), .boolean(let truth)): try require(text == "\(truth)", "\(text) is \(truth)")
    case (.scalar, .null): try require(node.isNull, "\(node.kindName.en) is null")
    default: throw Violation(description: "\(node.kindName.en) has become \(json)")
    }
  }
}
