import ConfigFile
import Foundation
import Testing

/// Reading YAML: the right lines, plain texts instead of YAML 1.1's surprises, and a clear end for whatever is broken.
@Suite struct ConfigReaderTests {
  private func parse(_ text: String, log: ProblemLog = ProblemLog()) -> ConfigNode? {
    ConfigReader.parse(text, file: "a.yaml", log: log)
  }

  private func problems(_ text: String) -> [String] {
    let log = ProblemLog()
    _ = parse(text, log: log)
    return log.sorted.map(\.description)
  }

  @Test func scalarsStayTheTextThatIsWritten() throws {
    let node = try #require(parse("on: yes\noff: 010\nfrom: 22:00\nid: 24e124136b502217\nnull: ~\n1: x\n"))
    let entries = try #require(node.entries)
    #expect(entries.map(\.key) == ["on", "off", "from", "id", "null", "1"])
    #expect(entries.map { $0.value.scalar } == ["yes", "010", "22:00", "24e124136b502217", "~", "x"])
    #expect(entries.map(\.value.isNull) == [false, false, false, false, true, false])
  }

  @Test func everyNodeKnowsItsPlace() throws {
    let node = try #require(parse("# hello\na:\n  - {b: c}\n  - 房间: d\n"))
    let list = try #require(node.entries?.first?.value.sequence)
    #expect(list[0].entries?.first?.keyLocation == SourceLocation(file: "a.yaml", line: 3, column: 6))
    #expect(list[0].entries?.first?.value.location == SourceLocation(file: "a.yaml", line: 3, column: 9))
    #expect(list[1].entries?.first?.value.location == SourceLocation(file: "a.yaml", line: 4, column: 9))
  }

