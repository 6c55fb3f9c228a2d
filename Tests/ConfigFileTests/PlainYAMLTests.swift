import Foundation
import Testing

@testable import ConfigFile

/// The quick reader and the complete parser must agree about every file that the quick one takes: content, quotes, lines, columns.
@Suite struct PlainYAMLTests {
  /// Every node with its place, one a line.
  private static func told(_ node: ConfigNode, _ depth: Int = 0) -> String {
    let head = "\(String(repeating: " ", count: depth))\(node.location.line):\(node.location.column) "
    switch node.content {
    case .scalar(let text, let plain): return head + (plain ? "plain " : "quoted ") + text.debugDescription + "\n"
    case .sequence(let nodes): return head + "list\n" + nodes.map { told($0, depth + 1) }.joined()
    case .mapping(let entries):
      return head + "mapping\n"
        + entries.map {
          "\($0.keyLocation.line):\($0.keyLocation.column) \($0.key.debugDescription)\n" + told($0.value, depth + 1)
        }.joined()
    }
  }

  /// Whether the quick reader takes the text; what it makes of it is compared.
  @discardableResult
  private static func agrees(_ bytes: [UInt8]) -> Bool {
    guard String(validating: bytes, as: UTF8.self) != nil, let quick = PlainYAML.parse(bytes, file: "a.yaml") else {
      return false
    }
    let log = ProblemLog()
    let complete = ConfigReader.parseAll(bytes, file: "a.yaml", log: log)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(log.problems.isEmpty, "\(log.problems)\n\(text)")
    #expect(complete.map { told($0) } == told(quick), "\(text)")
    return true
  }

  @Test(arguments: [
    "a: b\n", "a:\n  - 1\n  - {b: c, d: [e, \"f\", 'g h']}\n  -\n", "- a: 1\n  b:\n  - x\n  - y\n  c:\n-\n- z",
    "键: 值 # 说\n房: {甲: 乙}", "a: -4.5 # x\nb: http://x:1/y#z\nc: [http://a/b, -1]\n\n  # deep\nd: ~",
    "\n# only\n\n  a:\n\n    b: c\n  d: {}\n  e: []\n", "a: \"b: c\" \n'd': \"\"\n\"e f\": 'g'   # h\n",
    "a: b c  d   # e\nf: g#h\n", "- [[a], [b, [c]]]\n- {a: {b: {c: d}}}\n",
  ])
  func takesWhatPeopleWrite(text: String) {
    #expect(Self.agrees(Array(text.utf8)), "\(text)")
  }

  @Test(arguments: [
    "", "# nothing\n", "text", "a: |\n  b\n", "a: >-\n b\n", "a: &x 1\nb: *x\n", "a: !!str 1\n",
    "%YAML 1.1\n---\na: 1\n", "---\na: 1\n", "a: 1\n...\n", "? a\n: b\n", "a: 'it''s'\n", "a: \"x\\n\"\n",
    "a: b\n  c\n", "a:\n  b\n", "a: [1,\n 2]\n", "a: 1\na: 2\n", "{a: 1, a: 2}", "a: {b}\n", "a: [b: c]\n",
    "a: {b: c,}\n", "a: b: c\n", "a:\tb\n", "a: 1\r\nb: 2\r\n", "a: \"b\" c\n", "- - a\n", "a : b\n",
    "a: {b : c}\n", "a: {b: c?}\n", "a: @b\n", "a: `b`\n", "a: 1\n b: 2\n", " a: 1\nb: 2\n", "- a\nb: c\n",
    "a: 1\n- b\n", "a: [x,, y]\n", "a: {b:c}\n", "a: \u{2028}\n", "<<: {a: 1}\n", "a: {<<: {a: 1}}\n",
    "a: \u{85}b\n", "a: -\n", "a: -x\n",
  ])
  func leavesTheRest(text: String) {
    #expect(PlainYAML.parse(Array(text.utf8), file: "a.yaml") == nil, "\(text)")
  }

