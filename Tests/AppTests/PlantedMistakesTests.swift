import App
import ConfigFile
import Foundation
import TestSupport
import Testing

/// Every mistake of a configuration is named at once, each at its file, line and column, with what to do.
@Suite struct PlantedMistakesTests {
  /// Twenty mistakes in seven files.
  static func plant(in community: SmallCommunity) throws {
    try community.write(
      "linli.yaml",
      """
      mqtt:
        - url: mqtt://127.0.0.1:1883
          client_id: linli-test
          subscribe: ["test/#", "bad/#/more"]
          qos: 2
          pasword: hello
          user: linli
          password: "${NO_SUCH_SECRET}"
      timezone: Asia/Shanghia
      langauge: zh
      """)
    try community.write(
      "places.yaml",
      """
      places:
        - id: hedong
          level: district
          places:
            - id: jiefang
              level: street
              places:
                - {id: yihe, level: compound}
                - {id: yihe, level: compound}
                - {id: odd, level: district}
        - {id: lost, level: room, parent: hedongg}
      """)
    try community.write(
      "devices.yaml",
      """
      devices:
        - {id: climate, profile: test-climate, place: hedong/jiefang/yihe, match: {device: c1}}
        - {id: a, profile: test-climte, place: hedong/jiefang/yihe, match: {device: c2}}
        - {id: b, profile: test-climate, place: hedong/jiefang/yiheh, match: {device: c3}}
        - {id: c, profile: test-climate, place: hedong/jiefang/yihe, match: {device: c1}}
        - {id: door, profile: test-door, place: hedong/jiefang/yihe, match: {device: d1}}
        - {id: door, profile: test-door, place: hedong/jiefang/yihe, match: {device: d2}}
      """)
    try community.write(
      "devices/climate.yaml",
      """
      profile: test-climate
      topic: test/{device}/climate
      points:
        temperature: {from: /temperature, quantity: temperature, unit: kPa}
      """)
    try community.write(
      "devices/door.yaml",
      """
      profile: test-door
      topic: test/{device}/door
      points:
        door: {from: /door, quantity: open, map: {open: true, closed: false}}
      """)
    try community.write(
      "devices/never.yaml",
      """
      profile: test-never
      topic: test/{device}/#/door
      points:
        door: {from: /door, quantity: open, map: {open: true, closed: false}}
      """)
    try community.write(
      "rules/test.yaml",
      """
      rules:
        - id: cold
          on: {quantity: temprature}
          when: {below: 16}
        - id: door-above
          on: {quantity: open}
          when: {above: 1}
        - id: door-deadband
          on: {quantity: open}
          when: {equals: true, deadband: 1}
        - id: door-open
          on: {quantity: open}
          when: {equals: true}
        - id: door-open
          on: {quantity: open}
          when: {equals: false}
      """)
    try community.write(
      "channels.yaml",
      """
      channels:
        - {id: hook, kind: webhook, url: "http://127.0.0.1:9000/hook", secret: "${NO_HOOK_SECRET}"}
      routes:
        - {to: [hook]}
        - {to: [hok]}
      """)
  }

