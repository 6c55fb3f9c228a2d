import Pipeline

/// An alarm that is raised again and again: three or more times within a minute (FIELD §2: common criterion).
package struct Chattering: Sendable, Equatable {
  package static let raises = 3
  /// Ms.
  package static let within: Int64 = 60_000

  package var rule: String
  package var subject: String
  /// Stretches of chattering; one ends when a minute holds fewer raises.
  package var episodes: Int
  /// Most raises within one minute.
  package var worst: Int

  /// nil when the raises of this rule and subject never came that close.
  init?(rule: String, subject: String, raises times: [Timestamp]) {
    let times = times.sorted()
    var (first, episodes, worst) = (0, 0, 0)
    var isChattering = false
    for (index, time) in times.enumerated() {
      while time - times[first] >= Self.within { first += 1 }
      let count = index - first + 1
      worst = max(worst, count)
      if count >= Self.raises && !isChattering { episodes += 1 }
      isChattering = count >= Self.raises
    }
    guard episodes > 0 else { return nil }
    self.rule = rule
    self.subject = subject
    self.episodes = episodes
    self.worst = worst
  }
}
