import Pipeline

/// What is due when, earliest first; among equal times what was added first. A binary heap.
struct EventQueue<Event: Sendable>: Sendable {
  private struct Item: Sendable {
    var at: Int64
    var order: UInt64
    var event: Event

    func isBefore(_ other: Item) -> Bool { at != other.at ? at < other.at : order < other.order }
  }

  private var items: [Item] = []
  private var added: UInt64 = 0

  /// Time of the earliest event.
  var nextAt: Timestamp? { items.first.map { Timestamp(milliseconds: $0.at) } }

  mutating func add(_ event: Event, at time: Timestamp) {
    items.append(Item(at: time.milliseconds, order: added, event: event))
    added += 1
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard items[child].isBefore(items[parent]) else { return }
      items.swapAt(child, parent)
      child = parent
    }
  }

  /// The earliest event, if it is due at `time`.
  mutating func take(until time: Timestamp) -> (at: Timestamp, event: Event)? {
    guard let first = items.first, first.at <= time.milliseconds else { return nil }
    let last = items.removeLast()
    if !items.isEmpty {
      items[0] = last
      sink()
    }
    return (Timestamp(milliseconds: first.at), first.event)
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child].isBefore(items[smallest])
      {
        smallest = child
      }
      if smallest == parent { return }
      items.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
