import Pipeline
import Rules

/// Changes of a replay in the order of one of their times; equal times in the order in which they came, so that what brings about
/// another one stands before it.
struct ReplayOrder {
  private let time: (ReplayChange) -> Timestamp
  private var waiting: [ReplayChange] = []

  init(by time: @escaping (ReplayChange) -> Timestamp) { self.time = time }

  var count: Int { waiting.count }

  /// The first true time among them.
  var earliest: Timestamp? { waiting.lazy.map(\.at).min() }

  mutating func insert(_ change: ReplayChange) {
    let key = time(change)
    var index = waiting.endIndex
    while index > 0, key < time(waiting[index - 1]) { index -= 1 }
    waiting.insert(change, at: index)
  }

  mutating func take(through end: Timestamp) -> [ReplayChange] {
    let count = waiting.firstIndex { time($0) > end } ?? waiting.count
    defer { waiting.removeFirst(count) }
    return Array(waiting.prefix(count))
  }
}
