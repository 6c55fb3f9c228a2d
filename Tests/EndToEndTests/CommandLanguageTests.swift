import Foundation
import TestSupport
import Testing

/// What is wrong, the command says in the language of the run: `--lang`, else the locale.
@Suite struct CommandLanguageTests {
  private static let chinese = ["LANG": "zh_CN.UTF-8"]
  private let folder: TemporaryDirectory
  private let community: TestCommunity

  init() throws {
    folder = try TemporaryDirectory()
    community = try TestCommunity(in: folder.url, brokerPort: 1883, hookPort: 9)
  }

  private func run(
    _ arguments: [String], _ environment: [String: String] = Self.chinese
  ) throws -> (code: Int32, output: String, error: String) {
    try LinliProcess.run(arguments, environment: ["LINLI_PROFILES": ""].merging(environment) { $1 })
  }

  /// Writes a key wrong; the place of the mistake.
  private func breakSettings() throws -> String {
    let file = community.config.appendingPathComponent("linli.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    try community.write("linli.yaml", text.replacingOccurrences(of: "language:", with: "langauge:"))
    return "\(file.path):5:1: error: "
  }

  @Test func mistakesOfAConfiguration() throws {
    let place = try breakSettings()
    let zh = "\(place)未知的键“langauge”；是不是想写“language”？\n"
    let en = "\(place)unknown key \"langauge\"; did you mean \"language\"?\n"
    let check = ["check", "--config", community.config.path]
    let cases: [(arguments: [String], environment: [String: String], words: String)] = [
      ([], Self.chinese, zh), (["--lang", "zh"], [:], zh), (["--lang=zh"], ["LANG": "en_GB.UTF-8"], zh),
      (["--lang", "en"], Self.chinese, en), ([], [:], en), ([], ["LC_ALL": "C", "LANG": "zh_CN.UTF-8"], en),
    ]
    for (arguments, environment, words) in cases {
      let result = try run(check + arguments, environment)
      #expect(result.code == 1 && result.output.contains(words), "\(arguments) \(environment): \(result)")
    }
    let json = try run(check + ["--json"])
    let found = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    let finding = try #require(found.first { $0["line"] as? Int == 5 })
    #expect(finding["message"] as? String == "未知的键“langauge”" && finding["severity"] as? String == "error")
    #expect(finding["hint"] as? String == "是不是想写“language”？")
  }

  @Test func aConfigurationThatIsRefused() throws {
    let place = try breakSettings()
    let config = community.config.path
    let replay = try run(["replay", "--config", config, "x"])
    #expect(replay.code == 1 && replay.error.hasPrefix("\(place)未知的键“langauge”"))
    #expect(replay.error.hasSuffix("linli: \(config) 中的配置有错误\n"))
    let serve = try run(["serve", "--config", config, "--data", community.data.path])
    #expect(serve.code == 1 && serve.error.contains("\(place)未知的键“langauge”"))
    #expect(serve.error.hasSuffix("linli: \(config) 中的配置有错误；`linli check` 会逐条列出\n"))
  }

  @Test func noService() throws {
    let socket = folder.file("none.sock")
    let zh = try run(["status", "--socket", socket])
    #expect(zh.code == 3 && zh.output.isEmpty)
    #expect(zh.error == "linli: 服务在 \(socket) 没有应答：没有这个套接字；`linli serve` 在运行吗？\n")
    let en = try run(["status", "--socket", socket, "--lang", "en"])
    #expect(en.code == 3)
    #expect(
      en.error == "linli: the service does not answer at \(socket): there is no socket; is `linli serve` running?\n")
  }

  @Test(arguments: [
    (["alert", ""], "请写明报警的编号（见 `linli alerts`）；用法见 `linli alert --help`"),
    (["status", "--lang", "fr"], "--lang 应为 zh 或 en，不能是“fr”；用法见 `linli status --help`"),
    (["report", "weather"], "KIND 应为 assessment、kpi 或 availability，不能是“weather”；用法见 `linli report --help`"),
    (["tape", "--topic", "a/#/b"], "--topic：“a/#/b”不是主题过滤器：“#”要单独一级，并且在最后；用法见 `linli tape --help`"),
    (["shelve", "x", "--for", "5"], "--for：“5”不是时长；请写 90s、10m、12h 或 3d"),
    (
      ["history", "x/y", "--since", "yesterday"],
      "--since：“yesterday”既不是时长（90s、10m、12h、3d），也不是时间（2026-01-05T03:00:00+08:00）"
    ),
  ])
  func wrongUsage(arguments: [String], words: String) throws {
    let result = try run(arguments)
    #expect(result.code == 2 && result.output.isEmpty && result.error == "linli: \(words)\n", "\(result)")
  }

  @Test func tapes() throws {
    let tape = folder.file("x.tape")
    try Data("hello\n".utf8).write(to: URL(fileURLWithPath: tape))
    let replay = ["replay", "--config", community.config.path, "--json"]
    let malformed = try run(replay + [tape])
    #expect(malformed.code == 1 && malformed.output.isEmpty)
    #expect(malformed.error == "\(tape):1: error: 不是 JSON 对象：不是 JSON\nlinli: 有 1 行不是消息，已跳过\n")
    let missing = try run(replay + [folder.file("none")])
    #expect(missing.code == 1 && missing.error == "linli: \(folder.file("none"))：无法读取：没有这个文件\n")
  }
}
