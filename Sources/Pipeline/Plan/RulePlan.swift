/// A rule, compiled: a tree of conditions as a flat array, and one instance for every subject it watches.
package struct RulePlan: Sendable {
  package var id: String
  /// Children stand before their parents; the last one is the root.
  package var conditions: [ConditionPlan]
  package var instances: InstanceList

  package init(id: String, conditions: [ConditionPlan], instances: InstanceList) {
    self.id = id
    self.conditions = conditions
    self.instances = instances
  }

  package init(id: String, conditions: [ConditionPlan], instances: [InstancePlan]) {
    self.init(id: id, conditions: conditions, instances: InstanceList(instances))
  }
}

/// The rule at one subject: a point, a device or a place.
package struct InstancePlan: Sendable {
  /// `care-301-env/temperature`, a device id or a place path.
  package var subject: String
  package var place: String
  /// Index into `LanePlan.zones`.
  package var zone: Int
  /// For each condition of the rule the points it looks at; empty for `all`, `any`, `not`.
  package var inputs: [[PointID]] {
    get {
      switch storage {
      case .one(let point): [[point]]
      case .lists(let lists): lists
      }
    }
    set { storage = Inputs(newValue) }
  }

  /// Nearly every instance is one condition at one point: two arrays for a single number would be most of its memory.
  private enum Inputs: Sendable {
    case one(PointID)
    case lists([[PointID]])

    init(_ lists: [[PointID]]) {
      self = lists.count == 1 && lists[0].count == 1 ? .one(lists[0][0]) : .lists(lists)
    }
  }

  private var storage: Inputs

  package init(subject: String, place: String, zone: Int = 0, inputs: [[PointID]]) {
    self.subject = subject
    self.place = place
    self.zone = zone
    storage = Inputs(inputs)
  }

  /// One condition at one point.
  package init(subject: String, place: String, zone: Int = 0, point: PointID) {
    self.subject = subject
    self.place = place
    self.zone = zone
    storage = .one(point)
  }

  /// The point of an instance of one condition that looks at no other.
  var onlyPoint: PointID? {
    if case .one(let point) = storage { return point }
    return nil
  }
}

/// One condition: a predicate with its timing (INTERFACE §4).
package struct ConditionPlan: Sendable {
  package var predicate: Predicate
  /// `for`: ms it must have held without a break (OPC UA OnDelay).
  package var hold: Int64
  /// `clear_for`: ms it must have been back (OPC UA OffDelay).
  package var clearHold: Int64
  /// The value must be back by that much, in the canonical unit.
  package var deadband: Double
  /// Only then; outside the clocks of `for` and `quiet` stand still.
  package var during: DuringPlan?

  package init(
    predicate: Predicate, hold: Int64 = 0, clearHold: Int64 = 0, deadband: Double = 0, during: DuringPlan? = nil
  ) {
    self.predicate = predicate
    self.hold = hold
    self.clearHold = clearHold
    self.deadband = deadband
    self.during = during
  }
}

package enum Predicate: Sendable, Equatable {
  case compare(Measure, Comparison)
  /// Rose (negative: fell) by so much within so many ms.
  case changes(by: Double, within: Int64)
  /// No reading that is true (numbers: no change) for so many ms.
  case quiet(Int64)
  /// No message at all from the input points' devices for so many ms. Retained messages are no sign of life.
  case silent(Int64)
  /// Messages come, the value does not move, for so many ms.
  case stuck(Int64)
  /// An input's newest reading is bad for one of these reasons: the built-in device faults.
  case bad(Set<QualityReason>)
  case all([Int])
  case any([Int])
  case not(Int)
}

package enum Measure: Sendable, Equatable {
  case last
  case window(WindowFunction, Int64)
}

package enum WindowFunction: String, Sendable, CaseIterable {
  case average, minimum, maximum, sum, increase, count
  case ratePerHour = "rate_per_hour"
}

package enum Comparison: Sendable, Equatable {
  case above(Double)
  case below(Double)
  /// Strictly outside or inside of the closed range.
  case outside(Double, Double)
  case inside(Double, Double)
  case equals(Double)
  case notEquals(Double)
}

/// `during`: from and to in minutes after local midnight (0…1440), across midnight when `to` ≤ `from`.
/// `days` are the days on which the period begins; bit 0 = Monday.
package struct DuringPlan: Sendable, Equatable {
  package var from: Int
  package var to: Int
  package var days: UInt8

  package init(from: Int, to: Int, days: UInt8 = 0x7f) {
    self.from = from
    self.to = to
    self.days = days
  }
}

/// A time zone as a table of its changes, so that the core needs neither Foundation nor a clock.
package struct LocalTimeTable: Sendable, Equatable {
  package struct Change: Sendable, Equatable {
    package var at: Timestamp
    /// Local time minus UTC from then on, ms.
    package var offset: Int64
    package init(at: Timestamp, offset: Int64) {
      self.at = at
      self.offset = offset
    }
  }

  package var name: String
  /// In time order; the first one's `at` is `.distantPast`.
  package var changes: [Change]

  package init(name: String, changes: [Change]) {
    self.name = name
    self.changes = changes
  }

  package static let utc = LocalTimeTable(name: "UTC", changes: [.init(at: .distantPast, offset: 0)])
}
