package import API
import Alerts
import Community
import Dispatch
import Foundation
package import Pipeline

/// The past, read back from the journals: tapes and the history of a point.
extension CommunityService {
  /// Messages a stretch of the tape looks at before it hands out what it found.
  private static let stretchMessages = 20_000
  private static let stretchBytes = 4 << 20

  package func tape(since: Timestamp, filter: String, cursor: TapeCursor?) async throws -> TapeStretch {
    if let reason = TopicFilter.problem(in: filter) {
      throw BackendError(.invalid, "'\(filter)' is not a topic filter: \(reason)")
    }
    let cursor = cursor ?? TapeCursor(lane: 0, position: 0)
    guard lanes.indices.contains(cursor.lane) else { return TapeStretch(lines: [], next: nil) }
    let directory = lanes[cursor.lane].directory + "/journal"
    let hasNext = cursor.lane + 1 < lanes.count
    return try await blocking {
      let from = cursor.position > 0 ? cursor.position : try Journal.position(directory: directory, since: since)
      var text: [UInt8] = []
      var looked = 0
      var last: JournalPosition?
      _ = try Journal.read(directory: directory, from: from) { message in
        last = message.position
        looked += 1
        if message.arrival >= since, TopicFilter.matches(filter, message.topic) {
          TapeWriter.append(message, to: &text)
        }
        return looked < Self.stretchMessages && text.count < Self.stretchBytes
      }
      let lines = text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
      let isWhole = looked >= Self.stretchMessages || text.count >= Self.stretchBytes
      if isWhole, let last { return TapeStretch(lines: lines, next: .init(lane: cursor.lane, position: last + 1)) }
      return TapeStretch(lines: lines, next: hasNext ? .init(lane: cursor.lane + 1, position: 0) : nil)
    }
  }

  package func history(
    point id: String, since: Timestamp, until: Timestamp, limit: Int
  ) async throws -> [PointView] {
    let configuration = configuration
    guard let index = configuration.lanes.firstIndex(where: { $0.community.pointID(id) != nil }),
      let point = configuration.lanes[index].community.pointID(id),
      let lane = lanes.first(where: { $0.id == configuration.lanes[index].broker.clientID })
    else { throw BackendError(.notFound, "there is no point '\(id)'; see `linli points`") }
    let plan = configuration.lanes[index].plan
    let directory = lane.directory + "/journal"
    let zone = configuration.settings.timeZone
    let language = configuration.settings.language
    let values = plan.points[Int(point)]
    let maxLate = plan.limits.maxLate
    // Device times lie within maxLate of the arrival.
    let entries = try await blocking { () -> [Entry] in
      let decoder = MessageDecoder(plan: plan)
      var entries: [Entry] = []
      var found: [Entry] = []
      let from = try Journal.position(directory: directory, since: since)
      _ = try Journal.read(directory: directory, from: from) { message in
        if message.arrival - maxLate > until { return false }
        entries.removeAll(keepingCapacity: true)
        decoder.decode(message, into: &entries)
        found += entries.filter {
          $0.kind == .reading && $0.index == point && $0.time >= since && $0.time <= until
        }
        return found.count < limit
      }
      return found.sorted { $0.time < $1.time }
    }
    return entries.prefix(limit).map { entry in
      let isBad = entry.reason.quality == .bad
      return PointView(
        point: id, at: entry.time.rfc3339(in: zone), value: isBad ? nil : entry.value,
        text: isBad ? nil : ValueWords.text(values.values, entry.value)?[language], unit: values.unit,
        quantity: values.quantity, quality: entry.reason.quality.name, reason: entry.reason.name)
    }
  }

  /// Runs work that reads files away from the cooperative pool.
  private func blocking<Answer: Sendable>(_ work: @escaping @Sendable () throws -> Answer) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .utility).async { continuation.resume(with: Result { try work() }) }
    }
  }
}
