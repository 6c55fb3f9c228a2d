import CAllocationCount
import Pipeline
import Testing

@Suite("Decoder: memory in the steady state")
struct DecoderAllocationTests {
  private static func allocations(of topic: String, _ payload: String, in plan: LanePlan) -> UInt {
    let decoder = MessageDecoder(plan: plan)
    var entries: [Entry] = []
    entries.reserveCapacity(64)
    let topic = Array(topic.utf8)
    let payload = Array(payload.utf8)
    return topic.withUnsafeBytes { topic in
      payload.withUnsafeBytes { payload in
        let message = RawMessage(topic: topic, payload: payload, arrival: DecodeFixture.arrival)
        // The first messages bind the topic and grow the buffers.
        for _ in 0..<10 { decoder.decode(message, into: &entries) }
        let before = allocation_count()
        for _ in 0..<1000 {
          entries.removeAll(keepingCapacity: true)
          decoder.decode(message, into: &entries)
        }
        return allocation_count() - before
      }
    }
  }

  @Test(.enabled(if: allocation_count_works(), "malloc cannot be counted here"))
  func aKnownTopicAllocatesNothing() {
    let plan = DecodeFixture.lane(
      time: ["time"],
      fields: [
        FieldPlan(slot: 0, pointer: ["t"]), FieldPlan(slot: 1, pointer: ["door"], map: ["open": 1, "closed": 0]),
        FieldPlan(slot: 2, pointer: ["battery"], faults: ["-1", "error"]),
      ], points: ["t", "door", "battery"]
    ) { $0.range = -40...85 }
    let good = #"{"time":"2026-01-05T03:20:00Z","t":"21.5","door":"open","battery":87,"note":"a\nb"}"#
    #expect(Self.allocations(of: "app/a1/up", good, in: plan) == 0)
    let bad = #"{"time":"never","t":"1e400","door":"ajar","battery":"error"}"#
    #expect(Self.allocations(of: "app/a1/up", bad, in: plan) == 0)
  }

  @Test(.enabled(if: allocation_count_works(), "malloc cannot be counted here"))
  func theCounterCounts() {
    let before = allocation_count()
    let arrays = (0..<100).map { Array(repeating: UInt8($0), count: 100) }
    #expect(allocation_count() - before >= UInt(arrays.count))
  }
}
