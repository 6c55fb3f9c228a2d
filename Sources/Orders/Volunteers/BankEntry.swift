// The moral bank 道德银行: a ledger that is only ever added to. What was wrong is taken back by an entry of its own.
import Alerts
package import Community
package import Pipeline

package struct BankEntry: Codable, Sendable, Equatable, Identifiable {
  /// Given by the store; 0 before.
  package var id: Int64 = 0
  /// The same credit has the same key and is booked once.
  package var key: String
  package var volunteer: String
  /// The name when it was booked.
  package var name: String
  package var order: String?
  package var help: HelpKind?
  /// Negative in a reversal.
  package var points: Int
  package var at: Timestamp
  package var by: String
  /// As somebody typed it; of help that was verified the kind of help, in both languages.
  package var reason: String
  /// The entry that this one takes back.
  package var reverses: Int64?

  package init(
    id: Int64 = 0, key: String, volunteer: String, name: String, order: String? = nil, help: HelpKind? = nil,
    points: Int, at: Timestamp, by: String, reason: String, reverses: Int64? = nil
  ) {
    self.id = id
    self.key = key
    self.volunteer = volunteer
    self.name = name
    self.order = order
    self.help = help
    self.points = points
    self.at = at
    self.by = by
    self.reason = reason
    self.reverses = reverses
  }

  /// The reason as a reader of one language gets it.
  package func reason(in language: Language) -> String {
    guard let help, reason == Remark.own(help.text).description else { return reason }
    return help.text[language]
  }

  /// Takes the entry back. nil: a reversal is not taken back.
  package func reversal(at time: Timestamp, by: String, reason: String) -> BankEntry? {
    guard reverses == nil else { return nil }
    return BankEntry(
      key: "reversal|\(id)", volunteer: volunteer, name: name, order: order, help: help, points: -points, at: time,
      by: by, reason: reason, reverses: id)
  }
}

/// What one person has earned in a month, and altogether.
package struct BankBalance: Sendable, Equatable {
  package var volunteer: String
  package var name: String
  /// Orders credited and not taken back.
  package var orders: Int
  package var points: Int

  /// The sums of `entries` by volunteer, the most points first. `monthlyMax` cuts what one person gets.
  package static func list(_ entries: some Sequence<BankEntry>, monthlyMax: Int? = nil) -> [BankBalance] {
    var sums: [String: BankBalance] = [:]
    for entry in entries {
      var sum = sums[entry.volunteer] ?? BankBalance(volunteer: entry.volunteer, name: entry.name, orders: 0, points: 0)
      sum.points += entry.points
      sum.orders += entry.reverses == nil ? 1 : -1
      sum.name = entry.name
      sums[entry.volunteer] = sum
    }
    return sums.values.map { sum in
      var sum = sum
      if let monthlyMax { sum.points = min(sum.points, monthlyMax) }
      return sum
    }.sorted { ($1.points, $0.volunteer) < ($0.points, $1.volunteer) }
  }
}
