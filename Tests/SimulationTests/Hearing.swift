import Alerts

/// What people hear of alerts that keep quiet for a while: nothing while they do, but for the end of one that they had been told of;
/// and whoever was told hears once that it is over.
struct Hearing {
  fileprivate struct Knowledge {
    var isTold = false
    var ends = 0
    var isOver = false
    /// Before a death something else was said of it, from memory, than what happened then: nothing can be asked of it.
    var isMixed = false
  }

  private let trail: [AlertEvent]
  private let told: [String: AlertEvent]
  private let refused: Set<String>

  /// - Parameters:
  ///   - told: by key of delivery, what was said.
  ///   - refused: alerts of which channels would not have something.
  init(_ trail: [AlertEvent], told: [String: AlertEvent], refused: Set<String>) {
    self.trail = trail
    self.refused = refused
    self.told = told
  }

  func check(_ chance: Chance) throws {
    var knowledge: [String: Knowledge] = [:]
    for event in trail {
      var known = knowledge[event.alert.id] ?? Knowledge()
      let words = told[event.key("people")]
      known.isMixed = known.isMixed || words.map { $0 != event } ?? false
      if words != nil { known.hear(event) }
      if event.alert.isSuppressed, words != nil { chance.saw(.endToldWhileHidden) }
      if !known.isMixed, !refused.contains(event.alert.id), let wrong = known.wrong(event, isTold: words != nil) {
        throw World.Violation(description: "people \(wrong), with \(event.words):\(story(event.alert.id))")
      }
      knowledge[event.alert.id] = known
    }
  }

  private func story(_ alert: String) -> String {
    trail.filter { $0.alert.id == alert }
      .map { "\n  \($0.words)\(told[$0.key("people")] == nil ? "" : ", told")" }.joined()
  }
}

extension Hearing.Knowledge {
  fileprivate mutating func hear(_ event: AlertEvent) {
    let isEnd = event.kind == .closed || event.kind == .cleared
    if isEnd { ends += 1 } else { isTold = true }
    if isEnd || !event.alert.isActive { isOver = true }
  }

  fileprivate func wrong(_ event: AlertEvent, isTold hear: Bool) -> String? {
    if hear, event.alert.isSuppressed, event.kind != .closed { return "heard of it while it was hidden" }
    if ends > 0, !isTold { return "heard only of its end" }
    if ends > 1 { return "heard twice of its end" }
    if event.kind == .closed, isTold, !isOver { return "were told of it and not that it is over" }
    return nil
  }
}
