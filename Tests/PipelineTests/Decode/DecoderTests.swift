import Pipeline
import Testing

@Suite("Decoder: a message becomes entries")
struct DecoderTests {
  private static func climate() -> LanePlan {
    DecodeFixture.lane(
      time: ["time"],
      fields: [
        FieldPlan(slot: 0, pointer: ["object", "temperature"]), FieldPlan(slot: 1, pointer: ["object", "battery"]),
        FieldPlan(slot: 2, pointer: ["list", "0", "x"]),
      ], points: ["temperature", "battery", "x"]
    ) { point in
      if point.quantity == "temperature" { point.range = -40...85 }
      if point.quantity == "battery" { point.low = 15 }
    }
  }

  @Test func messageEntryComesFirstThenReadings() throws {
    let lane = DecodeFixture(Self.climate())
    let readings = lane.send(
      "app/a1/up", #"{"time":"2026-01-05T03:19:58.5Z","object":{"temperature":21.4,"battery":90},"list":[{"x":7}]}"#)
    let at = DecodeFixture.arrival - 1500
    #expect(
      readings == [
        .init(point: "a/temperature", value: 21.4, reason: .none, at: at),
        .init(point: "a/battery", value: 90, reason: .none, at: at),
        .init(point: "a/x", value: 7, reason: .none, at: at),
      ])
    let first = try #require(lane.entries.first)
    #expect(first.kind == .message && first.index == 0 && first.time == DecodeFixture.arrival && first.position == 1)
    #expect(lane.entries.allSatisfy { $0.position == 1 })
  }

  @Test func absentFieldsGiveNoReading() {
    let lane = DecodeFixture(Self.climate())
    #expect(lane.send("app/a1/up", "{}").isEmpty)
    #expect(lane.concerned == ["a"])
    #expect(lane.send("app/a1/up", "[1,2]").isEmpty)
    #expect(lane.decoder.counters.undecodable == 0)
  }

