package import Pipeline

/// Puts changes into the order of their true times, or of another time that each has. A change may become known later than one with
/// a later time, but never by more than the lane tolerates late readings; so it is kept back for that long only.
package struct TimeOrder: Sendable {
  private let time: @Sendable (ReplayChange) -> Timestamp
  /// In order of time; equal times in the order in which they came.
  private var waiting: [ReplayChange] = []

  package init(by time: @escaping @Sendable (ReplayChange) -> Timestamp = { $0.at }) { self.time = time }

  package var count: Int { waiting.count }
  package var isWaiting: Bool { !waiting.isEmpty }
  /// The first true time among them.
  package var earliest: Timestamp? { waiting.lazy.map(\.at).min() }

  package mutating func insert(_ change: ReplayChange) {
    let key = time(change)
    var index = waiting.endIndex
    while index > 0, key < time(waiting[index - 1]) { index -= 1 }
    waiting.insert(change, at: index)
  }

  /// Everything before `horizon`: nothing earlier than that can still come.
  package mutating func take(before horizon: Timestamp) -> [ReplayChange] {
    guard let first = waiting.first, time(first) < horizon else { return [] }
    let count = waiting.firstIndex { time($0) >= horizon } ?? waiting.count
    defer { waiting.removeFirst(count) }
    return Array(waiting.prefix(count))
  }

  package mutating func takeAll() -> [ReplayChange] {
    defer { waiting = [] }
    return waiting
  }
}
