import Foundation
import TestSupport
import Testing

/// The promises of the command: exit codes, one line on standard error, keys, language, colours.
@Suite(.serialized) struct CommandCheckTests {
  /// Wrong usage: exit code 2, nothing on standard output, one line on standard error that says what to do.
  @Test(arguments: [
    ["nonsense"], ["status", "--nonsense"], ["status", "--lang", "fr"], ["status", "--url", "not an address"], ["ack"],
    ["ack", ""], ["assign", "x"], ["assign", "x", "--to", " "],
    ["comment", "x"], ["shelve", "x"], ["shelve", "x", "--for", "5"], ["alert"],
    ["alert", ""],
    ["adopt", "x"], ["history"], ["history", "x/y", "--since", "yesterday"], ["history", "x/y", "--every", "0s"],
    ["history", "x/y", "--limit", "0"], ["history", "x/y", "--every", "1ms"], ["history", "x/y", "--every", "500d"],
    ["order"], ["order", "create"], ["order", "create", "--title", "x"], ["order", "wait", "x"], ["order", "accept"],
    ["order", "handover", "x"], ["order", "claim", "x"], ["order", "done", "x", "--photo", "/no/such/file"],
    ["volunteers", "add", "x"], ["bank", "reverse", "x"],
    ["report"], ["report", "weather"], ["report", "kpi", "--month", "2026-13"], ["report", "kpi", "--format", "pdf"],
    ["report", "kpi", "--format", "csv", "--json"],
    ["tape", "--since", "5"], ["tape", "--topic", "a/#/b"], ["replay"],
    ["rules", "test"], ["serve", "--log-level", "loud"], ["check", "--config"],
    ["simulate", "--config", "config", "--broker", "http://x"], ["demo", "--speed", "fast"],
  ])
  func wrongUsage(arguments: [String]) throws {
    // `simulate` looks at its configuration first.
    let arguments = arguments.map { $0 == "config" ? Self.exampleConfiguration : $0 }
    let result = try LinliProcess.run(arguments)
    #expect(result.code == 2, "\(arguments): \(result)")
    #expect(result.output.isEmpty, "\(result.output)")
    expectOneLine(result.error, arguments)
  }

  /// No service: exit code 3, whatever is asked.
  @Test(arguments: [
    ["status"], ["devices"], ["devices", "--unassigned"], ["points"], ["history", "a/b"], ["alerts"], ["alert", "x"],
    ["ack", "x"], ["assign", "x", "--to", "y"], ["comment", "x", "--comment", "y"], ["shelve", "x", "--for", "1h"],
    ["close", "x y/z?"], ["adopt", "x", "--place", "y"], ["orders"], ["order", "x"], ["order", "accept", "x"],
    ["volunteers"], ["bank"], ["tape"], ["report", "kpi"],
    ["reload"],
  ])
  func noService(arguments: [String]) throws {
    let folder = try TemporaryDirectory()
    for target in [["--socket", folder.file("none.sock")], ["--data", folder.path], ["--url", "http://127.0.0.1:1"]] {
      let result = try LinliProcess.run(arguments + target)
      #expect(result.code == 3, "\(arguments + target): \(result)")
      #expect(result.output.isEmpty)
      expectOneLine(result.error, arguments)
      #expect(result.error.contains("is `linli serve` running?"))
    }
  }