  @Test func everyMistakeIsNamedWithPlaceAndHint() throws {
    let community = try SmallCommunity()
    try Self.plant(in: community)
    #expect(
      community.problems() == [
        "channels.yaml:2:74: error: environment variable NO_HOOK_SECRET is not set; set it in the environment of the "
          + "service, or use file:PATH",
        "channels.yaml:5:11: error: there is no channel \"hok\"; did you mean \"hook\"?",
        "devices.yaml:3:22: error: unknown profile \"test-climte\"; did you mean \"test-climate\"?",
        "devices.yaml:4:43: error: unknown place \"hedong/jiefang/yiheh\"; did you mean \"hedong/jiefang/yihe\"?",
        "devices.yaml:5:5: error: device \"c\" has the same profile and match as the one in line 2; one message can "
          + "belong to one device only",
        "devices.yaml:7:10: error: device \"door\" is there twice; the first is in line 6; give each device an id of its own",
        "devices/climate.yaml:4:66: error: unit \"kPa\" does not measure temperature; use Cel, K, [degF]",
        "devices/never.yaml:2:8: error: topic \"test/{device}/#/door\" can never match: '#' may only be the last level of a "
          + "topic",
        "linli.yaml:4:27: error: 'bad/#/more' is not a topic filter: '#' stands alone and at the end; for example "
          + "zigbee2mqtt/#",
        "linli.yaml:5:10: error: qos 2 is refused: after PUBREC the client library keeps the message in memory only, so a "
          + "crash would lose it; subscribe with qos: 1; messages published with QoS 2 arrive as QoS 1",
        "linli.yaml:6:5: error: unknown key \"pasword\"; did you mean \"password\"?",
        "linli.yaml:8:15: error: environment variable NO_SUCH_SECRET is not set; set it in the environment of the service, "
          + "or use file:PATH",
        "linli.yaml:9:11: error: unknown time zone 'Asia/Shanghia'; did you mean \"Asia/Shanghai\"?",
        "linli.yaml:10:1: error: unknown key \"langauge\"; did you mean \"language\"?",
        "places.yaml:9:13: error: place \"hedong/jiefang/yihe\" is there twice; the first is in line 8",
        "places.yaml:10:13: error: place \"odd\": a district cannot lie within the street \"hedong/jiefang\"; levels "
          + "descend: district, street, community, compound, building, floor, room",
        "places.yaml:11:37: error: place \"lost\": no place \"hedongg\" for its parent; did you mean \"hedong\"?",
        "rules/test.yaml:3:20: error: unknown quantity \"temprature\"; did you mean \"temperature\"?",
        "rules/test.yaml:7:12: error: \"above\" needs numbers; \"door/door\" is true or false; use \"equals\", or narrow "
          + "\"on\"",
        "rules/test.yaml:10:36: error: \"equals\" takes no deadband; use clear_for against chattering",
        "rules/test.yaml:14:9: error: rule \"door-open\" is defined twice; the first one is at rules/test.yaml:11:9; give "
          + "one of them another id",
      ])
  }

  /// Who names a device that has an error of its own has made no mistake.
  @Test func aRefusedDeviceCausesNoFurtherErrors() throws {
    let community = try SmallCommunity()
    try community.write(
      "devices.yaml",
      """
      devices:
        - {id: button, profile: test-button, place: \(SmallCommunity.room), match: {device: b0}}
        - {id: climate, profile: test-climte, place: \(SmallCommunity.room), match: {device: c1}}
      """)
    try community.write(
      "rules/test.yaml",
      """
      rules:
        - {id: a, on: {device: climate}, when: {below: 16}}
        - {id: b, on: {point: climate/temperature}, when: {below: 16}}
        - {id: c, on: {quantity: temperature}, when: {below: 16}}
        - {id: d, on: {device: climat}, when: {below: 16}}
        - {id: e, on: {device: button}, when: {equals: true}}
      """)
    #expect(
      community.problems() == [
        "devices.yaml:3:28: error: unknown profile \"test-climte\"; did you mean \"test-climate\"?",
        "rules/test.yaml:5:26: error: unknown device \"climat\"; did you mean \"climate\"?",
      ])
  }

  /// Whoever is told by a channel that has an error of its own has made no mistake.
  @Test(arguments: [
    (
      #"channels: [{id: hook, kind: wecom, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${NO_KEY}"}]"#,
      [
        "channels.yaml:1:41: error: environment variable NO_KEY is not set; set it in the environment of the service, or "
          + "use file:PATH",
        "places.yaml:2:60: error: B: there is no channel \"hok\"; did you mean \"hook\"?",
      ]
    ),
    (
      "channels: [{id: hook, kind: wecm}]",
      [
        "channels.yaml:1:29: error: kind: unknown value \"wecm\"; did you mean \"wecom\"?",
        "places.yaml:2:60: error: B: there is no channel \"hok\"; did you mean \"hook\"?",
      ]
    ),
    ("- 1", ["channels.yaml:1:1: error: channels.yaml: expected a mapping (key: value), found a list"]),
    ("channels: [1", ["channels.yaml:2:1: error: broken YAML: did not find expected ',' or ']'"]),
  ])
  func aRefusedChannelCausesNoFurtherErrors(channels: String, problems: [String]) throws {
    let community = try SmallCommunity()
    try community.write("channels.yaml", channels)
    try community.write(
      "places.yaml",
      """
      places:
        - {id: hedong, level: district, duty: {unit: U, people: [{name: B, channel: hok}, {name: A, channel: hook}]}}
      """)
    try community.remove("devices.yaml")
    try community.remove("rules")
    let errors = community.problems().filter { $0.contains(": error: ") }
    #expect(errors.count == problems.count && zip(errors, problems).allSatisfy { $0.hasPrefix($1) }, "\(errors)")
  }

  /// Rule tests tell nobody anything.
  @Test func missingSecretsKeepNoRuleTestFromRunning() throws {
    let community = try SmallCommunity()
    try community.write(
      "channels.yaml",
      """
      channels:
        - {id: hook, kind: webhook, url: "${NO_URL}", secret: "file:nowhere"}
      routes: [{to: [hook]}]
      """)
    try community.write(
      "tests/cold.yaml",
      """
      tests:
        - name: chilly
          start: 2026-01-05T03:00:00+08:00
          readings: [{point: climate/temperature, values: 12}]
          expect: [{at: 0s, raised: chilly}]
      """)
    let result = try LinliProcess.run(
      ["rules", "test", community.config + "/tests/cold.yaml", "--lang", "en"],
      environment: SmallCommunity.environment)
    #expect(result.code == 0 && result.output == "1 passed, 0 failed\n", "\(result)")
    #expect(community.load().problems.count { $0.severity == .error } == 2)
  }

  @Test func secretsOfTheEnvironmentMendTheirPartOnly() throws {
    let community = try SmallCommunity()
    try Self.plant(in: community)
    let named = community.problems(environment: ["NO_SUCH_SECRET": "hush-1", "NO_HOOK_SECRET": "hush-2"])
    #expect(named.count == 19)
    #expect(!named.contains { $0.contains("SECRET") || $0.contains("hush") })
  }

  /// The real program: the paths begin as the user gave the directory, and the exit code is 1.
  @Test func theCommandNamesThemAndEndsWithOne() throws {
    let community = try SmallCommunity()
    try Self.plant(in: community)
    let result = try LinliProcess.run(
      ["check", "--config", community.config + "/", "--lang", "en"], environment: SmallCommunity.environment)
    #expect(result.code == 1)
    #expect(result.error.isEmpty)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 21)
    for line in lines {
      let file = String(line.prefix { $0 != ":" })
      #expect(FileManager.default.fileExists(atPath: file), "\(line)")
      #expect(
        line.hasPrefix(community.config + "/") && !line.contains("//linli") && line.contains(": error: "), "\(line)")
    }
    let json = try LinliProcess.run(
      ["check", "--config", community.config, "--json"], environment: SmallCommunity.environment)
    #expect(json.code == 1)
    let found = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    #expect(found.count == 21)
    #expect(
      found.allSatisfy { $0["file"] is String && $0["line"] is Int && $0["column"] is Int && $0["message"] is String })
  }
}
