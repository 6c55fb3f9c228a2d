import Synchronization

/// How a lane copes with what comes in.
package enum LaneLoad: UInt8, Sendable, Comparable, CaseIterable {
  case normal
  /// Nothing is dropped yet, but there is not much room left.
  case busy
  /// More comes in than the lane can do: QoS 1 waits at the broker, QoS 0 that finds no room is dropped and counted.
  case overloaded

  package var name: String {
    switch self {
    case .normal: "normal"
    case .busy: "busy"
    case .overloaded: "overloaded"
    }
  }

  package static func < (a: LaneLoad, b: LaneLoad) -> Bool { a.rawValue < b.rawValue }
}

/// A lane's load where every thread can see it. What can wait (history, compaction) pauses while it says `overloaded`.
package final class LoadGauge: Sendable {
  private let value = Atomic<UInt8>(LaneLoad.normal.rawValue)

  package init() {}

  package var load: LaneLoad { LaneLoad(rawValue: value.load(ordering: .relaxed)) ?? .normal }
  func set(_ load: LaneLoad) { value.store(load.rawValue, ordering: .relaxed) }
}

/// Decides from three measures whether a lane drops QoS 0 right now, and in what state it is. Both have hysteresis: dropping
/// begins and ends at different values, and a state is left only after it has not been needed for a while, so that a lane
/// that drops every other moment is *overloaded* and not something that flickers.
package struct LoadPolicy: Sendable {
  package struct Measure: Sendable, Equatable {
    /// Part of the ring's places that are taken, 0…1.
    package var fill: Double
    /// What the core still needs for the entries that wait in the ring, ms: what an alert would be late.
    package var wait: Int64
    /// How long the socket has not been found empty, ms: the ingest thread reads as fast as it can.
    package var behind: Int64

    package init(fill: Double = 0, wait: Int64 = 0, behind: Int64 = 0) {
      self.fill = fill
      self.wait = wait
      self.behind = behind
    }

    /// One of the measures has reached its limit.
    func reaches(_ limit: Measure) -> Bool { fill >= limit.fill || wait >= limit.wait || behind >= limit.behind }
  }

  /// Reached: QoS 0 is dropped …
  package static let full = Measure(fill: 0.75, wait: 250, behind: 1_000)
  /// … until all measures are below these.
  package static let eased = Measure(fill: 0.25, wait: 100, behind: 100)
  /// Reached: busy.
  package static let strained = Measure(fill: 0.25, wait: 100, behind: 300)
  /// A state is left when nothing has asked for it for so long, ms.
  package static let calm: Int64 = 5_000

  /// QoS 0 messages are dropped now.
  package private(set) var sheds = false
  package private(set) var load = LaneLoad.normal
  /// When a measure last asked for at least that state.
  private var lastStrained = Int64.min / 2
  private var lastShed = Int64.min / 2

  package init() {}

  /// - Parameter now: ms, of the clock that the measures were taken with.
  package mutating func note(_ measure: Measure, now: Int64) {
    if measure.reaches(Self.full) {
      sheds = true
    } else if !measure.reaches(Self.eased) {
      sheds = false
    }
    if sheds { lastShed = now }
    if sheds || measure.reaches(Self.strained) { lastStrained = now }
    if now - lastShed < Self.calm {
      load = .overloaded
    } else {
      load = now - lastStrained < Self.calm ? .busy : .normal
    }
  }
}
