// Quiet that a person has planned: who, when, why, for which alerts. Kept in the database, with a record of each beginning and
// end that somebody gave it.
package import Community
package import Pipeline

package struct PlannedQuiet: Codable, Sendable, Equatable, Identifiable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case silence
    case maintenance
    /// A device, or a rule at a place, until somebody takes it back (ISA-18.2: out of service).
    case outOfService = "out-of-service"
    /// Nobody is at home: rules that say `away: suppress` keep quiet.
    case away
    /// Somebody is back although `away_until` in places.yaml says otherwise.
    case back
  }

  package var id: String
  package var kind: Kind
  package var matcher: AlertMatcher
  package var from: Timestamp
  /// Not included; nil: until it is taken back.
  package var until: Timestamp?
  package var reason: String
  package var by: String
  package var createdAt: Timestamp
  /// Hides critical alerts, too.
  package var critical: Bool
  /// Ended before its time by somebody; `until` is the time of that.
  package var endedBy: String?

  package init(
    id: String, kind: Kind, matcher: AlertMatcher, from: Timestamp, until: Timestamp?, reason: String, by: String,
    createdAt: Timestamp, critical: Bool = false
  ) {
    self.id = id
    self.kind = kind
    self.matcher = matcher
    self.from = from
    self.until = until
    self.reason = reason
    self.by = by
    self.createdAt = createdAt
    self.critical = critical
  }

  package func holds(at time: Timestamp) -> Bool { from <= time && !isOver(at: time) }
  package func isOver(at time: Timestamp) -> Bool { until.map { $0 <= time } ?? false }

  /// Whether it hides this alert while it holds.
  package func hides(_ alert: Alert) -> Bool {
    if alert.traits.priority == .critical && !critical { return false }
    if kind == .back || kind == .away && !alert.traits.quietWhenAway { return false }
    return matcher.matches(alert)
  }

  /// Before its time. What has not begun never begins.
  package func ended(at time: Timestamp, by: String) -> PlannedQuiet {
    var quiet = self
    quiet.from = min(from, time)
    quiet.until = min(until ?? time, time)
    quiet.endedBy = by
    return quiet
  }
}

/// What somebody asks for; `plan` makes it a quiet, or says why not.
package struct QuietRequest: Sendable, Equatable {
  package var kind: PlannedQuiet.Kind
  package var matcher: AlertMatcher
  /// nil or in the past: now.
  package var from: Timestamp?
  package var until: Timestamp?
  package var reason: String
  package var by: String
  package var critical: Bool

  package init(
    kind: PlannedQuiet.Kind, matcher: AlertMatcher, from: Timestamp? = nil, until: Timestamp? = nil, reason: String,
    by: String, critical: Bool = false
  ) {
    self.kind = kind
    self.matcher = matcher
    self.from = from
    self.until = until
    self.reason = reason
    self.by = by
    self.critical = critical
  }

  /// - Parameter planned: what is planned already; ids never repeat.
  package func plan(
    at now: Timestamp, limits: QuietLimits, planned: some Collection<PlannedQuiet>
  ) throws(QuietError) -> PlannedQuiet {
    let words = matcher.places + matcher.rules + matcher.devices + matcher.audience
    if !matcher.isSpecific { throw .matchesEverything }
    if words.count > limits.words || words.contains(where: { $0.isEmpty || $0.utf8.count > 1_000 }) {
      throw .tooManyWords(limit: limits.words)
    }
    let reason = try limits.text(reason, atMost: limits.reason, missing: .reasonMissing)
    let by = try limits.name(by)
    if planned.count(where: { !$0.isOver(at: now) }) >= limits.planned { throw .tooMany(limit: limits.planned) }
    let start = max(from ?? now, now)
    if start - now > limits.ahead { throw .tooFarAhead(longest: limits.ahead) }
    if kind == .outOfService {
      // Critical alerts are hidden, too, and without an end: only of what is defective.
      if !matcher.isSingle { throw .deviceOrRuleMissing }
    } else {
      guard let until else { throw .endMissing }
      if until <= start { throw .endBeforeStart }
      let longest = limits.longest(kind)
      if until - start > longest { throw .tooLong(kind, longest: longest) }
    }
    let taken = Set(planned.map(\.id))
    let id = AlertIdentity.unused(
      rule: kind.rawValue, subject: words.joined(separator: ",") + "|\(by)|\(reason)", raisedAt: now
    ) { taken.contains($0) }
    return PlannedQuiet(
      id: id, kind: kind, matcher: matcher, from: start, until: kind == .outOfService ? nil : until, reason: reason,
      by: by, createdAt: now, critical: critical || kind == .outOfService)
  }
}