  @Test func agreesAboutOurOwnFiles() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var taken = 0
    for folder in ["config", "devices"] {
      let files = FileManager.default.enumerator(
        at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      while let file = files?.nextObject() as? URL {
        guard file.pathExtension == "yaml" else { continue }
        taken += Self.agrees(Array(try Data(contentsOf: file))) ? 1 : 0
      }
    }
    #expect(taken >= 10)
  }

  /// Texts out of pieces that fit together, and the same with some bytes changed.
  @Test func agreesAboutAnything() {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0...1 << 40, using: &random)
    var numbers = Numbers(state: seed)
    var taken = 0
    for _ in 0..<3_000 {
      var text = Array(numbers.block(indent: 0, depth: 0).utf8)
      taken += Self.agrees(text) ? 1 : 0
      for _ in 0..<3 where !text.isEmpty {
        let place = numbers.below(text.count)
        let piece = Array(Numbers.spice[numbers.below(Numbers.spice.count)].utf8)
        switch numbers.below(3) {
        case 0: text.insert(contentsOf: piece, at: place)
        case 1: text.remove(at: place)
        default: text.replaceSubrange(place...place, with: piece)
        }
        Self.agrees(text)
      }
    }
    #expect(taken > 1_000, "seed \(seed)")
  }

  private struct Numbers {
    static let spice = [
      " ", "  ", "\n", "- ", "-", ": ", ":", "#", " #", "[", "]", "{", "}", ",", "'", "\"", "\\", "|", ">", "&a ",
      "*a", "!", "?", "%", "@", "é", "房", "~", "a", "0", "\t", "...", "---", "<<: ", "\n  ", "\n ", ":a", "://",
    ]
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }

    mutating func pick(_ texts: [String]) -> String { texts[below(texts.count)] }

    mutating func word() -> String {
      pick(["a", "b1", "room 3", "房间", "-4", "1.5", "x/y", "a:b", "'q: r'", "\"s # t\"", "~", "true", "22:00", "u#v"])
    }

    mutating func key() -> String {
      pick(["a", "bb", "键", "\"k 1\"", "'l'", "m n", "o_p", "q-r", "s.t"]) + String(below(1_000))
    }

    mutating func quotedKey() -> String {
      let key = key()
      return key.hasPrefix("\"") || key.hasPrefix("'") ? "k\(below(1_000))" : key
    }

    mutating func flow(_ depth: Int) -> String {
      if depth > 2 { return word() }
      let count = below(4)
      let values = (0..<count).map { _ in below(3) == 0 ? flow(depth + 1) : word() }
      if below(2) == 0 { return "[" + values.joined(separator: ", ") + "]" }
      return "{" + values.map { "\(quotedKey()): \($0)" }.joined(separator: ", ") + "}"
    }

    mutating func value(indent: Int, depth: Int) -> String {
      let comment = below(6) == 0 ? "  # why" : ""
      switch below(depth > 3 ? 3 : 6) {
      case 0, 1: return " " + word() + comment + "\n"
      case 2: return " " + flow(0) + comment + "\n"
      case 3: return comment + "\n"
      default: return comment + "\n" + block(indent: indent + 1 + below(3), depth: depth + 1)
      }
    }

    mutating func block(indent: Int, depth: Int) -> String {
      let spaces = String(repeating: " ", count: indent)
      let isList = below(3) == 0
      return (0...below(4)).map { _ in
        let gap = below(8) == 0 ? "\n" + (below(2) == 0 ? "  # note\n" : "") : ""
        guard isList else { return gap + spaces + quotedKey() + ":" + value(indent: indent, depth: depth) }
        if below(3) == 0 {
          return gap + spaces + "- " + quotedKey() + ":" + value(indent: indent + 2, depth: depth)
            + spaces + "  " + quotedKey() + ":" + value(indent: indent + 2, depth: depth)
        }
        return gap + spaces + "-" + value(indent: indent, depth: depth)
      }.joined()
    }
  }
}
