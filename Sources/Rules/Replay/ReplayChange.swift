package import Pipeline

/// One line of a replay: a change of an alert, with what the rule adds to the bare condition change.
package struct ReplayChange: Sendable, Equatable {
  package var at: Timestamp
  /// When it became known.
  package var noticedAt: Timestamp
  /// `raised`, `cleared`; `escalated` where the configuration has people on duty; `suppressed`, `released` where alerts.yaml
  /// keeps alerts quiet.
  package var change: String
  package var alert: String
  package var rule: String
  package var subject: String
  package var place: String
  package var priority: String
  package var value: Double?
  package var unit: String
  /// Whose value it is, where a point's own decided.
  package var point: String?
  /// Escalated: to whom, the path of the place whose duty it is, or home and role of a care plan; and its level or role.
  package var to: String?
  package var level: String?
  /// Suppressed: why (inhibited, maintenance, damped …), and the alert, window … that does it.
  package var kind: String?
  package var by: String?
  /// Whether it speaks to people: not while alerts.yaml keeps the alert quiet. `suppressed` and `released` say so in the lines.
  package var speaks = true
  /// A person pressed for it.
  package var isManual = false

  package init(
    at: Timestamp, noticedAt: Timestamp, change: String, alert: String, rule: String, subject: String, place: String,
    priority: String, value: Double?, unit: String, to: String? = nil, level: String? = nil
  ) {
    self.at = at
    self.noticedAt = noticedAt
    self.change = change
    self.alert = alert
    self.rule = rule
    self.subject = subject
    self.place = place
    self.priority = priority
    self.value = value
    self.unit = unit
    self.to = to
    self.level = level
  }

  /// INTERFACE §5, keys in that order. `value` is null where no single reading decided; `to` and `level` stand only where
  /// something was passed on, `kind` and `by` where something is kept quiet.
  package var json: String {
    var object = JSONLine()
    object.add("at", at.rfc3339)
    object.add("change", change)
    object.add("alert", alert)
    object.add("rule", rule)
    object.add("subject", subject)
    object.add("place", place)
    object.add("priority", priority)
    object.add("value", value)
    if let to { object.add("to", to) }
    if let level { object.add("level", level) }
    if let kind { object.add("kind", kind) }
    if let by { object.add("by", by) }
    return object.text
  }
}

/// One reading of a replay with `--readings`.
package struct ReplayReading: Sendable, Equatable {
  package var at: Timestamp
  package var point: String
  package var quantity: String
  package var unit: String
  /// nil when the reading is bad and has no value.
  package var value: Double?
  package var reason: QualityReason

  package var json: String {
    var object = JSONLine()
    object.add("at", at.rfc3339)
    object.add("point", point)
    object.add("quantity", quantity)
    object.add("unit", unit)
    object.add("value", value)
    object.add("quality", reason.quality.name)
    object.add("reason", reason.name)
    return object.text
  }
}
