import Community
import ConfigFile
import Pipeline
import Testing

/// Profiles: what they become for the core, and the message for each mistake.
@Suite struct ProfileReaderTests {
  static let em300 = """
    profile: milesight-em300-th
    vendor: Milesight
    model: EM300-TH
    kind: room-climate
    topic: application/+/device/{device}/event/up
    format: json
    time: /time
    interval: 10m
    points:
      temperature: {from: /object/temperature, quantity: temperature, unit: "[degF]", scale: 0.1, range: [-40, 185]}
      humidity:    {from: /object/humidity, quantity: relative-humidity, unit: "%", fault: [-127, null, error]}
      door:        {from: /object/magnet_status, quantity: open, map: {open: true, closed: false}}
      button:      {from: /object/press, quantity: pressed, map: {short: true}, event: true}
      battery:     {from: /object/battery, quantity: battery-level, unit: "1", low: 0.15}
      mode:        {from: /object/a~1b, values: [idle, charging], map: {0: idle, 1: charging}}
    faults: {device-silent: off, battery-low: {priority: low, after: 1h}}
    examples:
      - topic: application/1/device/24e1/event/up
        payload: {object: {temperature: 700, humidity: 45}}
        expect: {temperature: 21.1, humidity: 45, door: none}
    """

  static func read(_ text: String) -> (profile: DeviceProfile?, problems: [String]) {
    let log = ProblemLog()
    let node = ConfigReader.parse(text, file: "p.yaml", log: log)
    let profile = node.flatMap { ProfileReader.read($0, log: log) }
    return (profile, log.sorted.map(\.description))
  }

  @Test func becomesAPlan() throws {
    let (profile, problems) = Self.read(Self.em300)
    #expect(problems.isEmpty)
    let plan = try #require(profile).plan
    #expect(plan.points == ["temperature", "humidity", "door", "button", "battery", "mode"])
    let message = try #require(plan.messages.first)
    #expect(plan.messages.count == 1)
    #expect(message.topic == "application/+/device/{device}/event/up")
    #expect(message.time == ["time"])
    let fields = message.fields
    #expect(fields[0].pointer == ["object", "temperature"])
    #expect(abs(700 * fields[0].scale + fields[0].offset - 21.111) < 0.001)
    #expect(fields[1].faults == ["-127", "null", "error"])
    #expect(fields[2].map == ["open": 1, "closed": 0] && !fields[2].ignoresUnmapped)
    #expect(fields[3].map == ["short": 1] && fields[3].ignoresUnmapped)
    #expect(fields[5].pointer == ["object", "a/b"] && fields[5].map == ["0": 0, "1": 1])
    let points = try #require(profile).points
    #expect(abs((points[0].range?.upperBound ?? 0) - 85) < 1e-9)
    #expect(points[4].low == 15)
    #expect(points[5].values == .named(["idle", "charging"]))
    #expect(profile?.faults[.deviceSilent]?.isOff == true)
    #expect(profile?.faults[.batteryLow] == FaultSetting(priority: "low", after: 3_600_000))
    #expect(profile?.captures == ["device"])
  }

  @Test func pointsOverSeveralTopics() throws {
    let (profile, problems) = Self.read(
      """
      profile: shelly
      topic: shelly/{id}/status
      points:
        power: {from: /power, quantity: power}
        on: {topic: "shelly/{id}/relay/0", format: text, quantity: on, map: {on: true, off: false}}
      messages:
        - topic: shelly/{id}/emeter
          points:
            power: {from: /p, unit: kW}
            energy: {from: /e, quantity: energy, unit: W.h}
      """)
    #expect(problems.isEmpty)
    let messages = try #require(profile).plan.messages
    #expect(messages.map(\.topic) == ["shelly/{id}/status", "shelly/{id}/relay/0", "shelly/{id}/emeter"])
    #expect(messages.map(\.format) == [.json, .text, .json])
    #expect(messages[1].fields.first?.map == ["on": 1, "off": 0])
    #expect(messages[2].fields.map(\.slot) == [0, 2])
    #expect(messages[2].fields.map(\.scale) == [1000, 0.001])
  }

  private static func point(_ body: String) -> String { "profile: x\ntopic: a/{d}\npoints:\n  p: {\(body)}\n" }

