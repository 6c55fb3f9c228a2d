import Pipeline

/// Puts changes into the order of their true times. A change may become known later than one with a later time, but never
/// by more than the lane tolerates late readings; so it is kept back for that long only.
struct TimeOrder {
  /// In order of time; equal times in the order in which they came.
  private var waiting: [ReplayChange] = []

  var isWaiting: Bool { !waiting.isEmpty }

  mutating func insert(_ change: ReplayChange) {
    var index = waiting.endIndex
    while index > 0, change.at < waiting[index - 1].at { index -= 1 }
    waiting.insert(change, at: index)
  }

  /// Everything before `horizon`: nothing earlier than that can still come.
  mutating func take(before horizon: Timestamp) -> [ReplayChange] {
    guard let first = waiting.first, first.at < horizon else { return [] }
    let count = waiting.firstIndex { $0.at >= horizon } ?? waiting.count
    defer { waiting.removeFirst(count) }
    return Array(waiting.prefix(count))
  }

  mutating func takeAll() -> [ReplayChange] {
    defer { waiting = [] }
    return waiting
  }
}
