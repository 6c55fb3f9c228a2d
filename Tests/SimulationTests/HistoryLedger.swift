import Pipeline

@testable import App

/// What the history must hold: every message that was ever committed, decoded in one go with the plan that held at its place.
struct HistoryLedger {
  private struct Kept {
    var topic: [UInt8]
    var payload: [UInt8]
    var arrival: Timestamp
    var qos: UInt8
    var retained: Bool
    var backlog: Bool
  }

  private var messages: [JournalPosition: Kept] = [:]
  /// Which version holds for messages behind a position.
  private var plans: [(after: JournalPosition, version: Int)] = []
  /// The newest message that is not lost.
  private(set) var newest: JournalPosition = 0
  /// Why the history need not be what one reading of the journal gives; nil while it must be.
  private(set) var inexact: String?

  mutating func blur(_ reason: String) { inexact = inexact ?? reason }

  /// A message that the journal shows.
  mutating func committed(_ message: RawMessage) {
    guard messages[message.position] == nil else { return }
    messages[message.position] = Kept(
      topic: Array(message.topic), payload: Array(message.payload), arrival: message.arrival, qos: message.qos,
      retained: message.retained, backlog: message.backlog)
    newest = max(newest, message.position)
  }

  /// A journal was opened and holds these. What it does not hold any more never was, but where the history has it already.
  mutating func found(_ found: Set<JournalPosition>, oldest: JournalPosition, history: JournalPosition) {
    for position in messages.keys where position >= oldest && !found.contains(position) {
      messages[position] = nil
      if position <= history { blur("the history has position \(position), which is lost") }
    }
    newest = messages.keys.max() ?? 0
    if oldest > history + 1, messages.keys.contains(where: { $0 > history && $0 < oldest }) {
      blur("the journal's ring has overtaken the history")
    }
  }

  /// Messages behind a position are read with a version from now on.
  mutating func reads(_ version: Int, after position: JournalPosition) {
    plans.removeAll { $0.after >= position }
    plans.append((position, version))
  }

  /// Compares with what is stored.
  /// - Returns: the first difference.
  func difference(_ history: SimulatedHistory) -> String? {
    let expected = expected(upTo: history.position)
    let points = Set(expected.keys).union(history.readings.keys).sorted()
    for point in points {
      let (wanted, stored) = (expected[point] ?? [], history.readings[point] ?? [])
      guard wanted != stored else { continue }
      let place = zip(wanted, stored).enumerated().first { $0.1.0 != $0.1.1 }?.offset ?? min(wanted.count, stored.count)
      return "the history of \(point) has \(stored.count) readings up to position \(history.position), the journal gave"
        + " \(wanted.count); number \(place): \(stored.dropFirst(place).first.map { "\($0)" } ?? "nothing") instead of"
        + " \(wanted.dropFirst(place).first.map { "\($0)" } ?? "nothing")"
    }
    return nil
  }

  private func expected(upTo end: JournalPosition) -> [String: [HistoryReading]] {
    var all: [String: [HistoryReading]] = [:]
    var memories: [String: PointMemory] = [:]
    var plan = SimulatedSite.lane(0).plan
    let decoder = MessageDecoder(plan: plan)
    var coming = plans[...]
    for position in messages.keys.sorted() where position <= end {
      while let next = coming.first, next.after < position {
        coming.removeFirst()
        plan = SimulatedSite.lane(next.version).plan
        decoder.install(plan)
      }
      for entry in entries(messages[position]!, position, decoder) where entry.kind == .reading {
        let point = plan.points[Int(entry.index)]
        guard let reading = memories[point.id, default: PointMemory()].take(entry, isEvent: point.event) else {
          continue
        }
        all[point.id, default: []].append(reading)
      }
    }
    return all
  }

  private func entries(_ kept: Kept, _ position: JournalPosition, _ decoder: MessageDecoder) -> [Entry] {
    kept.topic.withUnsafeBytes { (topic: UnsafeRawBufferPointer) -> [Entry] in
      kept.payload.withUnsafeBytes { (payload: UnsafeRawBufferPointer) -> [Entry] in
        let message = RawMessage(
          topic: topic, payload: payload, arrival: kept.arrival, qos: kept.qos, retained: kept.retained,
          position: position, backlog: kept.backlog)
        return Array(decoder.decode(message))
      }
    }
  }
}
