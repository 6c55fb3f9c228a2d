/// `during` on the local clock: a moment is inside when the clock on the wall shows a time inside. So a period across a
/// change to summer time is an hour shorter, back from it an hour longer, and midnight is nothing special.
extension LocalTimeTable {
  /// The offset in force at a time, and when it ends (`Int64.max` = never), ms.
  package func segment(at time: Int64) -> (offset: Int64, until: Int64) {
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].at.milliseconds <= time { low = middle + 1 } else { high = middle }
    }
    let until = low < changes.count ? changes[low].at.milliseconds : .max
    return (low > 0 ? changes[low - 1].offset : changes.first?.offset ?? 0, until)
  }
}

extension DuringPlan {
  private static let minute: Int64 = 60_000
  private static let day: Int64 = 86_400_000
  /// A weekly period that has not begun or ended for so long never will.
  private static let horizon = 15 * day

  func contains(_ time: Int64, in zone: LocalTimeTable) -> Bool {
    let local = time + zone.segment(at: time).offset
    let days = local.floored(by: Self.day)
    let minute = Int((local - days * Self.day) / Self.minute)
    // 1970-01-01 was a Thursday; bit 0 is Monday.
    let weekday = (days + 3) - (days + 3).floored(by: 7) * 7
    let today = begins(on: weekday)
    if to > from { return today && minute >= from && minute < to }
    return (today && minute >= from) || (begins(on: (weekday + 6) % 7) && minute < to)
  }

  private func begins(on weekday: Int64) -> Bool { days & (1 << UInt8(weekday)) != 0 }

  /// The next time at which `contains` changes, ms; `Int64.max` = never.
  func nextEdge(after time: Int64, in zone: LocalTimeTable) -> Int64 {
    let isInside = contains(time, in: zone)
    var cursor = time
    while cursor - time < Self.horizon {
      let (offset, until) = zone.segment(at: cursor)
      let local = cursor + offset
      let midnight = local.floored(by: Self.day) * Self.day
      var candidate = midnight + Self.day
      for boundary in [Int64(from), Int64(to)] {
        let edge = midnight + boundary * Self.minute
        if edge > local { candidate = min(candidate, edge) }
      }
      cursor = min(candidate - offset, until)
      if contains(cursor, in: zone) != isInside { return cursor }
    }
    return .max
  }
}

extension Int64 {
  /// Division rounded down, also for times before 1970.
  fileprivate func floored(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
