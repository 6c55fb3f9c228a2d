// An alert as scripts and pages see it (INTERFACE §2): snake_case keys, every key always there, null where there is nothing.
package import Community
package import Foundation
import Pipeline

package struct AlertView: Sendable, Equatable {
  package var id: String
  package var rule: String
  package var subject: String
  package var place: String
  package var priority: String
  package var title: String
  package var advice: String?
  package var audience: [String]
  /// The condition holds and the alert is open.
  package var active: Bool
  package var acknowledged: Bool
  package var acknowledgedBy: String?
  package var acknowledgedAt: String?
  package var assignedTo: String?
  package var shelvedUntil: String?
  package var raisedAt: String
  package var noticedAt: String
  package var clearedAt: String?
  package var closedAt: String?
  package var point: String?
  package var value: Double?
  /// The value in words where it is no number: of a named set, true or false.
  package var text: String?
  /// Canonical unit of the value, UCUM; empty where there is none.
  package var unit: String
  /// The condition has cleared, and the alert waits for a reset by hand.
  package var latched: Bool
  /// Suppressed: inhibited, maintenance, silenced, damped, away, out-of-service; nil: it is not.
  package var suppressed: String?
  package var suppressedBy: String?
  package var suppressedReason: String?
  /// The person who planned it.
  package var suppressedWho: String?
  package var suppressedUntil: String?
  package var responsible: ResponsibleView?
  /// The one of the home's care plan who is asked beside the four levels.
  package var care: ResponsibleView?
  package var answerDue: String?
  package var finishDue: String?
  /// Levels climbed since the alert began.
  package var climbed: Int
  /// The order 工单 that it became.
  package var order: String?

  /// Times in the offset of `zone`.
  /// - Parameter word: how the value is said, where a number would not do.
  package init(_ alert: Alert, language: Language, zone: TimeZone, word: LocalizedText? = nil) {
    id = alert.id
    rule = alert.rule
    subject = alert.subject
    place = alert.place
    priority = alert.traits.priority.rawValue
    title = alert.traits.title[language]
    advice = alert.traits.advice?[language]
    audience = alert.traits.audience
    active = alert.isActive && !alert.isClosed
    acknowledged = alert.isAcknowledged
    acknowledgedBy = alert.acknowledgedBy
    acknowledgedAt = alert.acknowledgedAt?.rfc3339(in: zone)
    assignedTo = alert.assignedTo
    shelvedUntil = alert.shelvedUntil?.rfc3339(in: zone)
    raisedAt = alert.raisedAt.rfc3339(in: zone)
    // The clock does not follow what had waited at the broker (no silence may be found in the middle of it), and stands before it then.
    noticedAt = max(alert.noticedAt, alert.raisedAt).rfc3339(in: zone)
    clearedAt = alert.clearedAt?.rfc3339(in: zone)
    closedAt = alert.closedAt?.rfc3339(in: zone)
    point = alert.point
    value = alert.value.flatMap { $0.isFinite ? $0 : nil }
    text = word?[language]
    unit = alert.unit
    latched = alert.isLatched
    suppressed = alert.suppression?.kind.rawValue
    suppressedBy = alert.suppression?.by
    suppressedReason = alert.suppression?.reason(in: language)
    suppressedWho = alert.suppression?.who
    suppressedUntil = alert.suppression?.until?.rfc3339(in: zone)
    let response = alert.isClosed ? nil : alert.response
    responsible = response?.responsible.map { ResponsibleView($0, language: language) }
    care = response?.care.map { ResponsibleView($0, language: language) }
    answerDue = response?.answerDue?.rfc3339(in: zone)
    finishDue = response?.finishDue?.rfc3339(in: zone)
    climbed = alert.response?.climbed ?? 0
    order = alert.order
  }
}

extension Alert {
  /// - Parameter word: how a value of a point is said, where a number would not do.
  package func valueWord(by word: (_ point: String, _ value: Double) -> LocalizedText?) -> LocalizedText? {
    ValueText.word(of: point, value, unit: unit, by: word)
  }
}

