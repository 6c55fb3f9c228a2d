// Everything that reports need of the stored steps of alerts, gathered in one pass.
package import Alerts
package import Community
package import Pipeline

package struct ReportLog: Sendable {
  /// What is gathered: the measures' records, the units' cases.
  package enum Part: Sendable { case alarms, cases }

  /// What happened before the month, so that a fault that comes again is known as such, ms.
  package static let lookBack: Int64 = Assessment.repeatedWithin

  /// What the newest alert of a rule was called.
  package private(set) var titles: [String: LocalizedText] = [:]
  private(set) var alarms: AlarmLog
  private(set) var cases = CaseLog()
  private let period: ReportPeriod
  /// Only alerts of this place and what lies below; empty: all.
  private let scope: String
  private let parts: Set<Part>

  /// - Parameter unit: who is responsible at a place when a step names nobody.
  package init(
    _ period: ReportPeriod, scope: String, parts: Set<Part> = [.alarms, .cases],
    unit: @escaping @Sendable (_ place: String, _ at: Timestamp) -> [String]
  ) {
    self.period = period
    self.scope = scope
    self.parts = parts
    alarms = AlarmLog(people: unit)
  }

  /// The next step, in the order in which the steps of an alert were stored. What happened after the period is left out.
  package mutating func add(_ event: AlertEvent) {
    guard event.at < period.to, PlaceTree.contains(scope, event.alert.place) else { return }
    titles[event.alert.rule] = event.alert.traits.title
    if parts.contains(.alarms) { alarms.add(event) }
    if parts.contains(.cases) { cases.add(event) }
  }

  func title(_ rule: String) -> LocalizedText { titles[rule] ?? LocalizedText(rule) }
}
