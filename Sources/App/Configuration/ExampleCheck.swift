import Community
import Pipeline

/// Runs a profile's example through the real decoder.
enum ExampleCheck {
  static func decode(plan: LanePlan, example: ProfileExample) -> [ExampleReading] {
    let decoder = MessageDecoder(plan: plan)
    var entries: [Entry] = []
    Array(example.topic.utf8).withUnsafeBytes { topic in
      example.payload.withUnsafeBytes { payload in
        decoder.decode(
          RawMessage(topic: topic, payload: payload, arrival: Timestamp(milliseconds: 0), position: 1), into: &entries)
      }
    }
    return entries.filter { $0.kind == .reading }.map {
      ExampleReading(slot: Int($0.index), value: $0.value, reason: $0.reason)
    }
  }
}
