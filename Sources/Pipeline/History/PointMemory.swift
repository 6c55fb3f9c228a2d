/// What the history knows about one point's newest reading: enough to tell which readings are late and which retained copies
/// say nothing new. The same judgement as the core's (`LaneCore.take`), without its rules.
package struct PointMemory: Sendable, Equatable {
  /// The newest reading that was not late; nil before the first one.
  package private(set) var newest: HistoryReading?

  /// - Parameter newest: what the history on disk knows.
  package init(newest: HistoryReading? = nil) { self.newest = newest }

  /// The reading as it goes into the history; nil for a retained copy that is known already, or that a momentary point ignores.
  package mutating func take(_ entry: Entry, isEvent: Bool) -> HistoryReading? {
    let isRetained = entry.flags.contains(.retained)
    if isRetained && isEvent { return nil }
    var reason = entry.reason
    if reason.quality != .bad && !entry.value.isFinite { reason = .notANumber }
    if isRetained && reason == .none { reason = .retained }
    let isBad = reason.quality == .bad
    var reading = HistoryReading(time: entry.time, value: isBad ? .nan : entry.value, reason: reason)
    if let newest {
      reading.isLate = entry.time < newest.time
      if isRetained && !reading.isLate && Self.sayTheSame(newest, reading) { return nil }
    }
    if !reading.isLate { newest = reading }
    return reading
  }

  private static func sayTheSame(_ known: HistoryReading, _ new: HistoryReading) -> Bool {
    if new.reason.quality == .bad { return known.reason == new.reason }
    return known.reason.quality != .bad && known.value == new.value
  }
}
