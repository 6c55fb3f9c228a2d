import Logging
import Pipeline
import Synchronization
import TestSupport
import Testing

@testable import App
@testable import MQTT

/// The ingest side of a lane whose core takes nothing: QoS 0 is dropped and counted, QoS 1 goes on as long as there is room,
/// then nothing is read any more.
@Suite struct IngestOverloadTests {
  private final class Lane {
    let folder: TemporaryDirectory
    let ring: EntryRing
    let gauge = LoadGauge()
    let clock = TurnableClock()
    let ingest: Ingest
    private var packet: UInt16 = 0

    init(entries: Int) throws {
      folder = try TemporaryDirectory()
      ring = EntryRing(capacity: entries)
      let community = try SmallCommunity()
      let plan = community.load().lanes[0].plan
      ingest = Ingest(
        journal: try Journal(directory: folder.path), decoder: MessageDecoder(plan: plan), ring: ring,
        core: Mailbox<CoreDriver>(), gauge: gauge, clock: SteadyClock(machine: clock), logger: RunningService.silent)
      ingest.stateChanged(.connected(sessionPresent: false))
      ingest.stateChanged(.subscribed(sessionPresent: false, rejected: []))
    }

    /// As the connection does it: whether the message was taken.
    func deliver(_ topic: String, qos: UInt8) -> Bool {
      Array(topic.utf8).withUnsafeBytes { topic in
        Array(#"{"temperature":20,"press":"single"}"#.utf8).withUnsafeBytes { payload in
          if qos > 0 { packet = packet % 60_000 + 1 }
          let message = IncomingMessage(
            topic: topic, payload: payload, qos: qos, retained: false, packetID: qos > 0 ? packet : 0,
            redelivered: false,
            backlog: false)
          if qos == 0, ingest.sheds(message) { return false }
          ingest.received(message)
          return true
        }
      }
    }

    /// The end of a turn, after which `milliseconds` pass.
    func turn(_ milliseconds: Int64 = 20, emptied: Bool = true) throws {
      if emptied { ingest.caughtUp() }
      try ingest.commit()
      clock.pass(milliseconds)
      ingest.idle()
    }

    var shedding: Ingest.Shedding { ingest.status.withLock { $0.shedding } }
  }

  @Test func theLastPlacesAreForQoS1() throws {
    let lane = try Lane(entries: 1 << 15)
    // In one turn, before anything could be measured.
    var taken = 0
    while taken < 40_000, lane.ingest.canTakeMore, lane.deliver("test/c1/climate", qos: 0) { taken += 1 }
    // The one that found no room any more is counted with the others.
    #expect(taken > 10_000 && lane.ring.space < lane.ring.capacity / 4 && lane.ring.space > 8_000)
    for number in 0..<500 {
      #expect(lane.ingest.canTakeMore)
      #expect(!lane.deliver("test/c\(number % 3)/climate", qos: 0))
      #expect(!lane.deliver("other/\(number % 2)", qos: 0))
      #expect(lane.deliver("test/b0/button", qos: 1))
    }
    // Only QoS 1 now: at the end the broker keeps it.
    var confirmed = 500
    while lane.ingest.canTakeMore, confirmed < 20_000 {
      #expect(lane.deliver("test/b0/button", qos: 1))
      confirmed += 1
    }
    #expect(confirmed < 20_000 && !lane.ingest.canTakeMore)
    for _ in 0..<8 { try lane.turn() }
    #expect(lane.gauge.load == .overloaded)
    #expect(lane.shedding.dropped == 1_001)
    #expect(
      lane.shedding.prefixes.map { "\($0.prefix) \($0.count)" } == [
        "other/# 500", "test/c1/# 168", "test/c0/# 167", "test/c2/# 166",
      ])
    // What was dropped is in no journal; what was taken is.
    let report = try Journal.read(directory: lane.folder.path, from: 1) { _ in true }
    #expect(report.messages == UInt64(taken + confirmed))

    // The core comes back.
    while lane.ring.drain({ _ in }) > 0 {}
    for _ in 0..<3 { try lane.turn() }
    #expect(lane.ingest.canTakeMore && lane.deliver("test/c1/climate", qos: 0))
    #expect(lane.gauge.load == .overloaded)
    for _ in 0..<60 {
      while lane.ring.drain({ _ in }) > 0 {}
      try lane.turn(100)
    }
    #expect(lane.gauge.load == .normal && lane.shedding.load == .normal)
    #expect(lane.shedding.dropped == 1_001)
  }

  @Test func whoCannotReadFastEnoughDropsUntilTheSocketIsEmpty() throws {
    let lane = try Lane(entries: 1 << 15)
    func pass(turns: Int, emptied: Bool) throws {
      for _ in 0..<turns {
        while lane.ring.drain({ _ in }) > 0 {}
        try lane.turn(emptied: emptied)
      }
    }
    try pass(turns: 45, emptied: false)
    #expect(lane.ingest.canTakeMore && lane.deliver("test/c1/climate", qos: 0))
    try pass(turns: 10, emptied: false)
    #expect(!lane.deliver("test/c1/climate", qos: 0) && lane.deliver("test/c1/climate", qos: 1))
    try pass(turns: 1, emptied: true)
    #expect(lane.deliver("test/c1/climate", qos: 0) && lane.gauge.load == .overloaded)
  }
}
