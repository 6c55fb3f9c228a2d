import Foundation
import TestSupport
import Testing

/// `linli replay --kpi` and `linli rules tune` with the real executable, on an hour whose figures are worked out by hand.
@Suite struct TapeMeasureTests {
  private static let places = """
    places:
      - id: hedong
        level: district
        duty: {unit: {zh: 区中心, en: District centre}}
        places:
          - id: yihe
            level: compound
            duty: {unit: {zh: 颐和物业, en: Yihe Property}, answer_within: 5m}
            places: [{id: "301", level: room}]
          - id: anju
            level: compound
            duty: {unit: {zh: 安居物业, en: Anju Property}}
            places: [{id: "101", level: room}]
    """
  private static let devices = """
    devices:
      - {id: climate-1, profile: test-climate, place: hedong/yihe/301, match: {device: c1}}
      - {id: climate-2, profile: test-climate, place: hedong/anju/101, match: {device: c2}}
      - {id: button-0, profile: test-button, place: hedong/yihe/301, match: {device: b0}}
      - {id: button-1, profile: test-button, place: hedong/yihe/301, match: {device: b1}}
    """
  private static let rules = """
    rules:
      - {id: pressed, on: {quantity: pressed}, when: {equals: true}, priority: critical, title: {zh: 呼叫, en: Call}}
      - id: cold
        on: {quantity: temperature}
        when: {below: 16, deadband: 1}
        priority: medium
        title: {zh: 冷, en: Cold}
    """

  /// Temperatures by seconds after the beginning. The first room is cold, and back at 17 or above, from
  /// 0:30 to 1:00 (30 s), 1:10 to 1:20 (10 s), 1:25 to 5:00 (215 s) and 12:00 to 22:00 (600 s); the second one from 30:00 on.
  private static let temperatures: [(second: Int, device: String, value: Double)] = [
    (0, "c1", 20), (30, "c1", 15), (60, "c1", 18), (70, "c1", 15), (80, "c1", 18), (85, "c1", 15), (300, "c1", 18),
    (720, "c1", 10), (1_200, "c1", 16.5), (1_320, "c1", 17), (1_800, "c2", 12),
  ]
  /// Eleven presses of two buttons in turn, half a minute apart, from 40:00 to 45:00.
  private static let presses = (0..<11).map { (second: 2_400 + 30 * $0, device: "b\($0 % 2)") }
  private static let until = "2026-01-05T11:59:59.999+08:00"

  private struct Scene {
    let folder: TemporaryDirectory
    let community: TestCommunity
    var config: String { community.config.path }
    let tape: String
    let lines: [String]

