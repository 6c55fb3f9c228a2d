import Alerts
import ConfigFile
package import Pipeline

/// How many points help is worth: `points` in `orders.yaml`.
package struct PointRules: Sendable, Equatable {
  package static let keys = HelpKind.allCases.map(\.rawValue) + ["in_time", "monthly_max"]
  static let range = 0...10_000

  /// By kind; a kind that is not named is worth what `other` is.
  package var byKind: [HelpKind: Int] = [:]
  /// On top when the deadline was kept.
  package var inTime = 0
  /// One person earns at most so many a month of the calendar; nil: no limit.
  package var monthlyMax: Int?

  package init() {}

  init(_ reader: MappingReader) {
    for kind in HelpKind.allCases { byKind[kind] = reader.int(kind.rawValue, in: Self.range) }
    inTime = reader.int("in_time", in: Self.range) ?? 0
    monthlyMax = reader.int("monthly_max", in: 1...1_000_000)
  }

  package func base(_ kind: HelpKind) -> Int { byKind[kind] ?? byKind[.other] ?? 0 }

  /// What a verified order credits to the volunteer who had claimed it; nil: nothing. An order is credited once.
  package func credit(_ order: Order, at time: Timestamp, by: String) -> BankEntry? {
    guard let help = order.help, let claim = order.claim, let done = order.done else { return nil }
    let isInTime = order.deadline.map { done.at <= $0 } ?? true
    let points = base(help) + (isInTime ? inTime : 0)
    guard points > 0 else { return nil }
    return BankEntry(
      key: "order|\(order.id)", volunteer: claim.volunteer, name: claim.name, order: order.id, help: help,
      points: points, at: time, by: by, reason: Remark.own(help.text).description)
  }
}
