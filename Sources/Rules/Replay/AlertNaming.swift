import Pipeline

/// Gives condition changes the ids of the alerts that they belong to: a raise gets the id that `AlertIdentity` derives, the
/// clearing of the same rule and subject has the same one.
struct AlertNaming {
  private struct Key: Hashable {
    var rule: String
    var subject: String
  }

  /// The newest occurrence of each rule and subject: like `AlertBook`, and no memory that grows with the tape.
  private struct Occurrence {
    var raisedAt: Timestamp
    var count: Int
  }

  private var occurrences: [Key: Occurrence] = [:]
  private var active: [Key: String] = [:]
  private let catalogue: RuleCatalogue

  init(catalogue: RuleCatalogue) { self.catalogue = catalogue }

  mutating func name(_ change: ConditionChange) -> ReplayChange {
    let key = Key(rule: change.rule, subject: change.subject)
    let id: String
    switch change.kind {
    case .raised:
      let known = occurrences[key].flatMap { $0.raisedAt == change.at ? $0.count : nil } ?? 0
      occurrences[key] = Occurrence(raisedAt: change.at, count: known + 1)
      id = AlertIdentity.id(
        rule: change.rule, subject: change.subject, raisedAt: change.at, occurrence: known + 1)
      active[key] = id
    case .cleared:
      id = active.removeValue(forKey: key) ?? ""
    }
    let traits = catalogue.traits(of: change.rule, subject: change.subject)
    var line = ReplayChange(
      at: change.at, noticedAt: change.noticedAt, change: change.kind.rawValue, alert: id, rule: change.rule,
      subject: change.subject, place: change.place, priority: traits?.priority ?? "medium", value: change.value,
      unit: change.unit)
    line.point = change.point
    line.isManual = traits?.isManual ?? false
    return line
  }
}
