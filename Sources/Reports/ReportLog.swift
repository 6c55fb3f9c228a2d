// Everything that reports need of the stored steps of alerts, gathered in one pass.
package import Alerts
package import Community
package import Pipeline

package struct ReportLog: Sendable {
  /// What happened before the month, so that a fault that comes again is known as such, ms.
  package static let lookBack: Int64 = Assessment.repeatedWithin

  /// What the newest alert of a rule was called.
  package private(set) var titles: [String: LocalizedText] = [:]
  private(set) var alarms: AlarmLog
  private(set) var cases = CaseLog()
  private let period: ReportPeriod
  /// Only alerts of this place and what lies below; empty: all.
  private let scope: String

  /// - Parameter unit: who is responsible at a place when a step names nobody.
  package init(
    _ period: ReportPeriod, scope: String, unit: @escaping @Sendable (_ place: String, _ at: Timestamp) -> [String]
  ) {
    self.period = period
    self.scope = scope
    alarms = AlarmLog(people: unit)
  }

  /// The next step, in the order in which the steps of an alert were stored. What happened after the period is left out.
  package mutating func add(_ event: AlertEvent) {
    guard event.at < period.to, PlaceTree.contains(scope, event.alert.place) else { return }
    titles[event.alert.rule] = event.alert.traits.title
    alarms.add(event)
    cases.add(event)
  }

  func title(_ rule: String) -> LocalizedText { titles[rule] ?? LocalizedText(rule) }
}
