import Community
import ConfigFile
import Pipeline
import Simulator
import Testing

@Suite("Simulation")
struct SimulationTests {
  static let community = ExampleCommunity().community
  static let zone = ExampleCommunity.zone
  /// Monday, 5 January 2026, 05:00 in Shanghai.
  static let start = Timestamp(milliseconds: 1_767_560_400_000)

  static func simulation(
    _ incidents: [SimulationSchedule.Incident] = [], seed: UInt64 = 7, speed: Double = 1,
    community: CommunityModel = community
  ) -> Simulation {
    Simulation(
      community: community, zone: zone, schedule: SimulationSchedule(speed: speed, incidents: incidents),
      seed: seed, start: start)
  }

  /// Decodes messages with the example's own profiles.
  static func decode(_ messages: [SimulatedMessage], with decoder: MessageDecoder) -> [Entry] {
    var entries: [Entry] = []
    for (index, message) in messages.enumerated() {
      var topic = message.topic
      topic.withUTF8 { topic in
        message.payload.withUnsafeBytes { payload in
          decoder.decode(
            RawMessage(
              topic: UnsafeRawBufferPointer(topic), payload: payload, arrival: message.at, qos: 1,
              position: JournalPosition(index + 1)), into: &entries)
        }
      }
    }
    return entries
  }

  @Test("The same seed gives the same bytes, however it is asked; another seed gives others")
  func deterministic() {
    var (whole, parts, other) = (Self.simulation(), Self.simulation(), Self.simulation(seed: 8))
    let end = Self.start + 3 * 3_600_000
    let expected = whole.messages(until: end)
    var found: [SimulatedMessage] = []
    var time = Self.start
    while time < end {
      time = min(end, time + 137_000)
      found += parts.messages(until: time)
    }
    #expect(expected.count > 1_000)
    #expect(found == expected)
    #expect(other.messages(until: end) != expected)
  }

  @Test("Messages come in time order")
  func ordered() {
    var simulation = Self.simulation(speed: 60)
    let times = simulation.messages(until: Self.start + 10 * 60_000).map(\.at)
    #expect(times == times.sorted())
    #expect(times.first.map { $0 >= Self.start } == true)
  }

  @Test("Every message of two days decodes: known topic, good readings, plausible times", arguments: [1.0, 60])
  func decodes(speed: Double) {
    var simulation = Self.simulation(speed: speed)
    let plan = Self.community.makePlan()
    let decoder = MessageDecoder(plan: plan)
    let messages = simulation.messages(until: Self.start + (speed == 1 ? 48 : 1) * 3_600_000)
    let entries = Self.decode(messages, with: decoder)
    let bad = entries.filter { $0.kind == .reading && $0.reason != .none }
    #expect(bad.isEmpty, "\(bad.prefix(5).map { (plan.points[Int($0.index)].id, $0.reason.name, $0.value) })")
    #expect(entries.filter { $0.kind == .message && $0.index == Entry.noDevice }.isEmpty)
    #expect(decoder.deadLetters.isEmpty)
    let heard = Set(entries.filter { $0.kind == .message }.map(\.index))
    #expect(heard.count == plan.devices.count)
    let told = Set(entries.filter { $0.kind == .reading }.map(\.index))
    let mute = plan.points.indices.filter { !told.contains(PointID($0)) && !plan.points[$0].event }
    #expect(mute.isEmpty, "\(mute.map { plan.points[$0].id })")
  }

  @Test("An emergency call is one press at the place, seen by the decoder")
  func emergencyCall() {
    let room = "hedong/jiefang/chaoyang/yihe/b3/f3/301"
    var simulation = Self.simulation([.init(at: 5_000, kind: .emergencyCall, place: room)])
    let plan = Self.community.makePlan()
    let entries = Self.decode(simulation.messages(until: Self.start + 60_000), with: MessageDecoder(plan: plan))
    let presses = entries.filter { $0.kind == .reading && plan.points[Int($0.index)].event }
    #expect(presses.map { plan.points[Int($0.index)].id } == ["care-301-button/pressed"])
    #expect(presses.first?.time == Self.start + 5_000)
  }

  @Test("A silent device sends nothing, a stuck one the same values")
  func silentAndStuck() {
    var simulation = Self.simulation([
      .init(at: 60_000, kind: .silent, device: "lift-2", lasts: 120_000),
      .init(at: 60_000, kind: .stuck, device: "co-south", lasts: 120_000),
    ])
    let messages = simulation.messages(until: Self.start + 300_000)
    let lift = messages.filter { $0.topic == "linli/lift/B3-2/state" }.map { $0.at - Self.start }
    #expect(lift.allSatisfy { $0 < 60_000 || $0 >= 180_000 })
    #expect(lift.contains { $0 < 60_000 } && lift.contains { $0 > 180_000 })
    let stuck = messages.filter {
      $0.topic.contains("carpark-co-2") && (60_000..<180_000).contains($0.at - Self.start)
    }
    #expect(stuck.count > 5 && Set(stuck.map(\.payload)).count == 1)
  }

