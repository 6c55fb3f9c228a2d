// Decoder and core as ingest thread and core thread use them, on one thread and without any queue.
import Pipeline

final class CoreRun {
  static let batch = 256

  private let decoder: MessageDecoder
  private let core: LaneCore
  private let topics: [[UInt8]]
  private let payloads: [[UInt8]]
  /// Ms between two messages of one topic.
  private let interval: Double
  private let start: Int64 = 1_800_000_000_000
  private var entries: [Entry] = []
  private(set) var messages = 0
  private(set) var readings = 0
  private(set) var changes = 0

  /// Topics and payloads are taken in turn; each topic comes every ten seconds of the core's time.
  init(plan: LanePlan, topics: [[UInt8]], payloads: [[UInt8]], interval: Double = 10_000) {
    decoder = MessageDecoder(plan: plan)
    core = LaneCore(plan: plan, startedAt: Timestamp(milliseconds: start))
    self.topics = topics
    self.payloads = payloads
    self.interval = interval
    entries.reserveCapacity(8 * Self.batch)
  }

  convenience init(plan: LanePlan, messages: LoadMessages) {
    self.init(plan: plan, topics: messages.topics, payloads: messages.all.map(\.payload))
  }

  /// Rounded up to whole batches.
  func take(_ count: Int) {
    for _ in 0..<(count + Self.batch - 1) / Self.batch {
      entries.removeAll(keepingCapacity: true)
      for _ in 0..<Self.batch { decodeNext() }
      entries.withUnsafeBufferPointer { core.process($0) }
      readings += entries.count - Self.batch
      changes += core.takeChanges().count
    }
  }

  private func decodeNext() {
    let arrival = Timestamp(milliseconds: start + Int64(Double(messages) * interval / Double(topics.count)))
    topics[messages % topics.count].withUnsafeBytes { topic in
      payloads[messages % payloads.count].withUnsafeBytes { payload in
        messages += 1
        let position = JournalPosition(messages)
        decoder.decode(
          RawMessage(topic: topic, payload: payload, arrival: arrival, qos: 1, position: position), into: &entries)
      }
    }
  }
}
