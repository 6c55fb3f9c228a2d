// Another configuration of who is asked: what was asked stands, and counts from the next step of each alert on. Only what nobody
// was asked about, since there was no duty for its place, is asked about at once: no deadline of its own would ever do so.
package import Pipeline

extension AlertBook {
  /// Asks people about every open alert that waits for an answer and has neither unit nor care plan, now that there is one.
  package mutating func askForgotten(at time: Timestamp) -> [AlertEvent] {
    alerts.values
      .filter {
        $0.needsAnswer && policy.climbs($0) && $0.response?.responsible == nil && $0.response?.care == nil
      }
      .sorted { ($0.raisedAt, $0.id) < ($1.raisedAt, $1.id) }
      .compactMap { known in
        var alert = known
        alert.beginResponse(at: time, policy)
        guard let response = alert.response, response.responsible != nil || response.care != nil else { return nil }
        let event = alert.record(
          .repeated, at: time, comment: Remark(zh: "现已有人值守", en: "somebody is on duty for it now"),
          to: response.people)
        keep(alert)
        return event
      }
  }
}
