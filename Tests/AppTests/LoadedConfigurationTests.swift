import App
import ConfigFile
import Foundation
import Glibc
import Pipeline
import TestSupport
import Testing
import Words

/// Files that are missing, broken or no files: clear lines, and no avalanche of what only follows from them.
@Suite struct LoadedConfigurationTests {
  @Test func aCorrectConfigurationHasNothingWrong() throws {
    let community = try SmallCommunity()
    #expect(community.problems().isEmpty)
    let loaded = community.load()
    #expect(!loaded.hasErrors)
    #expect(loaded.lanes.count == 1)
    #expect(loaded.lanes[0].plan.points.count == 2)
  }

  @Test func theHistoryHasBounds() throws {
    let community = try SmallCommunity()
    #expect(community.load().settings.historyKept == .init())
    let text = try community.read("linli.yaml")
    try community.write("linli.yaml", text + "history: {raw: 30d, hourly: 2y, size: 1GiB}")
    #expect(
      community.load().settings.historyKept
        == .init(raw: 30 * 86_400_000, hourly: 730 * 86_400_000, bytes: 1 << 30))
    try community.write("linli.yaml", text + "history: {size: 1KiB}")
    #expect(community.problems().count == 1 && community.problems()[0].hasPrefix("linli.yaml:"))
  }

  @Test func aRuleThatSelectsNothingIsAWarning() throws {
    let community = try SmallCommunity()
    try community.write(
      "rules/more.yaml", "rules:\n  - id: smoke\n    on: {quantity: smoke}\n    when: {equals: true}")
    #expect(community.problems() == ["rules/more.yaml:3:20: warning: \"on\" of rule \"smoke\" selects no points"])
    #expect(!community.load().hasErrors)
    let result = try LinliProcess.run(["check", "--config", community.config], environment: SmallCommunity.environment)
    #expect(result.code == 0)
    #expect(result.output.contains("rules/more.yaml:3:20: warning: "))
  }

  /// What the files say about each other.
  @Test(arguments: [
    (
      "orders.yaml", "automatic: [{id: a, rules: [colt]}]",
      "orders.yaml:1:13: error: automatic“a”：没有规则“colt”；是不是想写“cold”？"
    ),
    (
      "alerts.yaml", "inhibit: [{id: a, source: {rule: cold}, target: {rule: cold}, within: room}]",
      "alerts.yaml:1:11: warning: inhibit“a”：source 和 target 是同样的报警，它们从不互相隐藏；"
        + "请用规则或优先级把 source 和 target 区分开"
    ),
    (
      "alerts.yaml", "inhibit: [{id: a, source: {rule: cold}, target: {place: hedon}, within: room}]",
      "alerts.yaml:1:11: error: inhibit“a”的 target：没有场所“hedon”；是不是想写“hedong”？"
    ),
  ])
  func mistakesInChinese(file: String, text: String, problem: String) throws {
    let community = try SmallCommunity()
    try community.write(file, text)
    #expect(community.problems(in: .zh) == [problem])
  }

  static let files = [
    "linli.yaml", "places.yaml", "devices.yaml", "channels.yaml", "rules/test.yaml", "devices/climate.yaml",
  ]
  static let broken: [(text: String, place: String)] = [
    ("a: [1", ":2:1: error: broken YAML: "), ("\ta: 1", ":1:1: error: broken YAML: "),
    ("x: *y", ":1:4: error: broken YAML: "), ("- 1", ":1:1: error: "), ("5", ":1:1: error: "),
  ]

  @Test(arguments: files, broken.indices)
  func aBrokenFileIsOneErrorInThatFile(file: String, index: Int) throws {
    let community = try SmallCommunity()
    let (text, place) = Self.broken[index]
    try community.write(file, text)
    let problems = community.problems()
    let errors = problems.filter { $0.contains(": error: ") }
    #expect(errors.first { $0.hasPrefix(file) }?.hasPrefix(file + place) == true, "\(problems)")
    // A broken profile takes the devices with it that use it; anything else stands alone.
    let allowed = file.hasPrefix("devices/") ? 2 : 1
    #expect((1...allowed).contains(errors.count), "\(errors)")
  }

  @Test(arguments: ["linli.yaml", "places.yaml"])
  func aMissingFileIsNamedAlone(file: String) throws {
    let community = try SmallCommunity()
    try community.remove(file)
    #expect(community.problems() == ["\(file): error: cannot read the file: no such file"])
  }

  @Test func withoutDevicesAndChannelsALifeIsPossible() throws {
    let community = try SmallCommunity()
    for file in ["devices.yaml", "channels.yaml", "rules"] { try community.remove(file) }
    #expect(!community.load().hasErrors)
  }

  @Test(arguments: files)
  func whatIsNoFileIsNamed(file: String) throws {
    let community = try SmallCommunity()
    try community.remove(file)
    try FileManager.default.createDirectory(atPath: community.config + "/" + file, withIntermediateDirectories: true)
    #expect(community.problems().contains { $0.hasPrefix("\(file): error: cannot read the file: it is a directory") })
    try community.remove(file)
    #expect(mkfifo(community.config + "/" + file, 0o600) == 0)
    #expect(
      community.problems().contains { $0.hasPrefix("\(file): error: cannot read the file: it is not a regular file") })
    // Root may read everything.
    guard geteuid() != 0 else { return }
    try community.remove(file)
    try community.write(file, "a: 1")
    chmod(community.config + "/" + file, 0)
    #expect(community.problems().contains { $0.hasPrefix("\(file): error: cannot read the file: permission denied") })
  }

  @Test func anEmptyDirectoryAndNoneAtAll() throws {
    let folder = try TemporaryDirectory()
    func problems(_ path: String) -> [String] {
      LoadedConfiguration.load(directory: path, environment: SmallCommunity.environment).problems.map(\.description)
    }
    #expect(
      problems(folder.path)
        == ["linli", "places"].map { "\(folder.path)/\($0).yaml: error: cannot read the file: no such file" })
    let hint = "give the directory that holds linli.yaml: --config DIR"
    #expect(problems(folder.path + "/none/") == ["\(folder.path)/none: error: there is no such directory; \(hint)"])
    try "".write(toFile: folder.file("file"), atomically: true, encoding: .utf8)
    #expect(problems(folder.file("file")) == ["\(folder.file("file")): error: this is not a directory; \(hint)"])
  }

  @Test func rulesThatCannotBeListedAreNotNoRules() throws {
    let community = try SmallCommunity()
    try community.remove("rules")
    try community.write("rules", "rules: []")
    #expect(
      community.problems() == ["rules: error: cannot list this folder; it must be a directory that may be read"])
  }

  @Test func placesInACircleAreNamed() throws {
    let community = try SmallCommunity()
    try community.write(
      "places.yaml",
      """
      places:
        - {id: a, level: street, parent: b}
        - {id: b, level: community, parent: a}
        - {id: hedong, level: district}
      """)
    #expect(community.problems().contains { $0.hasPrefix("places.yaml:2:5: error: places that lie within each other") })
  }

  @Test func hostileYAMLEnds() throws {
    let community = try SmallCommunity()
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<30 {
      bomb += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
    }
    for text in [bomb, String(repeating: "[", count: 100_000), "\u{1}", String(repeating: "a:\n", count: 50_000)] {
      try community.write("places.yaml", text)
      let errors = community.problems().filter { $0.contains(": error: ") }
      #expect(!errors.isEmpty)
      #expect(errors.allSatisfy { $0.hasPrefix("places.yaml:") }, "\(errors.prefix(3))")
    }
  }
}
