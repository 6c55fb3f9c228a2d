// Mirrors alerts on the broker: a retained document for each, gone when the alert is closed. A bridge carries them up to
// the next level.
import Alerts
import Foundation
package import Pipeline
import Words

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
      let reason = LocalizedText(of: error)
      return .retry(
        after: nil, reason: LocalizedText(zh: "未能发布：\(reason.zh)", en: "not published: \(reason.en)"))
    }
  }

  /// `linli/v1/alerts/PLACE/ALERT`; what a topic must not hold becomes `_`.
  func topic(of alert: Alert) -> String {
    func clean(_ text: String) -> String { String(text.map { "+#\0".contains($0) ? "_" : $0 }) }
    let place = alert.place.isEmpty ? "" : clean(alert.place) + "/"
    return "\(channel.topic)/\(place)\(clean(alert.id))"
  }

  /// As `linli alerts --json` shows it (INTERFACE §2).
  private func document(_ alert: Alert) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let language = channel.language ?? settings.language
    let word = alert.valueWord(by: settings.valueText)
    return Array(try encoder.encode(AlertView(alert, language: language, zone: settings.timeZone, word: word)))
  }
}