  @Test(arguments: [
    (
      point("from: /p, quantity: temprature"),
      "p.yaml:4:27: error: unknown quantity \"temprature\"; did you mean \"temperature\"?"
    ),
    (
      point("from: /p, quantity: temperature, unit: kPa"),
      "p.yaml:4:46: error: unit \"kPa\" does not measure temperature; use Cel, K, [degF]"
    ),
    (
      point("from: p, quantity: power"),
      "p.yaml:4:13: error: from: \"p\" is no JSON Pointer; "
        + "write /name or /object/name (RFC 6901)"
    ),
    (
      point("quantity: power"),
      "p.yaml:4:3: error: missing \"from\"; from: /name or /object/name (JSON Pointer, RFC 6901)"
    ),
    (point("from: /p"), "p.yaml:4:6: error: missing \"quantity\""),
    (point("from: /p, quantity: power, range: [5, 1]"), "p.yaml:4:41: error: range: expected [lowest, highest]"),
    (point("from: /p, quantity: power, range: [5]"), "p.yaml:4:41: error: range: expected [lowest, highest]"),
    (
      point("from: /p, quantity: power, rnage: [1, 5]"),
      "p.yaml:4:34: error: unknown key \"rnage\"; did you mean \"range\"?"
    ),
    (point("from: /p, quantity: power, scale: 0"), "p.yaml:4:41: error: scale: 0 would make every value the same"),
    (
      point("from: /p, quantity: power, event: true"),
      "p.yaml:4:41: error: event: power is no yes-or-no quantity, so it cannot be momentary"
    ),
    (
      point("from: /p, quantity: power, low: 3"),
      "p.yaml:4:39: error: low: only for battery-level and battery-voltage, not for power"
    ),
    (
      point("from: /p, quantity: open, map: {a: maybe}"),
      "p.yaml:4:42: error: map: expected true or false, found \"maybe\""
    ),
    (
      point("from: /p, quantity: open, map: {a: true}"),
      "p.yaml:4:38: warning: map: nothing stands for false, so other texts count as undecodable"
    ),
    (
      point("from: /p, quantity: state"),
      "p.yaml:4:3: error: point \"p\": missing \"values\"; values: [idle, charging, fault]"
    ),
    (
      point("from: /p, values: [on, off], map: {1: onn}"),
      "p.yaml:4:45: error: map: unknown value \"onn\"; did you mean \"on\"?"
    ),
    (
      point("from: /p, quantity: power, format: jsn"),
      "p.yaml:4:42: error: format: unknown value \"jsn\"; did you mean \"json\"?"
    ),
    (
      "profile: x\ntopic: a/#/b\npoints:\n  p: {from: /p, quantity: power}\n",
      "p.yaml:2:8: error: topic \"a/#/b\" can never match: '#' may only be the last level of a topic"
    ),
    (
      "profile: x\ntopic: a/b-{d}\npoints:\n  p: {from: /p, quantity: power}\n",
      "p.yaml:2:8: error: topic \"a/b-{d}\" can never match: a capture must fill its whole level, as in '{device}', not as in 'b-{d}'"
    ),
    (
      "profile: x\ntopic: a/{d}\npoints:\n  p: {from: /p, quantity: power, topic: b}\n  q: {from: /p, quantity: power}\n",
      "p.yaml:2:8: error: topics \"b\" and \"a/{d}\" capture different names; "
        + "each topic of a profile must identify the device in the same way"
    ),
    (
      "profile: x\npoints:\n  p: {from: /p, quantity: power}\n",
      "p.yaml:3:3: error: point \"p\" has no topic; give the profile or the point a topic"
    ),
    ("profile: x\ntopic: a\n", "p.yaml:1:1: error: missing \"points\"; a profile describes at least one point"),
    ("topic: a\npoints: {p: {from: /p, quantity: power}}\n", "p.yaml:1:1: error: missing \"profile\""),
    (
      "profile: x\ntopic: a\ninterval: 10\npoints: {p: {from: /p, quantity: power}}\n",
      "p.yaml:3:11: error: interval: expected a duration like 90s 10m 12h 3d, found \"10\"; add the unit"
    ),
    (
      "profile: x\ntopic: a\npoints: {p: {from: /p, quantity: power}}\nfaults: {device-slient: off}\n",
      "p.yaml:4:10: error: unknown fault \"device-slient\"; did you mean \"device-silent\"?"
    ),
    (
      "profile: x\ntopic: a\npoints: {p: {from: /p, quantity: power}}\nexamples: [{topic: a, payload: 1, expect: {q: 1}}]\n",
      "p.yaml:4:44: error: unknown point \"q\"; known: p"
    ),
  ])
  func mistakes(text: String, expected: String) {
    let problems = Self.read(text).problems
    #expect(problems == [expected])
  }

  @Test func examplesAreRun() throws {
    let log = ProblemLog()
    let profile = try #require(Self.read(Self.em300).profile)
    // 700 tenths of a degree Fahrenheit, as the core would read it.
    profile.checkExamples(
      decode: { plan, example in
        #expect(plan.devices.first?.match == ["device": "24e1"])
        #expect(String(decoding: example.payload, as: UTF8.self) == #"{"object":{"temperature":700,"humidity":45}}"#)
        return [
          ExampleReading(slot: 0, value: 21.111, reason: .none), ExampleReading(slot: 1, value: 45, reason: .none),
        ]
      }, log: log)
    #expect(log.problems.isEmpty)
    profile.checkExamples(
      decode: { _, _ in
        [
          ExampleReading(slot: 0, value: 70, reason: .none), ExampleReading(slot: 2, value: 1, reason: .none),
        ]
      }, log: log)
    #expect(
      log.sorted.map(\.description) == [
        "p.yaml:20:27: error: example: temperature is 70 Cel; expected 21.1 Cel",
        "p.yaml:20:43: error: example: humidity gives no reading; expected 45 %",
        "p.yaml:20:53: error: example: door is true; expected none",
      ])
  }

  @Test(arguments: [("/a/b~1c/~0", ["a", "b/c", "~"]), ("", []), ("/", [""])])
  func jsonPointers(text: String, tokens: [String]) {
    #expect(JSONPointer.tokens(text) == tokens)
  }

  @Test(arguments: ["a", "/a~2", "/~"])
  func noJSONPointers(text: String) {
    #expect(JSONPointer.tokens(text) == nil)
  }
}
