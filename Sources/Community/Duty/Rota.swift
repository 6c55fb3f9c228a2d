package import ConfigFile
package import Pipeline

/// A time on the clocks of a zone, without saying which one.
package struct LocalMoment: Sendable, Hashable {
  package var day: LocalDay
  /// After midnight.
  package var milliseconds: Int64

  package init(day: LocalDay, milliseconds: Int64 = 0) {
    self.day = day
    self.milliseconds = milliseconds
  }
}

/// Who is on duty when: weekly shifts, a calendar, or both; everybody who is on duty by either is.
package struct Rota: Sendable {
  /// Begins on some days of the week, or on holidays, at a local time; across midnight when `to` ≤ `from`.
  package struct Shift: Sendable {
    /// Bit 0 = Monday.
    package var days: UInt8
    package var onHolidays: Bool
    /// Minutes after local midnight, 0…1440.
    package var from: Int
    package var to: Int
    /// Ids of people.
    package var people: [String]
    package var location: SourceLocation
  }

  /// Somebody stands in for somebody else.
  package struct Substitute: Sendable {
    package var person: String
    package var by: String
    package var from: LocalMoment
    package var to: LocalMoment
    package var location: SourceLocation
  }

  package var id: String
  package var zone: LocalTimeTable
  package var shifts: [Shift] = []
  package var calendar: [CalendarEvent] = []
  package var substitutes: [Substitute] = []
  /// Where a rota has shifts for holidays, no other shift begins on one.
  package var holidays: Set<LocalDay> = []
  /// For so many ms after a shift its people are on duty still, beside those of the next.
  package var handOver: Int64 = 0
  package var location: SourceLocation

  package init(id: String, zone: LocalTimeTable, location: SourceLocation) {
    self.id = id
    self.zone = zone
    self.location = location
  }

  /// Ids of the people on duty: those whose shift runs first, then those who hand over. Substitutes stand for those whom they
  /// replace. Whether somebody has left is not this rota's business.
  package func onDuty(at time: Timestamp) -> [String] {
    var present: [String] = []
    var leaving: [String] = []
    func take(_ people: [String], _ begin: Timestamp, _ end: Timestamp) {
      guard begin <= time, time < end + handOver else { return }
      if time < end { present += people } else { leaving += people }
    }
    let today = zone.day(at: time)
    // A shift of yesterday may still run, and one of the day before hand over.
    for day in (today + -2).number...today.number {
      for (shift, begin, end) in shifts(beginningOn: LocalDay(number: day)) { take(shift.people, begin, end) }
    }
    for event in calendar {
      for (begin, end) in event.occurrences(around: time, reach: handOver) { take(event.people, begin, end) }
    }
    var seen: Set<String> = []
    return (present + leaving).map { standIn(for: $0, at: time) }.filter { seen.insert($0).inserted }
  }

  /// The shifts that begin on a day, with their true beginnings and ends.
  func shifts(beginningOn day: LocalDay) -> [(shift: Shift, begin: Timestamp, end: Timestamp)] {
    let isHoliday = holidays.contains(day) && shifts.contains(where: \.onHolidays)
    return shifts.compactMap { shift in
      guard isHoliday ? shift.onHolidays : shift.days & (1 << UInt8(day.weekday)) != 0 else { return nil }
      let end = zone.instant(shift.to <= shift.from ? day + 1 : day, milliseconds: Int64(shift.to) * 60_000)
      return (shift, zone.instant(day, milliseconds: Int64(shift.from) * 60_000), end)
    }
  }

  private func standIn(for person: String, at time: Timestamp) -> String {
    for substitute in substitutes where substitute.person == person {
      let from = zone.instant(substitute.from.day, milliseconds: substitute.from.milliseconds)
      let to = zone.instant(substitute.to.day, milliseconds: substitute.to.milliseconds)
      if from <= time, time < to { return substitute.by }
    }
    return person
  }

  /// Everybody who is named.
  package var everybody: Set<String> {
    Set(shifts.flatMap(\.people) + calendar.flatMap(\.people) + substitutes.map(\.by))
  }
}
