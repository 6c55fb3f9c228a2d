import CAllocationCount
import Pipeline
import Testing

@Suite("Decoder: what the service itself has published")
struct OwnTopicsTests {
  /// Devices `a1` and `b1` of a profile that fits whatever lies three levels deep.
  private static func lane(own: [String], topic: String = "{area}/{kind}/{device}") -> DecodeFixture {
    var plan = DecodeFixture.lane(topic: topic, fields: [FieldPlan(slot: 0, pointer: ["v"])], points: ["v"])
    plan.ownTopics = own
    return DecodeFixture(plan)
  }

  private static func isOwn(_ topic: String, _ lane: DecodeFixture) -> Bool {
    Array(topic.utf8).withUnsafeBytes { lane.decoder.isOwn($0) }
  }

  @Test(arguments: [
    ("linli/v1/alerts/yihe/301/0123456789", true), ("linli/v1/alerts/x", true), ("up/x", true),
    ("linli/v1/alerts", false), ("linli/v1/alerts/", false), ("linli/v1/alertsx/y", false),
    ("linli/v1/alert/y", false), ("linli/v1/sensors/y", false), ("Linli/v1/alerts/y", false),
    ("/linli/v1/alerts/y", false), ("upx/y", false), ("", false), ("/", false),
  ])
  func whatLiesBelow(topic: String, own: Bool) {
    #expect(Self.isOwn(topic, Self.lane(own: ["up", "linli/v1/alerts", "up"])) == own)
    #expect(!Self.isOwn(topic, Self.lane(own: [])))
  }

  @Test func aDeviceThatIsBoundWins() {
    let lane = Self.lane(own: ["linli"])
    // A profile alone claims nothing.
    #expect(Self.isOwn("linli/x/unknown", lane) && !Self.isOwn("linli/x/a1", lane))
    // …also once the topic is in the table.
    #expect(lane.send("linli/x/a1", #"{"v":1}"#).map(\.value) == [1])
    #expect(!Self.isOwn("linli/x/a1", lane))
  }

  @Test func anotherPlanHasOthersAndTheStrangersAmongThemGo() {
    let lane = Self.lane(own: [])
    for topic in ["linli/x/new", "app/x/new", "linli/a", "app/a"] { lane.send(topic, "{}") }
    #expect(lane.decoder.discovered.count == 2 && lane.decoder.unknownTopics.count == 2)
    var plan = lane.plan
    plan.ownTopics = ["linli"]
    lane.decoder.install(plan)
    #expect(Self.isOwn("linli/x/new", lane) && !Self.isOwn("app/x/new", lane))
    #expect(lane.decoder.unknownTopics.map(\.topic) == ["app/a"])
    #expect(lane.decoder.discovered.map(\.topic) == ["app/x/new"])
    // A journal from before may hold some.
    lane.send("linli/b", "{}")
    #expect(lane.decoder.unknownTopics.map(\.topic) == ["app/a"])
    plan.ownTopics = ["app"]
    lane.decoder.install(plan)
    #expect(!Self.isOwn("linli/x/new", lane) && Self.isOwn("app/x/new", lane))
    #expect(lane.decoder.unknownTopics.isEmpty && lane.decoder.discovered.isEmpty)
  }

  @Test(.enabled(if: allocation_count_works(), "malloc cannot be counted here"))
  func askingAllocatesNothing() {
    let lane = Self.lane(own: ["linli/v1/alerts", "up/alerts", "上报/告警"])
    lane.send("up/alerts/a1", #"{"v":1}"#)
    let topics = ["application/7/device/24e1/event/up", "linli/v1/sensors/1", "up/alerts/a1"].map { Array($0.utf8) }
    var own = 0
    let before = allocation_count()
    for _ in 0..<1_000 {
      for topic in topics { topic.withUnsafeBytes { if lane.decoder.isOwn($0) { own += 1 } } }
    }
    #expect(allocation_count() - before == 0 && own == 0)
  }
}
