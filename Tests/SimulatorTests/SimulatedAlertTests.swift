import Community
import ConfigFile
import Pipeline
import Rules
import Simulator
import Testing

/// The simulation through decoder, core and rules: incidents raise what they should, quiet days nothing.
@Suite("Alerts of the simulated community")
struct SimulatedAlertTests {
  static let community = ExampleCommunity().community
  /// Monday, 5 January 2026, 05:00 in Shanghai.
  static let start = Timestamp(milliseconds: 1_767_560_400_000)

  static func changes(
    _ schedule: SimulationSchedule, until end: Timestamp, seed: UInt64 = 3
  ) -> [ConditionChange] {
    let example = ExampleCommunity()
    let set = RuleSet(
      example.rules, site: Site(community: community, zone: ExampleCommunity.zone), log: example.log)
    var simulation = Simulation(
      community: community, zone: ExampleCommunity.zone, schedule: schedule, seed: seed, start: start)
    let decoder = MessageDecoder(plan: set.plan)
    let core = LaneCore(plan: set.plan, startedAt: start)
    var changes: [ConditionChange] = []
    var entries: [Entry] = []
    var position: JournalPosition = 0
    var time = start
    while time < end {
      time = min(end, time + 3_600_000)
      for message in simulation.messages(until: time) {
        position += 1
        entries.removeAll(keepingCapacity: true)
        message.decode(with: decoder, position: position, into: &entries)
        for entry in entries { core.process(entry) }
      }
      core.advance(to: time)
      changes += core.takeChanges()
    }
    return changes
  }

  @Test("Two quiet days at real speed raise nothing", arguments: [1, 2])
  func quietDays(seed: UInt64) {
    let changes = Self.changes(SimulationSchedule(), until: Self.start + 50 * 3_600_000, seed: seed)
    #expect(changes.isEmpty, "\(changes.prefix(8).map { "\($0.kind) \($0.rule) \($0.subject) \($0.at.rfc3339)" })")
  }

  @Test("Two quiet hours of demonstration, five days of life, raise nothing")
  func quietDemonstration() {
    let changes = Self.changes(SimulationSchedule(speed: 60), until: Self.start + 2 * 3_600_000)
    #expect(changes.isEmpty, "\(changes.prefix(8).map { "\($0.kind) \($0.rule) \($0.subject) \($0.at.rfc3339)" })")
  }

  static let yihe = "hedong/jiefang/chaoyang/yihe"
  static let cases: [(SimulationSchedule.Incident, [String], minutes: Int64)] = [
    (.init(at: 10_000, kind: .emergencyCall, place: yihe + "/b3/f3/301"), ["care-emergency-call"], 2),
    (.init(at: 10_000, kind: .fall, place: yihe + "/b3/f3/302"), ["care-fall"], 10),
    (.init(at: 10_000, kind: .smoke, place: "hedong/jiefang/dongfeng/lvyuan/b2/f3/301"), ["care-smoke"], 10),
    (.init(at: 10_000, kind: .smoke, device: "smoke-plant"), ["building-smoke"], 10),
    (.init(at: 10_000, kind: .leak, device: "leak-pump"), ["water-leak"], 10),
    (.init(at: 10_000, kind: .gas, device: "kitchen-gas", lasts: 120_000), ["gas-alarm", "gas-rising"], 15),
    (.init(at: 10_000, kind: .liftStuck, device: "lift-1"), ["lift-fault", "lift-trapped"], 10),
    (
      .init(at: 10_000, kind: .cold, place: "hedong/jiefang/dongfeng/xinghua/b1/f6/601", lasts: 4 * 3_600_000),
      ["care-room-cold"], 360
    ),
    (
      .init(at: 10_000, kind: .noMovement, place: yihe + "/b3/f3/301", lasts: 26 * 3_600_000),
      ["care-no-movement", "care-still-at-home"], 27 * 60
    ),
    (.init(at: 10_000, kind: .powerCut, device: "meter-b3", lasts: 180_000), ["supply-lost", "supply-voltage"], 10),
    (
      .init(at: 10_000, kind: .carbonMonoxide, place: yihe + "/parking/north", lasts: 240_000),
      ["carpark-co", "carpark-co-danger"], 20
    ),
    (.init(at: 10_000, kind: .barrierFault, device: "gate-north", lasts: 180_000), ["gate-fault"], 10),
    (.init(at: 10_000, kind: .sumpHigh, device: "sump-level", lasts: 1_800_000), ["sump-high", "sump-pump-idle"], 60),
    (.init(at: 10_000, kind: .pumpOverload, device: "pump-booster", lasts: 900_000), ["pump-overload"], 60),
    (.init(at: 10_000, kind: .binFire, device: "bin-2", lasts: 600_000), ["bin-fire"], 60),
    (.init(at: 10_000, kind: .binFull, device: "bin-1", lasts: 7_200_000), ["bin-full"], 240),
    (.init(at: 10_000, kind: .silent, device: "lift-2", lasts: 180_000), ["device-silent"], 10),
    (.init(at: 60_000, kind: .stuck, device: "co-south", lasts: 600_000), ["device-stuck"], 20),
    (.init(at: 10_000, kind: .batteryLow, device: "care-y5-101-motion", lasts: 600_000), ["battery-low"], 60),
  ]

  @Test("An incident raises its rules and no others, and they clear", arguments: cases.indices)
  func incidents(index: Int) {
    let (incident, rules, minutes) = Self.cases[index]
    let changes = Self.changes(SimulationSchedule(incidents: [incident]), until: Self.start + minutes * 60_000)
    let raised = changes.filter { $0.kind == .raised }
    #expect(Set(raised.map(\.rule)) == Set(rules), "\(raised.map { "\($0.rule) \($0.subject) \($0.at.rfc3339)" })")
    #expect(raised.count == changes.count(where: { $0.kind == .cleared }))
    #expect(raised.count == rules.count, "no rule twice")
  }

  @Test("The demonstration shows alerts within a minute, and not too many")
  func demonstration() {
    let log = ProblemLog()
    let schedule = SimulationSchedule.load(directory: ExampleCommunity.config, community: Self.community, log: log)
    let changes = Self.changes(schedule, until: Self.start + 12 * 60_000)
    let raised = changes.filter { $0.kind == .raised }
    let early = Set(raised.filter { $0.at - Self.start <= 60_000 }.map(\.rule))
    #expect(
      early.isSuperset(of: [
        "care-emergency-call", "water-leak", "lift-trapped", "care-fall", "gas-alarm", "care-smoke",
      ]), "\(early.sorted())")
    #expect(Set(raised.map(\.rule)).isSuperset(of: ["device-silent", "device-stuck", "battery-low", "care-room-cold"]))
    #expect(raised.count <= 30, "\(raised.map { "\($0.rule) \($0.subject)" })")
    #expect(changes.contains { $0.kind == .cleared && $0.rule == "care-fall" && $0.at - Self.start < 3 * 60_000 })
  }
}

extension SimulatedMessage {
  func decode(with decoder: MessageDecoder, position: JournalPosition, into entries: inout [Entry]) {
    var topic = topic
    topic.withUTF8 { topic in
      payload.withUnsafeBytes { payload in
        decoder.decode(
          RawMessage(
            topic: UnsafeRawBufferPointer(topic), payload: payload, arrival: at, qos: 1, retained: retained,
            position: position), into: &entries)
      }
    }
  }
}