  @Test(arguments: [
    ("a: [1, 2", "a.yaml:2:1: error: broken YAML: did not find expected ',' or ']'"),
    ("a: b\n\tc: d\n", "a.yaml:2:1: error: broken YAML: found a tab character that violates indentation"),
    ("a: 'x\n", "a.yaml:2:1: error: broken YAML: found unexpected end of stream"),
    (
      "物: [1, *no_body-1]\n",
      "a.yaml:1:8: error: broken YAML: undefined alias *no_body-1; an alias (*name) needs its anchor (&name) before it; "
        + "a text that begins with * needs quotes"
    ),
    (
      "a: 1\n---\nb: 2\n",
      "a.yaml:2:1: error: a second document begins here (---); one file is one document: remove the line or split the file"
    ),
    ("a: 1\nb: 2\na: 3\n", "a.yaml:3:1: error: key \"a\" is given twice; the first is in line 1"),
    ("- {x: 1, \"x\": 2}\n", "a.yaml:1:10: error: key \"x\" is given twice; the first is in line 1"),
    ("a: 1\u{1}\n", "a.yaml:1:5: error: control character 0x1 in the file; save the file as UTF-8 text"),
    ("? [a]\n: b\n", "a.yaml:1:3: error: a key must be a plain text"),
  ])
  func brokenFilesNameTheLine(text: String, start: String) {
    let found = problems(text)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(start) == true, "\(found)")
  }

  @Test func tabsGetAHint() {
    #expect(problems("a:\n\tb: 1\n").first?.hasSuffix("; indent with spaces, not with tabs") == true)
  }

  @Test func severalDoubledKeysAreAllNamed() {
    let found = problems("a: 1\nb: {c: 1, c: 2}\na: 3\na: 4\n")
    #expect(found.contains("a.yaml:2:11: error: key \"c\" is given twice; the first is in line 2"))
    #expect(found.contains { $0.hasPrefix("a.yaml:4:1: error: key \"a\" is given twice") })
    #expect(found.count >= 2)
  }

  @Test func aByteOrderMarkIsNoPartOfTheFirstKey() throws {
    let node = try #require(ConfigReader.parse([0xEF, 0xBB, 0xBF] + Array("a: 1".utf8), file: "a", log: ProblemLog()))
    #expect(node.entries?.first?.key == "a")
  }

  @Test func emptyFilesAreNothing() throws {
    #expect(try #require(parse("")).isNull)
    #expect(try #require(parse("# only a comment\n")).isNull)
    #expect(try #require(parse("---\n")).isNull)
  }

  @Test func aliasesAndMergeKeysWork() throws {
    let node = try #require(parse("base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\n"))
    let use = try #require(node.entries?[1].value.entries)
    #expect(use.map(\.key) == ["y", "x"])
    #expect(use.map { $0.value.scalar } == ["3", "1"])
  }

  @Test(arguments: ["*z", "{*z : 1}", "? *z\n  : 1", "{? [*z] : 1}", "{[*z]: 1}", "{*z: 1}"])
  func aliasBombsEndInAProblem(use: String) {
    var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    var previous = "a"
    for name in "bcdefghijklmz".map(String.init) {
      text += "\(name): &\(name) [\(Array(repeating: "*\(previous)", count: 9).joined(separator: ", "))]\n"
      previous = name
    }
    let found = problems(text + "use:\n  \(use)\n")
    #expect(found.count == 1)
  }

  @Test(arguments: [10, 100, 990, 5_000, 200_000])
  func deepNestingEndsInAProblem(depth: Int) {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
      let text = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
      let found = problems(text)
      #expect(found.isEmpty == (depth <= 64), "\(open) \(depth) \(found)")
    }
  }

  @Test func hugeFilesAreRefused() {
    let log = ProblemLog()
    let bytes = [UInt8](repeating: 97, count: ConfigReader.fileBytesMax + 1)
    #expect(ConfigReader.parse(bytes, file: "a.yaml", log: log) == nil)
    #expect(log.sorted.map(\.description) == ["a.yaml: error: larger than 16 MiB"])
  }

  @Test func invalidUTF8NamesItsPlace() {
    let log = ProblemLog()
    #expect(ConfigReader.parse(Array("a: 1\nb: ".utf8) + [0xC3, 0x28], file: "a.yaml", log: log) == nil)
    #expect(log.sorted.map(\.description) == ["a.yaml:2:4: error: not valid UTF-8; save the file as UTF-8 text"])
  }

  /// Columns are characters, and lines are those of YAML, also where a file is broken.
  @Test(arguments: [
    ("物业: \u{7f}", "a.yaml:1:5"), ("a: 1\r\u{1}", "a.yaml:2:1"), ("a: 1\r\n\u{2028}b\u{1}", "a.yaml:3:2"),
    ("a: &a b\n物: {*a : c}\n", "a.yaml:2:5"),
  ])
  func brokenFilesNameCharacters(text: String, place: String) {
    let log = ProblemLog()
    #expect(ConfigReader.parse(text, file: "a.yaml", log: log) == nil)
    #expect(log.sorted.map(\.description).contains { $0.hasPrefix(place + ": error: ") })
  }

  /// One long line with a wrong byte at its end must not take time by its square.
  @Test func invalidUTF8IsFoundQuickly() {
    let log = ProblemLog()
    let bytes = [UInt8](repeating: 97, count: 1 << 20) + [0xff]
    #expect(ConfigReader.parse(bytes, file: "a.yaml", log: log) == nil)
    #expect(log.sorted.first?.location.column == (1 << 20) + 1)
  }

  /// Mutated and random input: whatever comes out, it comes out.
  @Test func randomBytesNeverCrash() {
    var generator = SeededGenerator(state: 42)
    let seed = Array("a: &x {b: [1, 2], \"c\": 'd'}\n? e\n: *x\nf: |\n  text\n- g: ${H}\n<<: *x\n".utf8)
    for _ in 0..<1_500 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...12, using: &generator) {
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: at)
        default: bytes.insert(Array("{}[]:,&*!|>'\"%@`#-? \t\n".utf8).randomElement(using: &generator) ?? 0, at: at)
        }
        if bytes.isEmpty { bytes = [10] }
      }
      let log = ProblemLog()
      let node = ConfigReader.parse(bytes, file: "a.yaml", log: log)
      #expect(node != nil || log.hasErrors)
    }
  }

  @Test func filesThatCannotBeReadSayWhy() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("linli-config-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = ProblemLog()
    #expect(ConfigReader.load(folder + "/none.yaml", log: log) == nil)
    #expect(ConfigReader.load(folder + "/none.yaml", mayBeMissing: true, log: ProblemLog()) == nil)
    #expect(ConfigReader.load(folder, log: log) == nil)
    #expect(
      log.problems.map(\.description) == [
        "\(folder)/none.yaml: error: cannot read the file: no such file",
        "\(folder): error: cannot read the file: it is a directory",
      ])
  }
}

/// SplitMix64: the same numbers every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