  @Test("A faster rhythm shows a day of life without running meters ahead")
  func fasterRhythm() {
    let plan = Self.community.makePlan()
    func water(speed: Double, hours: Int64) -> (draws: Double, doors: Int) {
      var simulation = Self.simulation(speed: speed)
      let entries = Self.decode(
        simulation.messages(until: Self.start + hours * 3_600_000), with: MessageDecoder(plan: plan))
      let id = Self.community.pointID("care-301-water/volume")
      let volumes = entries.filter { $0.kind == .reading && $0.index == id }.map(\.value)
      let door = Self.community.pointID("care-301-door/open")
      return (
        (volumes.last ?? 0) - (volumes.first ?? 0),
        entries.filter { $0.kind == .reading && $0.index == door && $0.value == 1 }.count
      )
    }
    let (slow, fast) = (water(speed: 1, hours: 24), water(speed: 24, hours: 1))
    #expect((0.03...0.2).contains(slow.draws), "\(slow.draws) m³")
    #expect(fast.draws <= slow.draws / 10)
    #expect(slow.doors >= 4 && fast.doors >= 4)
  }

  @Test("Copies of the community have names of their own, and the service can read them")
  func copies() throws {
    let scaled = CommunityCopies.scaled(Self.community, to: 1_000)
    #expect(scaled.devices.count == 1_000)
    #expect(Set(scaled.devices.map(\.id)).count == 1_000)
    var simulation = Self.simulation(community: scaled)
    let decoder = MessageDecoder(plan: scaled.makePlan())
    let entries = Self.decode(simulation.messages(until: Self.start + 5_000), with: decoder)
    #expect(Set(entries.filter { $0.kind == .message }.map(\.index)).count == 1_000)
    let log = ProblemLog()
    let node = try #require(
      ConfigReader.parse(CommunityCopies.devicesFile(scaled), file: "devices.yaml", log: log))
    let read = DeviceReader.read(
      node, places: scaled.places, library: ProfileLibrary(scaled.profiles), log: log)
    #expect(read.count == 1_000 && log.problems.isEmpty)
  }

  @Test("The schedule of the example reads without a problem; wrong ones are named")
  func schedule() throws {
    let log = ProblemLog()
    let schedule = SimulationSchedule.load(
      directory: ExampleCommunity.config, community: Self.community, log: log)
    #expect(log.problems.isEmpty && schedule.incidents.count > 10 && schedule.speed > 1)
    let text = """
      incidents:
      - {at: 5s, kind: fal, place: hedong}
      - {at: 5s, kind: fall, place: nowhere}
      - {at: 5s, kind: fall}
      - {at: 5s, kind: fall, device: lift-1, lasts: 5m, every: 1m}
      """
    let node = try #require(ConfigReader.parse(text, file: "simulation.yaml", log: log))
    let broken = SimulationSchedule.read(node, community: Self.community, log: log)
    #expect(broken.incidents.isEmpty && log.problems.count == 4)
    #expect(log.problems.map(\.location.line) == [2, 3, 4, 5])
  }

  @Test("A tape of the simulation is read back as the same messages")
  func tape() {
    var simulation = Self.simulation()
    let messages = simulation.messages(until: Self.start + 20_000)
    var tape: [UInt8] = []
    for message in messages { message.append(to: &tape) }
    #expect(tape.split(separator: 10).count == messages.count)
    #expect(String(decoding: tape, as: UTF8.self).contains(#""topic":"linli/lift/B3-1/state""#))
  }

  @Test("A run publishes what is due and stops at the end")
  func run() async throws {
    final class Sink: SimulationPublisher, @unchecked Sendable {
      var topics: [String] = []
      func publish(_ message: SimulatedMessage) async throws { topics.append(message.topic) }
    }
    let sink = Sink()
    var clock = Self.start
    var run = SimulationRun(Self.simulation(speed: 60))
    var expected = Self.simulation(speed: 60)
    try await run.publish(to: sink, until: Self.start + 30_000, now: { clock }, pause: { clock = clock + $0 })
    #expect(sink.topics == expected.messages(until: Self.start + 30_000).map(\.topic))
    #expect(run.published == sink.topics.count)
  }
}
