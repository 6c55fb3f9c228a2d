// Due by use: hours that a point was true or above a value, what a meter went up by, how often a point became true.
import ConfigFile
package import Pipeline

package struct UsageTrigger: Sendable, Equatable {
  package static let hoursKeys = ["point", "every", "above"]
  package static let countKeys = ["point", "every"]

  package enum Measure: Sendable, Equatable {
    /// Ms that a boolean was true.
    case trueTime
    /// Ms that a number was above.
    case timeAbove(Double)
    /// By how much a meter went up, in its canonical unit; a reset is survived.
    case increase
    /// How often it became true.
    case count
  }

  package var point: String
  package var measure: Measure
  /// In ms for times.
  package var every: Double

  package init(point: String, measure: Measure, every: Double) {
    self.point = point
    self.measure = measure
    self.every = every
  }

  /// `hours: {point: …, every: 500, above: 50}`, `meter: {point: …, every: 1000}`, `count: {point: …, every: 5000}`.
  init?(_ reader: MappingReader, key: String) {
    guard let entry = reader.reader(key, keys: key == "hours" ? Self.hoursKeys : Self.countKeys) else { return nil }
    let point = entry.requiredString("point")
    let every = entry.requiredNumber("every", in: 0.001...1e12)
    guard let point, let every else { return nil }
    switch key {
    case "hours":
      measure = entry.number("above").map { .timeAbove($0) } ?? .trueTime
      self.every = every * 3_600_000
    case "meter":
      measure = .increase
      self.every = every
    default:
      measure = .count
      self.every = every
    }
    self.point = point
  }
}

/// What was counted of a point so far; a function of its readings in the order of their times, so a restart goes on exactly.
package struct UsageCount: Codable, Sendable, Equatable {
  /// Since the plan began; in ms for times.
  package var total: Double = 0
  /// The newest reading taken in, and its value; nil: unknown since then.
  package var at: Timestamp
  package var value: Double?

  /// Nothing counts before `at`.
  package init(from at: Timestamp) { self.at = at }

  /// Takes in the next reading. Late ones and those taken in already change nothing.
  /// - Parameter holdLimit: a value holds at most so long without another reading, ms.
  /// - Returns: when the total passed a multiple of `every`, once for each.
  package mutating func take(_ reading: HistoryReading, _ trigger: UsageTrigger, holdLimit: Int64) -> [Timestamp] {
    guard reading.time > at, !reading.isLate else { return [] }
    let before = total
    let start = at
    defer { at = reading.time }
    // A meter that jumps out of all bounds says nothing, and a sum without an end could be neither stored nor compared.
    guard reading.isUsable, reading.value.magnitude <= Self.largest else {
      // A meter goes on where it was; what was on until now is not known to be on any more.
      if trigger.isTime { total += held(until: reading.time, trigger, holdLimit) }
      if trigger.measure != .increase { value = nil }
      return crossings(before, trigger, since: start, until: reading.time)
    }
    switch trigger.measure {
    case .trueTime, .timeAbove: total += held(until: reading.time, trigger, holdLimit)
    case .increase:
      // Below what it was: it was reset, and has come up to this since.
      if let value { total += reading.value >= value ? reading.value - value : max(0, reading.value) }
    case .count: if let value, value == 0, reading.value != 0 { total += 1 }
    }
    value = reading.value
    return crossings(before, trigger, since: start, until: reading.time)
  }

  /// Of a value that is taken for one.
  private static let largest = 1e15

  private func held(until time: Timestamp, _ trigger: UsageTrigger, _ holdLimit: Int64) -> Double {
    guard let value, trigger.counts(value) else { return 0 }
    return Double(min(time - at, holdLimit))
  }

  /// Bounded: a meter that jumps by a million multiples makes a hundred orders at most.
  private func crossings(_ before: Double, _ trigger: UsageTrigger, since: Timestamp, until: Timestamp) -> [Timestamp] {
    let first = (before / trigger.every).rounded(.down) + 1
    let last = (total / trigger.every).rounded(.down)
    guard last >= first else { return [] }
    return (0..<Int(min(last - first + 1, 100))).map { index in
      // Times go on evenly; a count or a meter is known at the reading only.
      guard trigger.isTime else { return until }
      return min(until, since + Int64(((first + Double(index)) * trigger.every - before).rounded(.up)))
    }
  }
}

extension UsageTrigger {
  var isTime: Bool { measure != .increase && measure != .count }

  func counts(_ value: Double) -> Bool {
    switch measure {
    case .trueTime: value != 0
    case .timeAbove(let limit): value > limit
    case .increase, .count: false
    }
  }
}