  /// Tools that run in process and find a problem: exit code 1.
  @Test func problemsAreOne() throws {
    let folder = try TemporaryDirectory()
    let none = folder.file("none")
    for arguments in [
      ["check", "--config", none], ["serve", "--config", none, "--data", folder.file("data")],
      ["replay", "--config", none, "x"], ["rules", "test", "--config", none, "x"], ["simulate", "--config", none],
      ["demo", "--config", none, "--data", folder.file("demo")],
    ] {
      let result = try LinliProcess.run(arguments)
      #expect(result.code == 1, "\(arguments): \(result)")
      #expect(
        (result.output + result.error).contains("\(none): error: there is no such directory; "),
        "\(arguments): \(result)")
    }
    let tape = try LinliProcess.run(["replay", "--config", Self.exampleConfiguration, none, "--json"])
    #expect(tape.code == 1 && tape.output.isEmpty)
    #expect(tape.error == "linli: \(none): cannot be read: No such file or directory\n")
    let tests = try LinliProcess.run(["rules", "test", "--config", Self.exampleConfiguration, none])
    #expect(tests.code == 1)
    expectOneLine(tests.error, ["rules", "test"])
    // Outside of any configuration it is still the file that is missing.
    let lost = try LinliProcess.run(["rules", "test", none], environment: ["LINLI_CONFIG": folder.file("nowhere")])
    #expect(lost.code == 1 && lost.error == "\(none): error: cannot read the file: no such file\n")
  }

  static var exampleConfiguration: String {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder.appendingPathComponent("config").path
  }

  private func expectOneLine(_ text: String, _ arguments: [String]) {
    #expect(text.split(separator: "\n").count == 1 && text.hasSuffix("\n"), "\(arguments): \(text)")
    #expect(text.hasPrefix("linli: ") || text.contains(": error: "), "\(arguments): \(text)")
  }

  /// Starts that cannot be: one line that says what to do.
  @Test func startsThatAreRefused() throws {
    let folder = try TemporaryDirectory()
    let broker = try MosquittoBroker()
    let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: 9)
    let serve = ["serve", "--config", community.config.path, "--log-level", "error", "--data"]
    let file = folder.file("file")
    try Data().write(to: URL(fileURLWithPath: file))
    let noDirectory = try LinliProcess.run(serve + [file], environment: ["LINLI_PROFILES": ""])
    #expect(noDirectory.code == 1)
    #expect(noDirectory.error == "linli: \(file) is no directory; choose another with --data\n")
    let settings = community.config.appendingPathComponent("linli.yaml")
    let text = try String(contentsOf: settings, encoding: .utf8)
    try community.write(
      "linli.yaml", text.replacingOccurrences(of: "127.0.0.1:0", with: "127.0.0.1:\(broker.port)"))
    let inUse = try LinliProcess.run(serve + [community.data.path], environment: ["LINLI_PROFILES": ""])
    #expect(inUse.code == 1)
    #expect(inUse.error.hasPrefix("linli: 127.0.0.1:\(broker.port) is in use (http.listen in linli.yaml); "))
    expectOneLine(inUse.error, serve)
    let demo = try LinliProcess.run(["demo", "--config", Self.exampleConfiguration, "--data", community.config.path])
    #expect(demo.code == 1 && demo.error.hasPrefix("linli: \(community.config.path) holds files that no demonstration"))
    expectOneLine(demo.error, ["demo"])
  }

  // MARK: - With a service

  static let keys: [(arguments: [String], keys: [String])] = [
    (["devices"], ["id", "profile", "place", "last_seen", "silent", "quality", "battery", "points"]),
    (["points"], ["point", "at", "value", "unit", "quality", "reason"]),
    (["history", "climate/temperature"], ["point", "at", "value", "unit", "quality", "reason"]),
    (
      ["alerts", "--all"],
      [
        "id", "rule", "subject", "place", "priority", "title", "active", "acknowledged", "assigned_to", "shelved_until",
        "raised_at", "cleared_at", "closed_at", "value", "unit",
      ]
    ),
  ]
  static let statusKeys = [
    "version": [], "uptime_seconds": [], "brokers": ["id", "connected", "since"],
    "messages": ["received_total", "rejected_total", "dropped_total", "per_second"],
    "devices": ["total", "online", "silent", "unassigned"], "alerts": ["critical", "high", "medium", "low"],
    "journal": ["bytes", "oldest"],
    "history": ["bytes", "oldest", "lag_messages", "buffered_readings", "lost_messages"],
    "outbox": ["pending", "failed"],
  ]

  /// One service for all questions, an active critical alert in it.
  @Test func answersOfAService() throws {
    let folder = try TemporaryDirectory()
    let broker = try MosquittoBroker()
    let community = try TestCommunity(
      in: folder.url, brokerPort: broker.port, hookPort: 9,
      extraRules: """
          - id: frost
            on: {quantity: temperature}
            when: {below: 0}
            priority: critical
            title: {zh: 结霜, en: Frost}
        """)
    let service = LinliProcess(config: community.config, data: community.data, environment: ["LINLI_PROFILES": ""])
    try service.start()
    #expect(try service.run(["status", "--exit-code"]).code == 0)
    try MosquittoPublisher.publish(port: broker.port, topic: "test/c1/climate", payload: #"{"temperature": -5}"#)
    try service.wait(upTo: 120, for: "frost") { try service.alerts(all: false).count == 1 }
    let id = try #require(try service.alerts()[0]["id"] as? String)

    try checkKeys(service)
    try checkLanguage(service)
    try checkColours(service)
    try checkActions(service, alert: id)
    try checkHistoryAndTape(service)
    try checkWidth(service)
    try checkRefusals(service, community)
    try checkAccess(service)
    try checkOutput(service, broker, alert: id)

    // Two services on one socket, and on one data directory.
    let third = try LinliProcess.run(
      [
        "serve", "--config", community.config.path, "--data", folder.file("data3"), "--socket", service.socket,
        "--log-level", "error",
      ], environment: ["LINLI_PROFILES": ""])
    #expect(third.code == 1)
    #expect(
      third.error
        == "linli: another linli serve answers at \(service.socket); stop it, or give another path with --socket\n")
    let second = try LinliProcess.run(
      ["serve", "--config", community.config.path, "--data", community.data.path, "--log-level", "error"],
      environment: ["LINLI_PROFILES": ""])
    #expect(second.code == 1)
    #expect(second.error == "linli: another linli serve uses \(community.data.path); stop it or give another --data\n")
    #expect(try service.run(["status"]).code == 0)
    #expect(service.stop() == 0)
    #expect(!FileManager.default.fileExists(atPath: service.socket))
  }

  private func checkKeys(_ service: LinliProcess) throws {
    for (arguments, keys) in Self.keys {
      let list = try #require(try service.json(arguments) as? [[String: Any]], "\(arguments)")
      #expect(!list.isEmpty, "\(arguments)")
      for entry in list { #expect(Set(entry.keys).isSuperset(of: keys), "\(arguments): \(entry.keys.sorted())") }
    }
    let status = try #require(try service.json(["status"]) as? [String: Any])
    for (key, inner) in Self.statusKeys {
      let value = try #require(status[key], "\(key)")
      let object = (value as? [[String: Any]])?.first ?? value as? [String: Any] ?? [:]
      #expect(Set(object.keys).isSuperset(of: inner), "\(key): \(object.keys.sorted())")
    }
    let story = try #require(
      try service.json(["alert", try service.alerts()[0]["id"] as? String ?? ""]) as? [String: Any])
    #expect(Set(story.keys).isSuperset(of: ["alert", "steps", "deliveries"]))
    #expect(try service.run(["status", "--exit-code"]).code == 1)
    #expect(try service.run(["status", "301", "--exit-code", "--json"]).code == 1)
    let alert = try service.alerts()[0]
    #expect((alert["raised_at"] as? String)?.hasSuffix("+08:00") == true)
  }

  private func checkLanguage(_ service: LinliProcess) throws {
    func words(_ arguments: [String], _ environment: [String: String]) throws -> String {
      try LinliProcess.run(arguments + ["--socket", service.socket], environment: environment).output
    }
    #expect(try words(["alerts"], [:]).contains("Frost"))
    #expect(try words(["alerts"], ["LANG": "zh_CN.UTF-8"]).contains("结霜"))
    #expect(try words(["alerts"], ["LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"]).contains("Frost"))
    #expect(try words(["alerts", "--lang", "zh"], ["LANG": "en_GB.UTF-8"]).contains("紧急"))
    #expect(try words(["status", "--lang", "zh"], [:]).contains("已连接"))
    #expect(try words(["devices", "--lang", "zh"], [:]).contains("最后收到"))
    // What the service refuses it says in the language of the command.
    let refused = try service.run(["history", "no/point", "--lang", "zh"])
    #expect(refused.code == 1 && refused.error.contains(/\p{Script=Han}/), "\(refused)")
  }

  /// `script` gives the command a terminal.
  private func checkColours(_ service: LinliProcess) throws {
    func onTerminal(_ environment: [String: String]) throws -> String {
      let command = "\(LinliProcess.executable.path) alerts --lang en --socket \(service.socket)"
      return try ChildProcess.run("/usr/bin/script", ["-qec", command, "/dev/null"], environment: environment)
    }
    #expect(try !service.run(["alerts"]).output.contains("\u{1B}["))
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/script") else { return }
    #expect(try onTerminal(["NO_COLOR": ""]).contains("\u{1B}[31m"))
    let plain = try onTerminal(["NO_COLOR": "1"])
    #expect(plain.contains("Frost") && !plain.contains("\u{1B}["))
  }

  /// A plot is as wide as the terminal, within bounds; 72 columns where there is none, or where nobody knows.
  private func checkWidth(_ service: LinliProcess) throws {
    let arguments = "history climate/temperature --plot --lang en --socket \(service.socket)"
    /// Columns of the axis, labels included, and of the longest line but the title.
    func width(_ output: String) -> [Int] {
      // `script` ends its input, which the terminal may echo.
      let lines = output.replacing("^D\u{8}\u{8}", with: "").split(whereSeparator: \.isNewline).dropFirst()
      return [lines.first { $0.contains("└") }?.count ?? 0, lines.map(\.count).max() ?? 0]
    }
    let piped = try LinliProcess.run(arguments.split(separator: " ").map(String.init), environment: ["COLUMNS": "120"])
    #expect(width(piped.output) == [72, 72])
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/script") else { return }
    let cases = [
      (100, "90", 100), (80, "", 80), (20, "", 40), (500, "90", 200), (0, "90", 90), (0, "", 72), (0, "x", 72),
    ]
    for (columns, told, expected) in cases {
      let command = "stty cols \(columns); \(LinliProcess.executable.path) \(arguments)"
      let output = try ChildProcess.run(
        "/usr/bin/script", ["-qec", command, "/dev/null"], environment: ["COLUMNS": told, "NO_COLOR": "1"])
      #expect(width(output) == [expected, expected], "\(columns) \(told)")
    }
  }

  private func checkActions(_ service: LinliProcess, alert id: String) throws {
    func fails(_ arguments: [String], _ words: String) throws {
      let result = try service.run(arguments + ["--lang", "en"])
      #expect(result.code == 1, "\(arguments): \(result)")
      #expect(result.error.contains(words), "\(arguments): \(result.error)")
      expectOneLine(result.error, arguments)
    }
    try fails(["close", id], id)  // Still active.
    try fails(["ack", "nosuch"], "nosuch")
    try fails(["alert", "a b/c?d"], "a b/c?d")
    #expect(try service.run(["shelve", id, "--for", "1h", "--by", "Li", "--comment", "测试"]).code == 0)
    #expect(try service.alerts()[0]["shelved_until"] is String)
    #expect(try service.run(["unshelve", id, "--by", "Li"]).code == 0)
    #expect(try service.run(["assign", id, "--to", "王", "--by", "Li"]).code == 0)
    #expect(try service.run(["comment", id, "--comment", "on my way", "--by", "王"]).code == 0)
    // One that exists, one that does not: the first is done, the second named.
    let both = try service.run(["ack", id, "nosuch", "--by", "王"])
    #expect(both.code == 1 && both.output.contains(id) && both.error.contains("nosuch"))
    let alert = try service.alerts()[0]
    #expect(alert["acknowledged"] as? Bool == true && alert["assigned_to"] as? String == "王")
    let closed = try service.run(["close", id, "--force", "--by", "王", "--json"])
    #expect(closed.code == 0)
    let answer = try #require(JSONSerialization.jsonObject(with: Data(closed.output.utf8)) as? [[String: Any]])
    #expect(answer.first?["closed_at"] is String)
    #expect(try service.alerts(all: false).isEmpty)
    #expect(try service.run(["status", "--exit-code"]).code == 0)
    let story = try #require(try service.json(["alert", id]) as? [String: Any])
    let steps = (story["steps"] as? [[String: Any]] ?? []).compactMap { $0["kind"] as? String }
    #expect(steps == ["raised", "shelved", "unshelved", "assigned", "commented", "acknowledged", "closed"])
  }

  private func checkHistoryAndTape(_ service: LinliProcess) throws {
    let csv = try service.run(["history", "climate/temperature", "--csv"]).output.split(separator: "\n")
    #expect(csv.first == "at,value,unit,quality,reason,text" && csv.count == 2)
    #expect(try service.run(["history", "climate/temperature", "--plot"]).output.contains("┤"))
    let sums = try service.run(["history", "climate/temperature", "--every", "1h", "--csv"]).output.split(
      separator: "\n")
    #expect(sums.first == "at,value,unit,quality,reason,minimum,maximum,count,true_seconds,text" && sums.count == 2)
    #expect(sums.last?.contains("+08:00,-5.0,Cel,good,,-5.0,-5.0,1,") == true)
    let day = try #require(
      try service.json(["history", "climate/temperature", "--every", "1d"]) as? [[String: Any]])
    #expect((day.first?["at"] as? String)?.hasSuffix("T00:00:00.000+08:00") == true)
    #expect(day.first?["count"] as? Int == 1 && day.first?["minimum"] as? Double == -5)
    let nothing = try service.run(["history", "climate/temperature", "--until", "2026-01-01T00:00:00Z", "--lang", "en"])
    #expect(nothing.code == 0 && nothing.output == "No readings of climate/temperature in that time.\n")
    let steps = try service.run(["history", "button-0/press", "--plot", "--lang", "zh"])
    #expect(steps.code == 0)
    let tape = try service.run(["tape", "--since", "1h", "--topic", "test/+/climate"])
    let lines = tape.output.split(separator: "\n")
    #expect(tape.code == 0 && lines.count == 1)
    let message = try #require(try JSONSerialization.jsonObject(with: Data((lines.first ?? "").utf8)) as? [String: Any])
    #expect(message["topic"] as? String == "test/c1/climate")
    #expect(try service.run(["tape", "--topic", "nothing/#"]).output.isEmpty)
    #expect(try service.run(["tape", "--topic", "test/+/climate", "--json"]).output == tape.output)
    // What the tape says, replay understands.
    let file = service.data.appendingPathComponent("recorded.tape")
    try Data(tape.output.utf8).write(to: file)
    let replay = try LinliProcess.run(
      ["replay", "--config", service.config.path, "--json", file.path], environment: ["LINLI_PROFILES": ""])
    #expect(replay.code == 0)
    #expect(replay.output.contains(#""change":"raised""#) && replay.output.contains(#""rule":"frost""#))
  }

  /// Over TCP the access key counts.
  private func checkAccess(_ service: LinliProcess) throws {
    let log = try String(contentsOf: service.log, encoding: .utf8)
    let address = String(try #require(log.firstMatch(of: /console: http:\/\/(127\.0\.0\.1:\d+)\//)).1)
    let key = try String(contentsOf: service.data.appendingPathComponent("access-key"), encoding: .utf8)
    func status(_ url: String, _ token: String) throws -> (code: Int32, output: String, error: String) {
      try LinliProcess.run(["status", "--url", url], environment: ["LINLI_TOKEN": token])
    }
    #expect(try status("http://\(address)", key.trimmingCharacters(in: .whitespacesAndNewlines)).code == 0)
    for (token, what) in [("", "wants the access key"), ("wrong", "refuses LINLI_TOKEN")] {
      let refused = try status("http://\(address)", token)
      #expect(refused.code == 1)
      #expect(
        refused.error == "linli: http://\(address) \(what): set LINLI_TOKEN to the key that stands in DATA/access-key "
          + "of the service\n")
    }
    let encrypted = try status("https://\(address)", "")
    #expect(encrypted.code == 3 && encrypted.error.contains("https://\(address) does not speak TLS; "))
    expectOneLine(encrypted.error, ["status", "--url"])
  }

  /// What comes from outside steers no terminal; an answer that could not be written is no success.
  private func checkOutput(_ service: LinliProcess, _ broker: MosquittoBroker, alert id: String) throws {
    try MosquittoPublisher.publish(port: broker.port, topic: "test/x/y/z", payload: "a\u{1B}]0;b\u{7}\u{202E}c\nd")
    try service.wait(upTo: 120, for: "the unknown topic") {
      try service.run(["devices", "--unassigned"]).output.contains("test/x/y/z")
    }
    let unassigned = try service.run(["devices", "--unassigned"])
    #expect(unassigned.output.contains(#"a\u{1b}]0;b\u{7}\u{202e}c\u{a}d"#), "\(unassigned.output)")
    #expect(try service.run(["comment", id, "--comment", "x\u{1B}[2J\u{85}\ny", "--by", "王"]).code == 0)
    let story = try service.run(["alert", id]).output
    #expect(story.contains(#"“x\u{1b}[2J\u{85}\u{a}y”"#), "\(story)")
    #expect(!story.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
    // For scripts it is what was said.
    let steps = (try service.json(["alert", id]) as? [String: Any])?["steps"] as? [[String: Any]]
    #expect(steps?.contains { $0["comment"] as? String == "x\u{1B}[2J\u{85}\ny" } == true)

    for arguments in [["alerts", "--all"], ["history", "climate/temperature", "--csv"], ["status", "--json"]] {
      let error = service.data.appendingPathComponent("full.err").path
      try? FileManager.default.removeItem(atPath: error)
      let child = try ChildProcess(
        LinliProcess.executable.path, arguments + ["--socket", service.socket], environment: LinliProcess.english,
        output: "/dev/full", error: error)
      #expect(child.wait() == 1, "\(arguments)")
      let text = try String(contentsOfFile: error, encoding: .utf8)
      #expect(text.contains("cannot write to standard output: No space left on device"))
      expectOneLine(text, arguments)
    }
  }

  private func checkRefusals(_ service: LinliProcess, _ community: TestCommunity) throws {
    let refused = [
      ["status", "nowhere"], ["devices", "nowhere"], ["points", "nowhere"], ["alerts", "nowhere"],
      ["history", "no/point"], ["adopt", "nobody", "--place", "301"],
    ]
    for arguments in refused {
      let result = try service.run(arguments)
      #expect(result.code == 1, "\(arguments): \(result)")
      #expect(result.output.isEmpty)
      expectOneLine(result.error, arguments)
    }
    // A bad reload names what is wrong and changes nothing.
    let rules = community.config.appendingPathComponent("rules/test.yaml")
    let text = try Data(contentsOf: rules)
    try Data("rules: [".utf8).write(to: rules)
    let reload = try service.run(["reload"])
    #expect(reload.code == 1 && reload.error.contains("rules/test.yaml:2:1: error: broken YAML"))
    #expect((try service.json(["status"]) as? [String: Any])?["rules"] as? Int == 3)
    try text.write(to: rules)
    let good = try service.run(["reload"])
    #expect(good.code == 0 && good.output.isEmpty && good.error.isEmpty)
    // One that is taken in part says so.
    let file = community.config.appendingPathComponent("linli.yaml")
    let settings = try String(contentsOf: file, encoding: .utf8)
    try Data(settings.replacing("127.0.0.1:0", with: "127.0.0.1:1").utf8).write(to: file)
    let later = try service.run(["reload"])
    #expect(later.code == 0 && later.output.isEmpty)
    #expect(
      later.error
        == "linli: http.listen in linli.yaml (127.0.0.1:1) is taken at the next start; until then it is 127.0.0.1:0\n")
    try Data(settings.utf8).write(to: file)
  }
}
