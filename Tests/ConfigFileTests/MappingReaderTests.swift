import ConfigFile
import TestSupport
import Testing
import Words

/// Typed reading reports each problem at its line and goes on.
@Suite struct MappingReaderTests {
  enum Colour: String, CaseIterable { case red, green, blue }

  private func read(_ text: String, keys: [String] = ["v"], _ body: (MappingReader) -> Void) -> [String] {
    let log = ProblemLog()
    guard let node = ConfigReader.parse(text, file: "a.yaml", log: log),
      let reader = MappingReader(node, keys: keys, log: log)
    else { return log.sorted.map(\.description) }
    body(reader)
    return log.sorted.map(\.description)
  }

  @Test func valuesOfEveryKind() {
    let found = read(
      "s: x\ni: -3\nn: 1.5e3\nb: true\nd: 1.5h\ny: 1GiB\nt: {zh: 冷, en: cold}\nl: [a, b]\no: a\nc: green\n",
      keys: ["s", "i", "n", "b", "d", "y", "t", "l", "o", "c"]
    ) { reader in
      #expect(reader.string("s") == "x")
      #expect(reader.int("i") == -3)
      #expect(reader.number("n") == 1500)
      #expect(reader.bool("b") == true)
      #expect(reader.duration("d") == 5_400_000)
      #expect(reader.bytes("y") == 1 << 30)
      #expect(reader.text("t") == LocalizedText(zh: "冷", en: "cold"))
      #expect(reader.text("s") == LocalizedText("x"))
      #expect(reader.strings("l") == ["a", "b"])
      #expect(reader.strings("o") == ["a"])
      #expect(reader.choice("c", as: Colour.self) == .green)
      #expect(reader.string("none") == nil)
    }
    #expect(found.isEmpty)
  }

  /// Place and severity are the same in both languages: editors look for them.
  @Test(arguments: [
    ("v: [a]", "a.yaml:1:4: error: v：应为整数，实际是列表"),
    ("v: 10", "a.yaml:1:4: error: v：10 不在 1 到 5 之间"),
    ("vv: 3", "a.yaml:1:1: error: 未知的键“vv”；可用的有：v"),
    ("v: 1\nv: 2", "a.yaml:2:1: error: 键“v”写了两次；第一次在第 1 行"),
    ("v: 'x", "a.yaml:1:6: error: YAML 语法错误：文件提前结束（在引号文本中，从第 1 行开始）"),
  ])
  func problemsAreToldInChinese(text: String, expected: String) {
    let log = ProblemLog()
    if let node = ConfigReader.parse(text, file: "a.yaml", log: log),
      let reader = MappingReader(node, keys: ["v"], log: log)
    {
      _ = reader.int("v", in: 1...5)
    }
    #expect(log.sorted.map { $0.text(in: .zh) } == [expected])
  }

  @Test(arguments: [
    ("v: [a]", "expected a whole number, found a list"),
    ("v: 010", "expected a whole number, found \"010\""),
    ("v: 0x10", "expected a whole number, found \"0x10\""),
    ("v: 1.5", "expected a whole number, found \"1.5\""),
    ("v: 99999999999999999999", "expected a whole number, found \"99999999999999999999\""),
    ("v: 11", "11 is not between 0 and 10"),
  ])
  func wholeNumbers(text: String, message: String) {
    #expect(read(text) { _ = $0.int("v", in: 0...10) } == ["a.yaml:1:4: error: v: \(message)"])
  }

  @Test(arguments: ["nan", ".inf", "inf", "1e999", "0x1p3", "1_000", "22:00", "abc", "1,5", "--1", "-", "+", "010"])
  func whatIsNoNumber(text: String) {
    #expect(
      read("v: \"\(text)\"") { _ = $0.number("v") } == ["a.yaml:1:4: error: v: expected a number, found \"\(text)\""])
  }

  @Test(arguments: [("yes", "write true"), ("off", "write false"), ("TRUE", "write true")])
  func onlyTrueAndFalse(text: String, hint: String) {
    let expected = "a.yaml:1:4: error: v: expected true or false, found \"\(text)\"; \(hint)"
    #expect(read("v: \(text)") { _ = $0.bool("v") } == [expected])
  }

  @Test(arguments: [
    ("10", "expected a duration like 90s 10m 12h 3d, found \"10\"; add the unit"),
    ("10 min", "expected a duration like 90s 10m 12h 3d, found \"10 min\""),
    ("-5m", "expected a duration like 90s 10m 12h 3d, found \"-5m\""),
    ("3d", "3d is not between 1s and 1d"),
  ])
  func durations(text: String, message: String) {
    #expect(read("v: \(text)") { _ = $0.duration("v", in: 1_000...86_400_000) } == ["a.yaml:1:4: error: v: \(message)"])
  }

  @Test func unknownKeysAndWords() {
    let found = read("colour: greeen\ncolr: red\nzzz: 1\n", keys: ["colour", "size"]) {
      #expect($0.choice("colour", as: Colour.self) == nil)
    }
    #expect(
      found == [
        "a.yaml:1:9: error: colour: unknown value \"greeen\"; did you mean \"green\"?",
        "a.yaml:2:1: error: unknown key \"colr\"; did you mean \"colour\"?",
        "a.yaml:3:1: error: unknown key \"zzz\"; known: colour, size",
      ])
  }

  @Test func missingKeys() {
    #expect(
      read("w: 1\nv:\n", keys: ["v", "w"]) { _ = $0.requiredString("v") } == ["a.yaml:2:1: error: missing \"v\""])
    #expect(read("w: 1\n", keys: ["v", "w"]) { _ = $0.requiredInt("v") } == ["a.yaml:1:1: error: missing \"v\""])
    #expect(read("- x\n") { _ in } == ["a.yaml:1:1: error: expected a mapping (key: value), found a list"])
  }

  @Test func problemsAreSortedAndSaidOnce() {
    let log = ProblemLog()
    log.error(at: SourceLocation(file: "b", line: 1, column: 1), LocalizedText("x"))
    log.warning(at: SourceLocation(file: "a", line: 9, column: 1), zh: "y", en: "y", hint: LocalizedText("z"))
    log.error(at: SourceLocation(file: "a", line: 2, column: 1), LocalizedText("w"))
    log.error(at: SourceLocation(file: "b", line: 1, column: 1), LocalizedText("x"))
    #expect(log.sorted.map(\.description) == ["a:2:1: error: w", "a:9:1: warning: y; z", "b:1:1: error: x"])
    #expect(log.errorCount == 2)
  }

  @Test func durationAndSizeTexts() {
    for text in ["90s", "10m", "12h", "3d", "500ms", "0s"] {
      #expect(DurationText.parse(text).map(DurationText.text) == text)
    }
    #expect(DurationText.parse("5y") == 157_680_000_000)
    #expect(DurationText.parse("101y") == nil)
    #expect(ByteSize.parse("10MB") == 10_000_000)
    #expect(ByteSize.parse("4096") == 4096)
    #expect(ByteSize.parse("1 GiB") == 1 << 30)
    #expect(ByteSize.parse("GiB") == nil)
    #expect(ByteSize.text(65_536) == "64 KiB")
  }

  @Test func yamlBecomesJSON() {
    let log = ProblemLog()
    let node = ConfigReader.parse(
      "{a: [1, 1.50, +2, .5, true, null, yes, \"3\"], \"b\\n\": \"q\\\"\"}", file: "a", log: log)
    #expect(node?.jsonText == #"{"a":[1,1.50,2,0.5,true,null,"yes","3"],"b\n":"q\""}"#)
  }
}
