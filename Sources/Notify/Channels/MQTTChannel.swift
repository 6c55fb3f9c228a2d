// Mirrors alerts on the broker: a retained document for each, gone when the alert is closed. A bridge carries them up to
// the next level.
import Alerts
import Community
import Foundation
package import Pipeline

package struct MQTTChannel: ChannelSender {
  /// Publishes with QoS 1 and returns when the broker has it; throws when it does not.
  package typealias Publish = @Sendable (_ topic: String, _ payload: [UInt8], _ retain: Bool) async throws -> Void

  private let channel: Channel
  private let settings: MessageSettings
  private let publish: Publish

  package init(channel: Channel, settings: MessageSettings, publish: @escaping Publish) {
    self.channel = channel
    self.settings = settings
    self.publish = publish
  }

  package func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    do {
      let alert = entry.event.alert
      let payload = alert.isClosed ? [] : try document(alert)
      try await publish(topic(of: alert), payload, true)
      return .delivered
    } catch {
      return .retry(after: nil, reason: "not published: \(error)")
    }
  }

  /// `linli/v1/alerts/PLACE/ALERT`; what a topic must not hold becomes `_`.
  func topic(of alert: Alert) -> String {
    func clean(_ text: String) -> String { String(text.map { "+#\0".contains($0) ? "_" : $0 }) }
    let place = alert.place.isEmpty ? "" : clean(alert.place) + "/"
    return "\(channel.topic)/\(place)\(clean(alert.id))"
  }

  /// The keys of `linli alerts --json` (INTERFACE §2).
  private struct Document: Encodable {
    var id, rule, subject, place, priority, title: String
    var active, acknowledged: Bool
    var assigned_to, shelved_until: String?
    var raised_at: String
    var cleared_at, closed_at: String?
    var value: Double?
    var unit: String
  }

  private func document(_ alert: Alert) throws -> [UInt8] {
    func text(_ time: Timestamp?) -> String? { time.map { LocalTime.rfc3339($0, in: settings.timeZone) } }
    let language = channel.language ?? settings.language
    let document = Document(
      id: alert.id, rule: alert.rule, subject: alert.subject, place: alert.place,
      priority: alert.traits.priority.rawValue, title: alert.traits.title[language], active: alert.isActive,
      acknowledged: alert.isAcknowledged, assigned_to: alert.assignedTo, shelved_until: text(alert.shelvedUntil),
      raised_at: text(alert.raisedAt) ?? "", cleared_at: text(alert.clearedAt), closed_at: text(alert.closedAt),
      value: alert.value.flatMap { $0.isFinite ? $0 : nil }, unit: alert.unit)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(document))
  }
}
