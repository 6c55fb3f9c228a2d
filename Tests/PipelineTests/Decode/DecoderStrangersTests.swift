import Pipeline
import Testing

@Suite("Decoder: devices and topics that nobody configured")
struct DecoderStrangersTests {
  private func lane(discovered: Int = 1000, topics: Int = 262_144) -> DecodeFixture {
    var plan = DecodeFixture.lane(
      topic: "app/+/{device}/#", fields: [FieldPlan(slot: 0, pointer: ["v"])], points: ["v"])
    plan.limits.discovered = discovered
    plan.limits.topics = topics
    return DecodeFixture(plan)
  }

  @Test func discoveredDeviceCarriesWhatAdoptionNeeds() throws {
    let lane = lane()
    lane.send("app/x/24E124-FF/event/up", "first")
    lane.send("app/y/24E124-FF/event/join", #"{"v":1}"#, at: DecodeFixture.arrival + 5000)
    #expect(lane.concerned == [nil])
    let device = try #require(lane.decoder.discovered.first)
    #expect(lane.decoder.discovered.count == 1)
    #expect(device.id == "24e124-ff" && device.profile == "env" && device.captures == ["device": "24E124-FF"])
    #expect(device.firstSeen == DecodeFixture.arrival && device.lastSeen == DecodeFixture.arrival + 5000)
    #expect(device.count == 2 && device.payload == Array(#"{"v":1}"#.utf8))
    #expect(lane.decoder.counters.unassigned == 2)
  }

  @Test func withoutRoomStrangersAreOnlyCounted() {
    let lane = lane(discovered: 0)
    lane.send("app/x/n1/up", #"{"v":1}"#)
    lane.send("other/x", "1")
    #expect(lane.decoder.discovered.isEmpty && lane.decoder.unknownTopics.isEmpty)
    #expect(lane.decoder.counters.unassigned == 1 && lane.decoder.counters.unknownTopics == 1)
    #expect(lane.concerned == [nil])
  }

  @Test func thePayloadChoosesAmongProfilesOfOneTopic() {
    var plan = DecodeFixture.lane(fields: [FieldPlan(slot: 0, pointer: ["co2"])], points: ["co2"])
    let fields = [FieldPlan(slot: 0, pointer: ["t"]), FieldPlan(slot: 1, pointer: ["h"])]
    let message = MessagePlan(topic: "app/{device}/up", format: .json, fields: fields)
    plan.profiles.append(ProfilePlan(name: "climate", points: ["t", "h"], messages: [message]))
    let lane = DecodeFixture(plan)
    lane.send("app/n1/up", #"{"t":1,"h":2}"#)
    lane.send("app/n2/up", #"{"co2":1,"t":1}"#)
    lane.send("app/n1/up", #"{"co2":1}"#)
    lane.send("app/n3/up", "broken")
    #expect(lane.decoder.discovered.map(\.id) == ["n3", "n1", "n2"])
    #expect(lane.decoder.discovered.map(\.profile) == ["env", "climate", "env"])
  }

  @Test func proposalsAreUnique() {
    let lane = lane()
    for name in ["A", "a1", "A-1", "a_1", "中"] { lane.send("app/x/\(name)/up", "") }
    #expect(Set(lane.decoder.discovered.map(\.id)).count == 4)
    #expect(lane.decoder.discovered.map(\.id).reversed() == ["env-a", "a-1", "env-a-1", "env"])
  }

  @Test func unknownTopicsKeepAPrefix() throws {
    let lane = lane()
    lane.send("homeassistant/sensor/config", Array(repeating: 0x61, count: 5000))
    lane.send("$SYS/broker/uptime", "5")
    let unknown = lane.decoder.unknownTopics
    #expect(unknown.map(\.topic) == ["$SYS/broker/uptime", "homeassistant/sensor/config"])
    #expect(try #require(unknown.last).payload.count == 256)
    #expect(lane.decoder.counters.unknownTopics == 2)
  }

  @Test func theLeastRecentlySeenMakesRoom() {
    let lane = lane(discovered: 3)
    for name in ["1", "2", "3", "1", "4"] { lane.send("app/x/\(name)/up", "") }
    #expect(lane.decoder.discovered.map(\.captures["device"]) == ["4", "1", "3"])
    #expect(lane.decoder.counters.discoveredEvicted == 1)
  }

  @Test func aFloodOfTopicsStaysBounded() {
    let lane = lane(discovered: 50, topics: 100)
    lane.send("app/x/b1/before", #"{"v":1}"#)
    for number in 0..<20_000 {
      lane.send("unknown/\(number)", "x")
      lane.send("app/x/new\(number)/up", "x")
      lane.send("app/x/a1/\(number)", #"{"v":2}"#)
    }
    let decoder = lane.decoder
    #expect(decoder.discovered.count == 50 && decoder.unknownTopics.count == 50)
    #expect(decoder.rememberedTopics <= 100)
    let counters = decoder.counters
    #expect(counters.discoveredEvicted == 19_950 && counters.unknownTopicsEvicted == 19_950)
    #expect(counters.topicsNotRemembered >= 19_901)
    // Those who were there before are as fast and as right as ever.
    #expect(lane.send("app/x/b1/before", #"{"v":1}"#).map(\.value) == [1])
    #expect(lane.send("app/x/a1/later", #"{"v":3}"#).map(\.value) == [3])
  }

  @Test func hugeTopicsAreCut() throws {
    let lane = lane()
    let huge = String(repeating: "t", count: 60_000)
    lane.send(huge, "x")
    lane.send("app/x/\(huge)/up", "x")
    lane.send("app/x/a1/\(huge)", #"{"v":1}"#)
    lane.send("app/x/a1/\(huge)", "")
    lane.send(String(repeating: "/", count: 65_535), "x")
    #expect(lane.decoder.unknownTopics.allSatisfy { $0.topic.utf8.count <= 1024 })
    #expect(try #require(lane.decoder.discovered.first).id.utf8.count <= 64)
    #expect(try #require(lane.decoder.deadLetters.first).topic.utf8.count == 1024)
    #expect(lane.decoder.rememberedTopics == 0 && lane.decoder.counters.topicsNotRemembered == 2)
  }
}