  @Test(arguments: [
    (#""2026-01-05T03:30:00Z""#, true), (#""2026-01-05T03:22:00Z""#, false), (#""2026-01-05T02:20:00Z""#, false),
    (#""2026-01-05T02:19:59Z""#, true), ("1767583190", false), ("1767583190000", false), ("1767583190000000", false),
    ("1767583190000000000", false), (#""1767583190""#, false), ("0", true), (#""yesterday""#, true), ("null", true),
    ("{}", true), ("1e400", true), ("-9223372036854775808", true),
  ])
  func implausibleTimesFallBackToArrival(time: String, doubtful: Bool) throws {
    let lane = DecodeFixture(Self.climate())
    let reading = try #require(lane.send("app/a1/up", #"{"time":\#(time),"object":{"temperature":20}}"#).first)
    #expect(reading.reason == (doubtful ? .clock : .none))
    #expect((reading.at == DecodeFixture.arrival) == doubtful)
  }

  @Test func backlogMayBeOlderThanLate() throws {
    let lane = DecodeFixture(Self.climate())
    let payload = #"{"time":"2026-01-05T00:00:00Z","object":{"temperature":20}}"#
    #expect(lane.send("app/a1/up", payload).first?.reason == .clock)
    let waited = try #require(lane.send("app/a1/up", payload, backlog: true).first)
    #expect(waited.reason == .none && waited.at == Timestamp(rfc3339: "2026-01-05T00:00:00Z"))
    #expect(lane.entries.allSatisfy { $0.flags.contains(.backlog) })
  }

  @Test func reasonsHaveOnePrecedence() {
    let lane = DecodeFixture(Self.climate())
    let both = #"{"object":{"temperature":20,"battery":10}}"#
    #expect(lane.send("app/a1/up", both, retained: true).map(\.reason) == [.retained, .retained])
    #expect(lane.entries.allSatisfy { $0.flags.contains(.retained) })
    #expect(lane.send("app/a1/up", both).map(\.reason) == [.clock, .clock])
    let out = #"{"object":{"temperature":200}}"#
    #expect(lane.send("app/a1/up", out, retained: true).first?.reason == .outOfRange)
    #expect(lane.send("app/a1/up", out).first?.value == 200)
  }

  @Test func lowBatteryIsRememberedForTheOtherPoints() {
    let lane = DecodeFixture(Self.climate())
    func body(_ inner: String) -> String { #"{"time":1767583200,"object":{\#(inner)}}"# }
    #expect(lane.send("app/a1/up", body(#""temperature":20,"battery":14.9"#)).map(\.reason) == [.lowBattery, .none])
    #expect(lane.send("app/a1/up", body(#""temperature":20"#)).map(\.reason) == [.lowBattery])
    #expect(lane.send("app/b1/up", body(#""temperature":20"#)).map(\.reason) == [.none])
    #expect(lane.send("app/a1/up", body(#""battery":"nan""#)).map(\.reason) == [.notANumber])
    #expect(lane.decoder.lowBatteryDevices == ["a"])
    lane.decoder.install(lane.plan)
    #expect(lane.decoder.lowBatteryDevices == ["a"])
    #expect(lane.send("app/a1/up", body(#""temperature":20,"battery":15"#)).map(\.reason) == [.none, .none])
    #expect(lane.decoder.lowBatteryDevices.isEmpty)
    let other = MessageDecoder(plan: lane.plan)
    other.restore(lowBatteryDevices: ["b", "gone"])
    #expect(other.lowBatteryDevices == ["b"])
  }

  @Test func aTopicMayServeSeveralDevices() {
    let plan = DecodeFixture.lane(
      topic: "gw/{gateway}/{port}",
      devices: [
        ("all", [:]), ("g1", ["gateway": "1"]), ("g1p2", ["gateway": "1", "port": "2"]), ("twin", ["gateway": "1"]),
      ],
      fields: [FieldPlan(slot: 0, pointer: ["v"])], points: ["v"])
    let lane = DecodeFixture(plan)
    #expect(lane.send("gw/1/2", #"{"v":1}"#).map(\.point) == ["all/v", "g1/v", "g1p2/v", "twin/v"])
    #expect(lane.concerned == ["all", "g1", "g1p2", "twin"])
    #expect(lane.entries.prefix(4).allSatisfy { $0.kind == .message })
    #expect(lane.send("gw/2/2", #"{"v":1}"#).map(\.point) == ["all/v"])
    #expect(lane.send("gw/1/2", "broken").map(\.reason) == Array(repeating: .undecodable, count: 4))
    #expect(lane.decoder.deadLetters.count == 1)
  }

  @Test func textPayloadsAreOneValue() {
    let plan = DecodeFixture.lane(
      topic: "shelly/{device}/power", format: .text, fields: [FieldPlan(slot: 0, pointer: [], scale: 0.001)],
      points: ["power"])
    let lane = DecodeFixture(plan)
    #expect(lane.send("shelly/a1/power", " 1500 \r\n").map(\.value) == [1.5])
    #expect(lane.send("shelly/a1/power", "+.5e3").map(\.value) == [0.5])
    #expect(lane.send("shelly/a1/power", "nan").map(\.reason) == [.notANumber])
    #expect(lane.send("shelly/a1/power", "-inf").map(\.reason) == [.notANumber])
    #expect(lane.send("shelly/a1/power", "1e400").map(\.reason) == [.notANumber])
    #expect(lane.send("shelly/a1/power", "unavailable").map(\.reason) == [.undecodable])
    #expect(lane.decoder.deadLetters.isEmpty)
    #expect(lane.send("shelly/a1/power", [0xff, 0xfe]).map(\.reason) == [.undecodable])
    #expect(lane.send("shelly/a1/power", "").map(\.reason) == [.undecodable])
    #expect(lane.decoder.deadLetters.map(\.reason) == [.notText, .emptyText])
  }

  @Test func severalMessagesOfAProfile() {
    var plan = DecodeFixture.lane(fields: [FieldPlan(slot: 0, pointer: ["t"])], points: ["t", "online"])
    plan.profiles[0].messages.append(
      MessagePlan(
        topic: "app/{device}/availability", format: .text,
        fields: [FieldPlan(slot: 1, pointer: [], map: ["online": 1, "offline": 0])]))
    let lane = DecodeFixture(plan)
    #expect(lane.send("app/b1/up", #"{"t":3}"#).map(\.point) == ["b/t"])
    #expect(lane.send("app/b1/availability", "offline").map { [$0.value] } == [[0]])
    #expect(lane.send("app/b1/availability", "offline").map(\.point) == ["b/online"])
  }

  @Test func reloadBindsTopicsAnew() {
    let lane = DecodeFixture(Self.climate())
    lane.send("app/a1/up", "{}")
    lane.send("app/c1/up", "{}")
    lane.send("other/c1", "{}")
    #expect(lane.decoder.discovered.map(\.id) == ["c1"])
    #expect(lane.decoder.unknownTopics.map(\.topic) == ["other/c1"])
    DecodeFixture.add(device: "c", match: ["device": "c1"], profile: 0, to: &lane.plan)
    lane.decoder.install(lane.plan)
    #expect(lane.decoder.discovered.isEmpty)
    #expect(lane.decoder.unknownTopics.count == 1)
    #expect(lane.send("app/c1/up", #"{"object":{"temperature":4}}"#).map(\.point) == ["c/temperature"])
    #expect(lane.decoder.counters.messages == 4)
  }

  // MARK: - Nothing in it

  /// What could be read and says nothing that the profile asks for is counted by device; the first is kept to look at.
  @Test func messagesWithoutAnyKnownFieldAreCounted() {
    let lane = DecodeFixture(
      DecodeFixture.lane(
        fields: [
          FieldPlan(slot: 0, pointer: ["t"]),
          FieldPlan(slot: 1, pointer: ["action"], map: ["single": 1], ignoresUnmapped: true),
        ], points: ["t", "press"]))
    for payload in ["{}", #"{"temp":20}"#, "[]"] { #expect(lane.send("app/a1/up", payload).isEmpty) }
    // Known fields: a value, a broken one, a text that is no event.
    for payload in [#"{"t":1}"#, #"{"t":"warm"}"#, #"{"action":""}"#] { lane.send("app/b1/up", payload) }
    #expect(lane.decoder.counters.withoutReading == 3)
    #expect(lane.decoder.messagesWithoutReading == ["a": 3])
    #expect(lane.decoder.counters.undecodable == 0)
    #expect(lane.decoder.deadLetters.map(\.reason) == [.noKnownField])
    #expect(lane.decoder.deadLetters[0].reason.text == "message understood, none of its fields is in the profile")

    // A reload keeps the count of those who are still there.
    var plan = lane.plan
    plan.devices.swapAt(0, 1)
    lane.decoder.install(plan)
    #expect(lane.decoder.messagesWithoutReading == ["a": 3])
    plan.devices.removeLast()
    lane.decoder.install(plan)
    #expect(lane.decoder.messagesWithoutReading.isEmpty)
  }
}
