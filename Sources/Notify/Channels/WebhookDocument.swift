// Alertmanager's webhook document, version 4, byte for byte what its receivers expect
// (prometheus.io/docs/alerting/latest/configuration, "webhook_config"). One alert a document.
package import Alerts
package import Community
import Foundation
import Pipeline

package struct WebhookDocument: Codable, Sendable, Equatable {
  package struct Item: Codable, Sendable, Equatable {
    package var status: String
    package var labels: [String: String]
    package var annotations: [String: String]
    package var startsAt: String
    package var endsAt: String
    package var generatorURL: String
    package var fingerprint: String
  }

  /// `endsAt` of an alert that has not ended.
  package static let notEnded = "0001-01-01T00:00:00Z"

  package var receiver: String
  package var status: String
  package var alerts: [Item]
  package var groupLabels: [String: String]
  package var commonLabels: [String: String]
  package var commonAnnotations: [String: String]
  package var externalURL: String
  package var version: String
  package var groupKey: String
  package var truncatedAlerts: Int

  /// The document for an event; `language` is that of summary and description.
  package init(event: AlertEvent, receiver: String, language: Language, settings: MessageSettings) {
    let alert = event.alert
    let labels = Self.labels(of: alert)
    let annotations = Self.annotations(of: event, language, settings)
    let end = alert.clearedAt ?? alert.closedAt
    let group = ["alertname": alert.rule, "subject": alert.subject]
    self.receiver = receiver
    status = end == nil ? "firing" : "resolved"
    alerts = [
      Item(
        status: end == nil ? "firing" : "resolved", labels: labels, annotations: annotations,
        startsAt: alert.raisedAt.rfc3339(in: settings.timeZone),
        endsAt: end.map { $0.rfc3339(in: settings.timeZone) } ?? Self.notEnded,
        generatorURL: settings.link(to: event), fingerprint: Self.fingerprint(of: labels))
    ]
    groupLabels = group
    commonLabels = labels
    commonAnnotations = annotations
    externalURL = settings.externalURL
    version = "4"
    groupKey = "{}:{alertname=\(Self.quoted(alert.rule)), subject=\(Self.quoted(alert.subject))}"
    truncatedAlerts = 0
  }

  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  /// What an alert is known by. `alert_id` is among them: an alert is one occurrence, so the next one is a new alert to
  /// the receiver too.
  package static func labels(of alert: Alert) -> [String: String] {
    var labels = [
      "alertname": alert.rule, "alert_id": alert.id, "severity": alert.traits.priority.rawValue, "place": alert.place,
      "subject": alert.subject, "lane": alert.lane,
    ]
    if let point = alert.point {
      labels["point"] = point
      labels["device"] = point.split(separator: "/").first.map(String.init)
    }
    if !alert.traits.audience.isEmpty { labels["audience"] = alert.traits.audience.joined(separator: ",") }
    return labels.filter { !$0.value.isEmpty }
  }

  private static func annotations(
    of event: AlertEvent, _ language: Language, _ settings: MessageSettings
  ) -> [String: String] {
    let alert = event.alert
    var annotations = [
      "summary": alert.traits.title[language],
      "description": alert.traits.advice?[language] ?? "",
      "title_zh": alert.traits.title.zh, "title_en": alert.traits.title.en,
      "place_name": settings.placeName(alert.place, in: language),
      "unit": alert.unit, "event": event.kind.rawValue, "by": event.by, "comment": event.comment(in: language) ?? "",
      "acknowledged_by": alert.acknowledgedBy ?? "", "assigned_to": alert.assignedTo ?? "",
    ]
    if let order = event.order {
      annotations["order_step"] = order.step
      annotations["order_unit"] = order.unit[language]
      annotations["order_deadline"] = order.deadline?.rfc3339(in: settings.timeZone)
    }
    if let value = alert.value { annotations["value"] = ValueText.number(value) }
    return annotations.filter { !$0.value.isEmpty }
  }

  /// Prometheus' fingerprint: FNV-1a, 64 bits, over names and values in the order of names, each closed by 0xFF
  /// (prometheus/common model/fingerprinting.go, labelset_string.go).
  package static func fingerprint(of labels: [String: String]) -> String {
    var hash = FNV1a()
    for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
      hash.mix(name)
      hash.mix(0xFF)
      hash.mix(value)
      hash.mix(0xFF)
    }
    let digits = String(hash.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }
}
