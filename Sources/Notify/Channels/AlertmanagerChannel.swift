// Alertmanager as a target: its API version 2 (prometheus/alertmanager api/v2/openapi.yaml, `POST /api/v2/alerts`). An active
// alert ends there by itself some minutes after the last time it was told, so active ones are told again and again
// (`CommunityService.repeatToAlertmanagers`); a resolved one is told once, with its end.
package import Alerts
import ConfigFile
import Foundation
package import Pipeline
import Words

package struct AlertmanagerChannel: ChannelSender {
  /// Ms between two repetitions, and after which an alert that is not repeated ends there.
  package static let interval: Int64 = 60_000
  static let lifetime: Int64 = 300_000
  /// Alerts in one request.
  static let batch = 500

  private let channel: Channel
  private let settings: MessageSettings
  private let transport: any HTTPTransport

  package init(channel: Channel, settings: MessageSettings, transport: any HTTPTransport) {
    self.channel = channel
    self.settings = settings
    self.transport = transport
  }

  package func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    await post([entry.event], now: now)
  }

  /// Tells active alerts again.
  package func repeating(_ alerts: [Alert], now: Timestamp) async -> DeliveryResult {
    let events = alerts.map { AlertEvent(kind: .repeated, alert: $0, at: now) }
    for start in stride(from: 0, to: events.count, by: Self.batch) {
      let result = await post(Array(events[start..<min(start + Self.batch, events.count)]), now: now)
      if result != .delivered { return result }
    }
    return .delivered
  }

  private func post(_ events: [AlertEvent], now: Timestamp) async -> DeliveryResult {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let body = try encoder.encode(events.map { item($0, now) })
      var headers = [("Content-Type", "application/json")]
      if let secret = channel.secret { headers.append(("Authorization", "Bearer \(secret.value)")) }
      let address = HTTPAddress.base(channel.url.value) + "/api/v2/alerts"
      let answer = try await transport.request("POST", address, headers: headers, body: Array(body))
      return AnswerJudge.judge(answer, now: now)
    } catch {
      return .retry(after: nil, reason: LocalizedText(withoutAnswer: error))
    }
  }

  private struct Item: Encodable {
    var labels: [String: String]
    var annotations: [String: String]
    var startsAt: String
    var endsAt: String
    var generatorURL: String?
  }

  private func item(_ event: AlertEvent, _ now: Timestamp) -> Item {
    let document = WebhookDocument(
      event: event, receiver: channel.id, language: channel.language ?? settings.language, settings: settings)
    let alert = event.alert
    let end = alert.clearedAt ?? alert.closedAt ?? now + Self.lifetime
    let link = settings.link(to: event)
    return Item(
      labels: WebhookDocument.labels(of: alert), annotations: document.commonAnnotations,
      startsAt: alert.raisedAt.rfc3339(in: settings.timeZone),
      // Alertmanager refuses an end before the start; a press has both in the same instant.
      endsAt: max(end, alert.raisedAt + 1).rfc3339(in: settings.timeZone), generatorURL: link.isEmpty ? nil : link)
  }
}
