package import API
import Alerts
import Community
import Dispatch
import Foundation
package import Pipeline

/// The past as it arrived, read back from the journals.
extension CommunityService {
  /// Messages a stretch of the tape looks at before it hands out what it found.
  private static let stretchMessages = 20_000
  private static let stretchBytes = 4 << 20

  package func tape(since: Timestamp, filter: String, cursor: TapeCursor?) async throws -> TapeStretch {
    if let reason = TopicFilter.refusal(of: filter) { throw BackendError(.invalid, reason) }
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

  /// Runs work that reads or writes files away from the cooperative pool.
  func blocking<Answer: Sendable>(
    on queue: DispatchQueue = .global(qos: .utility), _ work: @escaping @Sendable () throws -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try work() }) }
    }
  }
}
