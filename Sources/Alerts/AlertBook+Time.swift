// What time alone brings: silences and windows that begin or end, shelves that end, deadlines that were missed, repetitions. In the
// order of the true times, each step at its own.
package import Pipeline

extension AlertBook {
  /// A part of the way to a time.
  package struct Stride: Sendable {
    package var events: [AlertEvent]
    /// It led all the way: nothing else is due by then.
    package var isLast: Bool
  }

  /// Does everything that is due by then. One long stride does the same as many short ones.
  package mutating func advance(to now: Timestamp) -> [AlertEvent] { stride(to: now, atMost: .max).events }

  /// Goes towards a time, and ends between two instants behind about so many steps: the book then stands at `clock` as if it had been
  /// told no more than that time. What falls on one instant is never divided, so `steps` (1 or more) may be exceeded by that.
  ///
  /// Of one instant what begins and ends to hide alerts comes first, so that a deadline on the beginning of a silence is not missed.
  package mutating func stride(to now: Timestamp, atMost steps: Int) -> Stride {
    var events: [AlertEvent] = []
    var left = steps
    // With nobody to be asked, all the weekly windows since the beginning of time are one.
    if alerts.isEmpty { _ = quiet.pass(now) }
    // `pass` takes everything up to its time off the agenda and puts nothing on it but what lies behind: each round is later than
    // the one before, and nothing between the rounds adds any.
    while quiet.earliest <= now {
      let boundary = max(quiet.earliest, clock)
      guard performDues(before: boundary, &left, &events), left > 0 else {
        return Stride(events: events, isLast: false)
      }
      clock = boundary
      let passed = pass(boundary)
      left -= max(passed.count, 1)
      events += passed
    }
    guard performDues(before: now + 1, &left, &events) else { return Stride(events: events, isLast: false) }
    clock = max(clock, now)
    if quiet.isUnsure {
      quiet.isUnsure = false
      events += askAll(at: clock)
    }
    return Stride(events: events, isLast: true)
  }

  /// False: no step was left, and something is still due.
  private mutating func performDues(before end: Timestamp, _ left: inout Int, _ events: inout [AlertEvent]) -> Bool {
    // Latest first, so that the next one is taken off the end.
    var queue = dues.take(through: end - 1)
    queue.sort { ($0.time, $0.key) > ($1.time, $1.key) }
    // What has begun to happen at an instant happens whole.
    var instant = clock
    while let (id, due) = queue.last {
      if left <= 0, due != instant {
        for (id, _) in queue { dues.set(id, alerts[id]?.nextDue?.at) }
        return false
      }
      queue.removeLast()
      guard var alert = alerts[id], let next = alert.nextDue, next.at == due else { continue }
      if let event = alert.perform(next.step, due: due, policy) { events.append(event) }
      keep(alert)
      left -= 1
      instant = due
      clock = max(clock, due)
      guard let again = dues[id], again < end else { continue }
      var (low, high) = (0, queue.count)
      while low < high {
        let middle = (low + high) / 2
        if (queue[middle].time, queue[middle].key) > (again, id) { low = middle + 1 } else { high = middle }
      }
      queue.insert((id, again), at: low)
    }
    return true
  }

  /// Something may be due by then; false is certain.
  package func mayBeDue(by time: Timestamp) -> Bool {
    quiet.isUnsure || min(dues.earliest, quiet.earliest) <= time
  }

  /// Time alone brings an open alert another step by then, unless something hides it before.
  package func hasStep(_ id: String, by time: Timestamp) -> Bool {
    guard var alert = alerts[id] else { return false }
    while let next = alert.nextDue, next.at <= time {
      if alert.perform(next.step, due: next.at, policy) != nil { return true }
    }
    return false
  }
}