/// Bounds of planned quiet. Lengths in ms.
package struct QuietLimits: Sendable, Equatable {
  package var silence: Int64 = 7 * 86_400_000
  package var maintenance: Int64 = 30 * 86_400_000
  package var away: Int64 = 366 * 86_400_000
  /// So far before its beginning it may be planned.
  package var ahead: Int64 = 366 * 86_400_000
  /// Planned and not over, at once.
  package var planned = 1_000
  /// Places, rules, devices and audiences of one.
  package var words = 100
  package var reason = 2_000
  package var name = 200

  package init() {}

  package func longest(_ kind: PlannedQuiet.Kind) -> Int64 {
    switch kind {
    case .silence: silence
    case .maintenance: maintenance
    case .away, .back, .outOfService: away
    }
  }

  /// Who plans or ends something.
  package func name(_ text: String) throws(QuietError) -> String {
    try self.text(text, atMost: name, missing: .nameMissing)
  }

  func text(_ text: String, atMost limit: Int, missing: QuietError) throws(QuietError) -> String {
    let text = text.trimmed
    if text.isEmpty { throw missing }
    if text.count > limit { throw .textTooLong(limit: limit) }
    return text
  }
}

/// Why a planned quiet was refused. Nothing has changed then.
package enum QuietError: Error, Sendable, Equatable {
  case unknown(id: String)
  case over(id: String)
  case matchesEverything
  case deviceOrRuleMissing
  case reasonMissing, nameMissing
  case textTooLong(limit: Int)
  case tooManyWords(limit: Int)
  case endMissing, endBeforeStart
  case tooLong(PlannedQuiet.Kind, longest: Int64)
  case tooFarAhead(longest: Int64)
  case tooMany(limit: Int)
}

extension QuietError {
  /// One sentence for people: what is wrong and what to do.
  package var text: LocalizedText {
    let (zh, en) = texts
    return LocalizedText(zh: zh, en: en)
  }

  private var texts: (zh: String, en: String) {
    switch self {
    case .unknown(let id): ("没有编号为 \(id) 的计划", "there is nothing planned with the id \(id)")
    case .over(let id): ("\(id) 已经结束", "\(id) is over already")
    case .matchesEverything:
      ("请至少指明地点、规则、设备或对象群体之一", "name a place, a rule, a device or an audience: it must not hide everything")
    case .deviceOrRuleMissing:
      (
        "停用须指明设备，或某地点的规则，且不能用 *；整个地点请安排维护（linli maintenance add）",
        "out of service needs a device, or a rule and its place, without *; for a whole place plan maintenance"
      )
    case .reasonMissing: ("请写明原因（--reason）", "a reason is needed (--reason)")
    case .nameMissing: ("请写明姓名（--by）", "a name is needed (--by)")
    case .textTooLong(let limit): ("文字最长 \(limit) 个字符", "a text has at most \(limit) characters")
    case .tooManyWords(let limit):
      ("地点、规则、设备等最多 \(limit) 个，且不能为空", "at most \(limit) places, rules and devices, none of them empty")
    case .endMissing: ("请给出结束时间（--for 或 --until）", "an end is needed (--for or --until)")
    case .endBeforeStart: ("结束时间必须晚于开始时间和现在", "the end must lie after the beginning, and in the future")
    case .tooLong(let kind, let longest):
      (
        "最长 \(Self.length(longest).zh)；确需更久请改 alerts.yaml 的 longest",
        "a \(kind.word) lasts at most \(Self.length(longest).en); longer ones: 'longest' in alerts.yaml"
      )
    case .tooFarAhead(let longest):
      ("最多提前 \(longest / 86_400_000) 天", "it begins more than \(longest / 86_400_000) d from now")
    case .tooMany(let limit): ("已有 \(limit) 个计划，请先结束一些", "there are \(limit) already; end some first")
    }
  }

  /// Whole days, else hours.
  private static func length(_ milliseconds: Int64) -> LocalizedText {
    let hours = milliseconds / 3_600_000
    return milliseconds % 86_400_000 == 0
      ? LocalizedText(zh: "\(hours / 24) 天", en: "\(hours / 24) d") : LocalizedText(zh: "\(hours) 小时", en: "\(hours) h")
  }
}

extension PlannedQuiet.Kind {
  /// In an English sentence.
  package var word: String {
    switch self {
    case .silence: "silence"
    case .maintenance: "maintenance"
    case .outOfService: "out-of-service"
    case .away, .back: "absence"
    }
  }

  /// How an alert says that it is hidden so.
  var suppression: Suppression.Kind {
    switch self {
    case .silence: .silenced
    case .maintenance: .maintenance
    case .outOfService: .outOfService
    case .away, .back: .away
    }
  }
}

/// A beginning or an end that somebody gave to planned quiet: what the audit trail keeps.
package struct QuietRecord: Sendable, Equatable {
  package enum Step: String, Codable, Sendable { case planned, ended }
  package var step: Step
  package var at: Timestamp
  package var by: String
  /// As it stands after this.
  package var quiet: PlannedQuiet

  package init(step: Step, at: Timestamp, by: String, quiet: PlannedQuiet) {
    self.step = step
    self.at = at
    self.by = by
    self.quiet = quiet
  }
}