    init() throws {
      folder = try TemporaryDirectory()
      community = try TestCommunity(in: folder.url, brokerPort: 1, hookPort: 9)
      try community.write("places.yaml", TapeMeasureTests.places)
      try community.write("devices.yaml", TapeMeasureTests.devices)
      try community.write("rules/test.yaml", TapeMeasureTests.rules)
      func line(_ second: Int, _ topic: String, _ payload: String) -> String {
        let time = String(format: "2026-01-05T03:%02d:%02dZ", second / 60, second % 60)
        return #"{"tst":"\#(time)","topic":"test/\#(topic)","payload":\#(payload)}"#
      }
      lines =
        TapeMeasureTests.temperatures.map { line($0.second, $0.device + "/climate", #"{"temperature":\#($0.value)}"#) }
        + TapeMeasureTests.presses.map { line($0.second, $0.device + "/button", #"{"press":"single"}"#) }
      tape = folder.file("hour.tape")
      _ = try write("hour.tape", lines)
    }

    func write(_ name: String, _ lines: [String]) throws -> String {
      try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: folder.file(name)))
      return folder.file(name)
    }

    func run(_ arguments: [String]) throws -> (code: Int32, output: String, error: String) {
      try LinliProcess.run(arguments + ["--config", config], environment: ["LINLI_PROFILES": ""])
    }

    func kpi(_ tapes: [String], _ more: String...) throws -> (code: Int32, output: String, error: String) {
      try run(["replay", "--kpi", "--until", TapeMeasureTests.until] + tapes + more)
    }

    func tune(_ arguments: String...) throws -> (code: Int32, output: String, error: String) {
      try run(["rules", "tune"] + arguments)
    }
  }

  private static func object(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

  /// The cells of an aligned table, line by line.
  private static func cells(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { line in
      line.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
  }

  // MARK: - replay --kpi

  /// Six bins of ten minutes. Yihe is called 3 times in the first, once in the second, 11 times in the fifth; Anju once.
  private static let measures: [String: Double] = [
    "alerts": 16, "hidden": 0, "manual": 11, "own": 0,
    // 15 and 1 calls in 6 bins: 2.5 and 1/6, on average 4/3.
    "alerts_per_person_10_minutes": 4.0 / 3, "peak_10_minutes": 11, "flood_share": 1.0 / 6,
    // Raised at 0:30, 1:10 and 1:25; over after 30 s and after 10 s.
    "chattering": 1, "fleeting": 2, "stale": 0,
    // Without the presses five alerts, all medium.
    "priority_critical": 0, "priority_high": 0, "priority_medium": 1, "priority_low": 0, "top_10_share": 1,
    // Nobody answers a tape: climbing says nothing about it. The second room stays cold; the first one helped itself four times.
    "escalations": 0, "unanswered": 1, "needed_nothing": 4.0 / 16,
  ]
  private static let withoutValue: Set = ["answer_median", "answer_p90", "manual_answer_median", "manual_answer_p90"]

  @Test func theMeasuresOfAnHour() throws {
    let scene = try Scene()
    // The hour does have steps up.
    #expect(try scene.run(["replay", "--json", scene.tape]).output.contains(#""change":"escalated""#))
    let result = try scene.kpi([scene.tape], "--json")
    #expect(result.code == 0 && result.error.isEmpty, "\(result)")
    let answer = try #require(try Self.object(result.output) as? [String: Any])
    #expect(answer["from"] as? String == "2026-01-05T11:00:00.000+08:00")
    #expect(answer["to"] as? String == "2026-01-05T12:00:00.000+08:00")

    let measures = try #require(answer["measures"] as? [[String: Any]])
    #expect(Set(measures.compactMap { $0["key"] as? String }) == Self.withoutValue.union(Self.measures.keys))
    var verdicts: [String: String] = [:]
    for measure in measures {
      let key = try #require(measure["key"] as? String)
      verdicts[key] = measure["verdict"] as? String
      let value = measure["value"] as? Double
      guard let expected = Self.measures[key] else {
        #expect(value == nil, "\(key)")
        continue
      }
      #expect(value.map { abs($0 - expected) < 1e-9 } ?? false, "\(key): \(value ?? .nan), not \(expected)")
    }
    #expect(verdicts["alerts_per_person_10_minutes"] == "tolerable" && verdicts["peak_10_minutes"] == "poor")
    #expect(verdicts["flood_share"] == "poor" && verdicts["chattering"] == "poor" && verdicts["stale"] == "good")

    let people = try #require(answer["people"] as? [[String: Any]])
    #expect(people.map { $0["person"] as? String } == ["Yihe Property", "Anju Property"])
    #expect(people.map { $0["calls"] as? Int } == [15, 1] && people.map { $0["peak"] as? Int } == [11, 1])
    #expect(people.map { $0["mean"] as? Double } == [2.5, 1.0 / 6])
    #expect(people.map { $0["flood_share"] as? Double } == [1.0 / 6, 0])

    let rules = try #require(answer["rules"] as? [[String: Any]])
    func figures(_ key: String) -> [Int?] { rules.map { $0[key] as? Int } }
    #expect(rules.map { $0["rule"] as? String } == ["pressed", "cold"])
    #expect(figures("alerts") == [11, 5] && figures("subjects") == [2, 2] && figures("hidden") == [0, 0])
    #expect(figures("fleeting") == [0, 2] && figures("chattering") == [0, 1] && figures("needed_nothing") == [0, 4])
    // Of 10, 30, 215 and 600 s the second; a press is over at once.
    #expect(figures("lasted_median_seconds") == [0, 30])
  }

  @Test func theMeasuresForPeople() throws {
    let scene = try Scene()
    let english = try scene.kpi([scene.tape], "--lang", "en")
    #expect(english.code == 0 && english.error.isEmpty, "\(english)")
    let en = Self.cells(english.output)
    for row in [
      ["2026-01-05T11:00:00.000+08:00 … 2026-01-05T12:00:00.000+08:00"], ["MEASURE", "FOUND", "TARGET"],
      ["alerts", "16"], ["of those raised by hand (a press)", "11"],
      ["alerts a person and 10 minutes, mean", "1.33", "about 1, at most 2"],
      ["most in 10 minutes, one person", "11", "at most 10"],
      ["periods in flood, busiest person", "16.7 %", "below 1 %"], ["chattering (3 or more in 60 s)", "1", "none"],
      ["fleeting (under 60 s)", "2"], ["time to answer, median", "–"], ["needed nothing", "25.0 %"],
      ["pressed", "11", "0", "2", "0", "0", "0", "0 s"], ["cold", "5", "0", "2", "2", "1", "4", "30 s"],
      ["WHO IS CALLED", "CALLS", "MOST IN 10 MIN", "IN FLOOD"],
      ["Yihe Property", "15", "11", "16.7 %"], ["Anju Property", "1", "1", "0.0 %"],
    ] {
      #expect(en.contains(row), "\(row) is not in \(english.output)")
    }
    let chinese = try scene.kpi([scene.tape], "--lang", "zh")
    #expect(chinese.code == 0 && chinese.error.isEmpty, "\(chinese)")
    let zh = Self.cells(chinese.output)
    for row in [
      ["指标", "结果", "目标"], ["报警总数", "16"], ["每人每 10 分钟报警（平均）", "1.33", "约 1，最多 2"],
      ["10 分钟内最多（一人）", "11", "不超过 10"], ["抖动报警（60 秒内 3 次以上）", "1", "0"],
      ["cold", "5", "0", "2", "2", "1", "4", "30 秒"], ["颐和物业", "15", "11", "16.7 %"],
      ["安居物业", "1", "1", "0.0 %"],
    ] {
      #expect(zh.contains(row), "\(row) is not in \(chinese.output)")
    }
    #expect(en.count == zh.count)
    // The same bytes every time, and from two tapes in any order as from one.
    #expect(try scene.kpi([scene.tape], "--lang", "en").output == english.output)
    let halves = [
      try scene.write("second.tape", Array(scene.lines[9...])), try scene.write("first.tape", Array(scene.lines[..<9])),
    ]
    #expect(try scene.kpi(halves, "--lang", "en").output == english.output)
  }

  // MARK: - rules tune

  private struct Row: Equatable {
    var knob: String?
    var value: String?
    var alerts: Int
    var subjects: Int
    var fleeting: Int
    var chattering: Int
    var active: Int

    init(
      _ knob: String?, _ value: String?, _ alerts: Int, _ subjects: Int, _ fleeting: Int, _ chattering: Int,
      _ active: Int
    ) {
      self.knob = knob
      self.value = value
      self.alerts = alerts
      self.subjects = subjects
      self.fleeting = fleeting
      self.chattering = chattering
      self.active = active
    }

    init(_ object: [String: Any]) {
      func number(_ key: String) -> Int { object[key] as? Int ?? -1 }
      self.init(
        object["knob"] as? String, object["value"] as? String, number("alerts"), number("subjects"), number("fleeting"),
        number("chattering"), number("active_seconds"))
    }
  }

  /// What is still active counts until the last message, at 45:00. So the second room makes 900 s of the whole.
  private static let tuned = [
    Row(nil, nil, 5, 2, 2, 1, 30 + 10 + 215 + 600 + 900),
    // Held for a minute: 1:25 and 12:00 raise at 2:25 and 13:00, 30:00 at 31:00.
    Row("for", "1 min", 3, 2, 0, 0, 155 + 540 + 840),
    // 16.5 at 20:00 breaks the hold of 12:00; 30:00 raises at 40:00.
    Row("for", "10 min", 1, 1, 0, 0, 300),
    // Back at 16: the last one of the first room ends at 20:00.
    Row("deadband", "0", 5, 2, 2, 1, 30 + 10 + 215 + 480 + 900),
    // Back at 19, which never comes again after 0:30.
    Row("deadband", "3", 2, 2, 0, 0, 2_670 + 900),
    // Back at 15: 12:00 to 20:00, and the second room.
    Row("threshold", "< 14", 2, 2, 0, 0, 480 + 900),
    // 12 is not below 12.
    Row("threshold", "< 12", 1, 1, 0, 0, 480),
  ]
  private static let knobs = ["--for", "1m", "10m", "--deadband", "0", "3", "--threshold", "14", "12"]

  @Test func theVariantsOfARule() throws {
    let scene = try Scene()
    let asked = ["rules", "tune", "cold", "--tape", scene.tape]
    let result = try scene.run(asked + Self.knobs + ["--json"])
    #expect(result.code == 0 && result.error.isEmpty, "\(result)")
    let rows = try #require(try Self.object(result.output) as? [[String: Any]])
    #expect(rows.map { Row($0) } == Self.tuned)

    let english = try scene.run(asked + Self.knobs + ["--lang", "en"])
    #expect(
      english.code == 0
        && Self.cells(english.output) == [
          ["CHANGE", "ALERTS", "SUBJECTS", "FLEETING", "CHATTERING", "TIME IN ALARM"],
          ["(as it is)", "5", "2", "2", "1", "29 min 15 s"], ["for: 1 min", "3", "2", "0", "0", "25 min 35 s"],
          ["for: 10 min", "1", "1", "0", "0", "5 min"], ["deadband: 0", "5", "2", "2", "1", "27 min 15 s"],
          ["deadband: 3", "2", "2", "0", "0", "59 min 30 s"], ["threshold: < 14", "2", "2", "0", "0", "23 min"],
          ["threshold: < 12", "1", "1", "0", "0", "8 min"],
        ], "\(english)")
    let chinese = try scene.run(asked + Self.knobs + ["--lang", "zh"])
    let zh = Self.cells(chinese.output)
    #expect(chinese.code == 0 && zh.count == 8, "\(chinese)")
    #expect(zh.first == ["改动", "报警", "对象", "瞬时", "抖动", "报警总时长"])
    #expect(zh.contains(["（现状）", "5", "2", "2", "1", "29 分 15 秒"]), "\(chinese)")

    // Without a word of what to try: four steps of each number, and the rule itself the same as before.
    let usual = try #require(try Self.object(try scene.run(asked + ["--json"]).output) as? [[String: Any]])
    #expect(usual.first.map { Row($0) } == Self.tuned[0])
    #expect(
      usual.map { $0["knob"] as? String } == [nil]
        + ["for", "deadband", "threshold"].flatMap { Array(repeating: $0, count: 4) })
    // Two tapes are one.
    let halves = [
      try scene.write("second.tape", Array(scene.lines[9...])), try scene.write("first.tape", Array(scene.lines[..<9])),
    ]
    let both = try scene.run(
      ["rules", "tune", "cold", "--tape", halves[0], "--tape", halves[1], "--json"] + Self.knobs)
    #expect(both.output == result.output)
  }

  // MARK: - What cannot be used

  /// A line that is no message is named and skipped, the rest counts, and the exit code says so.
  @Test func aDamagedTape() throws {
    let scene = try Scene()
    let skipped = "linli: lines that were no messages and were skipped: 1\n"
    var lines = scene.lines
    lines.insert("not a message", at: 5)
    let damaged = try scene.write("damaged.tape", lines)
    let problem = "\(damaged):6: error: not a JSON object: not JSON\n" + skipped
    let kpi = try scene.kpi([damaged], "--json")
    #expect(kpi.code == 1 && kpi.error == problem, "\(kpi)")
    #expect(try kpi.output == scene.kpi([scene.tape], "--json").output)
    let tuned = try scene.tune("cold", "--tape", damaged, "--json")
    #expect(tuned.code == 1 && tuned.error == problem, "\(tuned)")
    #expect(try tuned.output == scene.tune("cold", "--tape", scene.tape, "--json").output)

    // The recorder died in the middle of its last line: the eleventh press is lost.
    let cut = try scene.write("cut.tape", scene.lines)
    try Data(try Data(contentsOf: URL(fileURLWithPath: cut)).dropLast(10)).write(to: URL(fileURLWithPath: cut))
    let short = try scene.kpi([cut], "--lang", "en")
    #expect(short.code == 1 && short.error == "\(cut):22: error: not a JSON object: JSON ends too early\n" + skipped)
    #expect(Self.cells(short.output).contains(["alerts", "15"]), "\(short)")
  }

  /// One line that says what is missing, nothing on standard output, exit code 1.
  @Test func noTapeNoMessageNoRule() throws {
    let scene = try Scene()
    let none = scene.folder.file("none.tape")
    let empty = try scene.write("empty.tape", [])
    func expect(_ result: (code: Int32, output: String, error: String), _ error: String) {
      #expect(result.code == 1 && result.output.isEmpty && result.error == "linli: \(error)\n", "\(result)")
    }
    let missing = "\(none): cannot be read: No such file or directory"
    expect(try scene.kpi([none]), missing)
    expect(try scene.kpi([empty]), "the tape holds no message")
    expect(try scene.tune("cold", "--tape", none), missing)
    expect(try scene.tune("cold", "--tape", empty), "the tape holds no message")
    expect(
      try scene.tune("colt", "--tape", scene.tape), "there is no rule 'colt' in \(scene.config); did you mean \"cold\"?"
    )
    expect(
      try scene.tune("device-silent", "--tape", scene.tape),
      "there is no rule 'device-silent' in \(scene.config); known: cold, pressed")
    // Beside a tape that can be read the answer comes all the same.
    for arguments in [
      ["replay", "--kpi", scene.tape, none], ["rules", "tune", "cold", "--tape", none, "--tape", scene.tape],
    ] {
      let result = try scene.run(arguments)
      #expect(result.code == 1 && result.error == "linli: \(missing)\n" && !result.output.isEmpty, "\(result)")
    }
  }

  /// Wrong usage: exit code 2, one line.
  @Test(arguments: [
    ["replay", "--kpi", "--readings", "TAPE"], ["replay", "--kpi", "--until", "tomorrow", "TAPE"], ["replay", "--kpi"],
    ["rules", "tune", "--tape", "TAPE"], ["rules", "tune", "cold"], ["rules", "tune", "cold", "--tape"],
    ["rules", "tune", "cold", "--tape", "TAPE", "--for", "5"],
    ["rules", "tune", "cold", "--tape", "TAPE", "--deadband", "wide"],
    ["rules", "tune", "cold", "--tape", "TAPE", "--threshold", "low"],
  ])
  func wrongUsage(arguments: [String]) throws {
    let scene = try Scene()
    let result = try scene.run(arguments.map { $0 == "TAPE" ? scene.tape : $0 })
    #expect(result.code == 2 && result.output.isEmpty, "\(arguments): \(result)")
    #expect(result.error.hasPrefix("linli: ") && result.error.split(separator: "\n").count == 1, "\(result)")
  }
}
