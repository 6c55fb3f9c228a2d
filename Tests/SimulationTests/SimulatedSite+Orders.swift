import App
import Community

/// What orders.yaml says in the versions of the site: which alerts order by themselves, deadlines of minutes, plans that come round
/// every three hours.
extension SimulatedSite {
  static let orderWords = [
    """
    accept_within: {critical: 2m, other: 5m}
    finish_within: {critical: 8m, other: 15m}
    verify_within: 12m
    overdue_every: 20m
    automatic:
    - {id: press, rules: [pressed], join: false}
    - {id: cold, rules: [cold, chilly, average-cold], keep: true, finish_within: {high: 6m, other: 20m}}
    - {id: door, rules: [open-long], at: acknowledge, to: early}
    maintenance:
    \(rounds(0..<8))
    """,
    """
    accept_within: {critical: 1m, other: 10m}
    finish_within: {critical: 5m, other: 9m}
    verify_within: 20m
    overdue_every: 15m
    automatic:
    - {id: press, rules: [pressed], at: acknowledge}
    - {id: cold, rules: [cold, chilly, average-cold], order_priority: high}
    - {id: door, rules: [open-longer, quiet], to: late}
    maintenance:
    \(rounds(0..<4))
    """,
    """
    accept_within: {high: 2m, other: 3m}
    finish_within: {critical: 4m, other: 30m}
    verify_within: 5m
    overdue_every: 40m
    automatic:
    - {id: all, priority: [critical, high]}
    maintenance:
    \(rounds(2..<8))
    """,
  ]

  private static func rounds(_ numbers: Range<Int>) -> String {
    numbers.map { number in
      let hour = "\(number * 3 < 10 ? "0" : "")\(number * 3)"
      return
        "- {id: round-\(number), title: Round, place: street/town, priority: medium, every: {days: 1}, from: 2025-06-01, at: \"\(hour):10\"}"
    }.joined(separator: "\n")
  }
}
