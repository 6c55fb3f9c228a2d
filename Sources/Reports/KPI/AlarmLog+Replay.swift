import Alerts
package import Rules

extension AlarmLog {
  /// A line of a replay. Nobody answers there, so times to answer stay unknown.
  package mutating func add(_ change: ReplayChange) {
    switch change.change {
    case "raised":
      var record = AlarmRecord(
        alert: change.alert, rule: change.rule, subject: change.subject, place: change.place,
        priority: Priority(rawValue: change.priority) ?? .medium, raisedAt: change.at)
      record.isManual = change.isManual
      raised(record, speaks: change.speaks)
    case "cleared": self.change(change.alert) { $0.clearedAt = change.at }
    case "escalated":
      self.change(change.alert) { $0.escalations += 1 }
      call(change.alert, at: change.at)
    case "released": if change.speaks { call(change.alert, at: change.at) }
    default: break
    }
  }
}
