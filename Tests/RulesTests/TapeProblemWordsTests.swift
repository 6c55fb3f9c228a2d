import Community
import Pipeline
import Rules
import Testing

/// What is wrong with a tape, in Chinese.
@Suite struct TapeProblemWordsTests {
  @Test(arguments: [
    (TapeProblem.unreadable("No such file or directory"), "无法读取：没有这个文件"),
    (.unreadable("something new"), "无法读取：something new"),
    (.lineTooLong(limit: 64), "这一行超过 64 字节"),
    (.json(.truncated), "不是 JSON 对象：JSON 不完整"),
    (.missing(["topic"]), "缺少“topic”"),
    (.missing(["payload", "payload_hex"]), "缺少“payload”或“payload_hex”"),
    (.wrong("topic", expected: .text(bytesMax: 65_535)), "“topic”应为长 1 到 65535 字节的文本"),
    (.wrong("qos", expected: .qos), "“qos”应为 0、1 或 2"),
  ])
  func areComplete(problem: TapeProblem, chinese: String) {
    #expect(problem.words == LocalizedText(zh: chinese, en: problem.description))
  }

  @Test(arguments: JSONProblem.allCases)
  func whatIsNoJSON(problem: JSONProblem) {
    #expect(problem.words.en == problem.rawValue)
    #expect(problem.words.zh.contains(/\p{Script=Han}/))
  }
}
