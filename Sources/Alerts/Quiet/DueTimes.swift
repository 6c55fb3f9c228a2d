// When something is to be looked at again, by what it is about: an agenda from which everything due is taken at once.
import Pipeline

struct DueTimes<Key: Hashable & Sendable>: Sendable {
  private(set) var times: [Key: Timestamp] = [:]
  /// Nothing is due before; cheaper than `next`, and may lie before it.
  private(set) var earliest = Timestamp.distantFuture

  /// The first time; nil: nothing is on the agenda.
  var next: Timestamp? { times.values.min() }

  subscript(key: Key) -> Timestamp? { times[key] }

  /// nil takes it off.
  mutating func set(_ key: Key, _ time: Timestamp?) {
    times[key] = time
    if let time { earliest = min(earliest, time) }
  }

  /// Takes off what is due by then, in no order.
  mutating func take(through time: Timestamp) -> [(key: Key, time: Timestamp)] {
    guard earliest <= time else { return [] }
    let due = times.filter { $0.value <= time }.map { (key: $0.key, time: $0.value) }
    for (key, _) in due { times[key] = nil }
    earliest = next ?? .distantFuture
    return due
  }
}
