package import Alerts
package import Pipeline

/// What the alarms of a period were like for the people who had to live with them (ISA-18.2, IEC 62682, EEMUA 191).
package struct AlarmKPI: Sendable, Equatable {
  package struct Count: Sendable, Equatable {
    package var rule: String
    package var alerts: Int
  }

  /// What each rule did.
  package struct RuleFigures: Sendable, Equatable {
    package var rule: String
    package var alerts: Int
    /// Of those, the ones that reached nobody.
    package var hidden: Int
    package var subjects: Int
    /// Alerts that ended by themselves and asked for nothing.
    package var neededNothing: Int
    package var fleeting: Int
    package var chattering: Int
    package var escalations: Int
    package var answer: Spread?
    /// How long the conditions held.
    package var lasted: Spread?
  }

  /// Cleared within this time, ms: nobody could have acted on it.
  package static let fleetingBelow: Int64 = 60_000
  /// Active for longer than this is stale, ms.
  package static let staleAfter: Int64 = 86_400_000
  package static let topCount = 10

  package var from: Timestamp
  package var to: Timestamp
  package var alerts: Int
  /// Of those, the ones that reached nobody: they were hidden from their raise to their end, or are still.
  package var hidden: Int
  /// The busiest person first.
  package var loads: [AlarmLoad]
  package var chattering: [Chattering]
  package var fleeting: Int
  /// Most alerts that had called one person and were active for more than 24 h after that, on one day: the list that somebody
  /// has to look through.
  package var staleWorstDay: Int
  /// Of the alerts that called somebody, those that a person raised by hand (a press). They are calls for help, not alarms that
  /// rules find, and no better rule makes fewer of them: the mix leaves them out.
  package var manual: Int
  /// How long those who pressed waited for an answer.
  package var manualAnswer: Spread?
  /// Of the alerts that called somebody, those about Linli itself (a broker away, a full disk): ISA-18.2's system diagnostic
  /// alarms. They are for whoever keeps Linli running, not for those who watch over places, and the mix leaves them out too.
  package var own: Int
  /// Of the other alerts that called somebody, those that rules find: ISA-18.2 counts annunciated alarms.
  package var priorities: [Priority: Int]
  /// The most frequent first.
  package var rules: [RuleFigures]
  package var answer: Spread?
  /// Called somebody and never had an answer, nor cleared by itself.
  package var unanswered: Int
  package var neededNothing: Int
  package var escalations: Int

  /// Share of all alerts that the ten most frequent rules made, 0…1.
  package var topShare: Double {
    alerts > 0 ? Double(rules.prefix(Self.topCount).reduce(0) { $0 + $1.alerts }) / Double(alerts) : 0
  }
  /// Share of a priority in what rules found and called somebody for, 0…1.
  package func share(_ priority: Priority) -> Double {
    let all = priorities.values.reduce(0, +)
    return all > 0 ? Double(priorities[priority] ?? 0) / Double(all) : 0
  }
  /// Calls a person and ten minutes, over all people that were called at all.
  package var meanLoad: Double {
    loads.isEmpty ? 0 : loads.reduce(0) { $0 + $1.mean } / Double(loads.count)
  }
  /// The worst person's share of bins that are a flood.
  package var floodShare: Double { loads.map(\.floodShare).max() ?? 0 }

  /// - Parameter records: of alerts raised from `from` on and before `to`; others are left out, but for staleness.
  package init(_ records: [AlarmRecord], from: Timestamp, to: Timestamp) {
    self.from = from
    self.to = to
    let counted = records.filter { $0.raisedAt >= from && $0.raisedAt < to }
    alerts = counted.count
    hidden = counted.count(where: \.isHidden)
    loads = Self.loads(records, from: from, to: to)
    chattering = Self.chattering(counted)
    fleeting = counted.filter(\.isFleeting).count
    staleWorstDay = Self.staleWorstDay(records, from: from, to: to)
    let told = counted.filter { !$0.isHidden }
    let byHand = told.filter(\.isManual)
    manual = byHand.count
    manualAnswer = Spread(byHand.compactMap(\.timeToAnswer))
    own = told.count(where: \.isOwn)
    priorities = told.reduce(into: [:]) { if !$1.isManual, !$1.isOwn { $0[$1.priority, default: 0] += 1 } }
    answer = Spread(counted.compactMap(\.timeToAnswer))
    unanswered = counted.filter { !$0.calls.isEmpty && $0.answeredAt == nil && $0.clearedAt == nil }.count
    neededNothing = counted.filter(\.neededNothing).count
    escalations = counted.reduce(0) { $0 + $1.escalations }
    let chatters = Dictionary(grouping: chattering, by: \.rule)
    rules = Dictionary(grouping: counted, by: \.rule).map { rule, records in
      RuleFigures(rule, records, chattering: chatters[rule]?.reduce(0) { $0 + $1.episodes } ?? 0)
    }.sorted { ($1.alerts, $0.rule) < ($0.alerts, $1.rule) }
  }

  private static func loads(_ records: [AlarmRecord], from: Timestamp, to: Timestamp) -> [AlarmLoad] {
    let calls = Dictionary(grouping: records.flatMap(\.calls), by: \.person)
    return calls.map { AlarmLoad(person: $0.key, times: $0.value.map(\.at), from: from, to: to) }
      .filter { $0.calls > 0 }
      .sorted { ($1.calls, $0.person) < ($0.calls, $1.person) }
  }

  private static func chattering(_ records: [AlarmRecord]) -> [Chattering] {
    struct Key: Hashable { var rule: String, subject: String }
    return Dictionary(grouping: records) { Key(rule: $0.rule, subject: $0.subject) }
      .compactMap { Chattering(rule: $0.key.rule, subject: $0.key.subject, raises: $0.value.map(\.raisedAt)) }
      .sorted { ($1.worst, $0.rule, $0.subject) < ($0.worst, $1.rule, $1.subject) }
  }

  /// Days are stretches of 24 h from the begin of the period.
  private static func staleWorstDay(_ records: [AlarmRecord], from: Timestamp, to: Timestamp) -> Int {
    struct Key: Hashable { var person: String, day: Int64 }
    var counts: [Key: Int] = [:]
    for record in records {
      let end = min(record.clearedAt ?? record.closedAt ?? to, to)
      let told = Dictionary(record.calls.map { ($0.person, $0.at) }) { min($0, $1) }
      for (person, at) in told {
        let begin = max(at + staleAfter, from)
        guard begin < end else { continue }
        let last = (end - from - 1) / staleAfter
        for day in ((begin - from) / staleAfter)...last { counts[Key(person: person, day: day), default: 0] += 1 }
      }
    }
    return counts.values.max() ?? 0
  }
}

extension AlarmKPI.RuleFigures {
  fileprivate init(_ rule: String, _ records: [AlarmRecord], chattering: Int) {
    self.rule = rule
    self.chattering = chattering
    alerts = records.count
    hidden = records.count(where: \.isHidden)
    subjects = Set(records.map(\.subject)).count
    neededNothing = records.filter(\.neededNothing).count
    fleeting = records.filter(\.isFleeting).count
    escalations = records.reduce(0) { $0 + $1.escalations }
    answer = Spread(records.compactMap(\.timeToAnswer))
    lasted = Spread(records.compactMap { record in record.clearedAt.map { $0 - record.raisedAt } })
  }
}

extension AlarmRecord {
  /// Over before anybody could act. An event that is over at once (a press, a fall) is none.
  package var isFleeting: Bool {
    guard let clearedAt, clearedAt > raisedAt else { return false }
    return clearedAt - raisedAt < AlarmKPI.fleetingBelow
  }

  package var timeToAnswer: Int64? { answeredAt.map { max(0, $0 - raisedAt) } }

  /// It cleared by itself, and nobody did more than look.
  package var neededNothing: Bool {
    guard let clearedAt, clearedAt > raisedAt else { return false }
    return !neededWork
  }
}
