// What libyaml says of broken YAML, in Chinese.
import Testing
import Words

@testable import ConfigFile

@Suite struct YAMLWordsTests {
  @Test(arguments: [
    ("a: [1, 2", "这里应该是“,”或“]”（在“[…]”中，从第 1 行开始）"),
    ("a: {b: 1", "这里应该是“,”或“}”（在“{…}”中，从第 1 行开始）"),
    ("a: b: c\n", "这里不能有“键: 值”；含有“: ”的文本要加引号"),
    ("a: 1\n b: 2\n", "这里不能有“键: 值”；含有“: ”的文本要加引号"),
    ("a: @b\n", "这里不能用这个字符开头"), ("a: - b\n", "这里不能有以“-”开头的列表项"),
    ("a: \"\\q\"\n", "双引号文本中“\\”后面的字符无效（在引号文本中，从第 1 行开始）"),
  ])
  func brokenFiles(text: String, chinese: String) {
    let log = ProblemLog()
    #expect(ConfigReader.parse(text, file: "a.yaml", log: log) == nil)
    let said = log.sorted.map { $0.text(in: .zh) }
    #expect(said.count == 1 && said[0].hasSuffix("error: YAML 语法错误：\(chinese)"), "\(said)")
  }

  /// Nothing of libyaml's English is left where it breaks; its own words stay in English.
  @Test(arguments: [
    "- a\nb: c\n", "a: 1\n- b\n", "a\nb: c\n", "a: &\n", "a: *\n", "a: !<x\n", "a: !x!y z\n", "%YAML 3.0\n---\na\n",
    "%TAG ! a\n%TAG ! b\n---\n", "%FOO\na", "a: |0\n", "a: |x\n", "a: 'x\n---\n", "a: \"\\xzz\"\n", "]", "a: {]}\n",
    "? a\n- b\n", "a: 'b'c\n", "\ta: 1\n", "a:\n  b: 1\n\tc: 2\n", "a: >\n\t x\n",
  ])
  func everyMistakeHasWords(text: String) {
    let log = ProblemLog()
    guard ConfigReader.parseAll(Array(text.utf8), file: "a.yaml", log: log) == nil else { return }
    for problem in log.sorted {
      let said = problem.text(in: .zh)
      #expect(!said.contains("did not") && !said.contains("found") && !said.contains("while "), "\(said)")
      #expect(!problem.text(in: .en).unicodeScalars.contains { $0.properties.isIdeographic })
    }
  }

  @Test func aTextThatIsNotKnown() {
    let text = YAMLWords.text("found a comet", within: ("while scanning the sky", 3))
    #expect(text.zh == "“found a comet”（“while scanning the sky”，从第 3 行开始）")
    #expect(text.en == "found a comet (while scanning the sky that began in line 3)")
  }
}