extension AlertQuery.Cursor {
  package init?(after view: AlertView) {
    guard let priority = Priority(rawValue: view.priority), let time = Timestamp(rfc3339: view.raisedAt) else {
      return nil
    }
    rank = priority.rank
    raisedAt = time
    id = view.id
  }
}

/// The unit that has an alert, and its people: keys `place level unit people`.
package struct ResponsibleView: Codable, Sendable, Equatable {
  package var place: String
  package var level: String
  package var unit: String
  package var people: [String]

  package init(_ responsible: Responsible, language: Language) {
    place = responsible.place
    level = responsible.level
    unit = responsible.unit[language]
    people = responsible.people.map(\.name)
  }
}

extension AlertView: Codable {
  /// Written in snake_case whatever the encoder's strategy; read in both forms, as a decoder with `convertFromSnakeCase`
  /// shows the keys in camelCase.
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }

    var camelCase: Key {
      let words = stringValue.split(separator: "_")
      return Key(
        words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined())
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    func put(_ value: (some Encodable)?, _ name: String) throws {
      if let value {
        try container.encode(value, forKey: Key(name))
      } else {
        try container.encodeNil(forKey: Key(name))
      }
    }
    try put(id, "id")
    try put(rule, "rule")
    try put(subject, "subject")
    try put(place, "place")
    try put(priority, "priority")
    try put(title, "title")
    try put(advice, "advice")
    try put(audience, "audience")
    try put(active, "active")
    try put(acknowledged, "acknowledged")
    try put(acknowledgedBy, "acknowledged_by")
    try put(acknowledgedAt, "acknowledged_at")
    try put(assignedTo, "assigned_to")
    try put(shelvedUntil, "shelved_until")
    try put(raisedAt, "raised_at")
    try put(noticedAt, "noticed_at")
    try put(clearedAt, "cleared_at")
    try put(closedAt, "closed_at")
    try put(point, "point")
    try put(value, "value")
    try put(text, "text")
    try put(unit, "unit")
    try put(latched, "latched")
    try put(suppressed, "suppressed")
    try put(suppressedBy, "suppressed_by")
    try put(suppressedReason, "suppressed_reason")
    try put(suppressedWho, "suppressed_who")
    try put(suppressedUntil, "suppressed_until")
    try put(responsible, "responsible")
    try put(care, "care")
    try put(answerDue, "answer_due")
    try put(finishDue, "finish_due")
    try put(climbed, "climbed")
    try put(order, "order")
  }

  package init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func take<Value: Decodable>(_ name: String) throws -> Value {
      let key = Key(name)
      return try container.decode(Value.self, forKey: container.contains(key) ? key : key.camelCase)
    }
    func find<Value: Decodable>(_ name: String) throws -> Value? {
      let key = Key(name)
      return try container.decodeIfPresent(Value.self, forKey: container.contains(key) ? key : key.camelCase)
    }
    id = try take("id")
    rule = try take("rule")
    subject = try take("subject")
    place = try take("place")
    priority = try take("priority")
    title = try take("title")
    advice = try find("advice")
    audience = try find("audience") ?? []
    active = try take("active")
    acknowledged = try take("acknowledged")
    acknowledgedBy = try find("acknowledged_by")
    acknowledgedAt = try find("acknowledged_at")
    assignedTo = try find("assigned_to")
    shelvedUntil = try find("shelved_until")
    raisedAt = try take("raised_at")
    noticedAt = try take("noticed_at")
    clearedAt = try find("cleared_at")
    closedAt = try find("closed_at")
    point = try find("point")
    value = try find("value")
    text = try find("text")
    unit = try find("unit") ?? ""
    latched = try find("latched") ?? false
    suppressed = try find("suppressed")
    suppressedBy = try find("suppressed_by")
    suppressedReason = try find("suppressed_reason")
    suppressedWho = try find("suppressed_who")
    suppressedUntil = try find("suppressed_until")
    responsible = try find("responsible")
    care = try find("care")
    answerDue = try find("answer_due")
    finishDue = try find("finish_due")
    climbed = try find("climbed") ?? 0
    order = try find("order")
  }
}
