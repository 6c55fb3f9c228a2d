// Orders 工单 in the assessment: what units and people did with the work that was ordered, each step in the month in which it
// happened.
import Alerts
package import Community
package import Orders
import Pipeline

package struct OrderAssessment: Sendable {
  package struct Figures: Sendable, Equatable {
    package var ordered = 0
    package var accepted = 0
    package var done = 0
    package var inTime = 0
    /// The deadline passed.
    package var late = 0
    package var escalated = 0
    /// Sent back by the one who was to verify it.
    package var rejected = 0
    /// Of a level: came there, by the order or from the level below.
    package var received = 0
    var acceptTimes: [Int64] = []
    var doneTimes: [Int64] = []

    /// From the order on; waiting counts.
    package var accept: Spread? { Spread(acceptTimes) }
    package var finish: Spread? { Spread(doneTimes) }
    /// 0…1; nil: no deadline was decided.
    package var inTimeShare: Double? {
      inTime + late > 0 ? Double(inTime) / Double(inTime + late) : nil
    }

    mutating func add(_ other: Figures) {
      ordered += other.ordered
      accepted += other.accepted
      done += other.done
      inTime += other.inTime
      late += other.late
      escalated += other.escalated
      rejected += other.rejected
      received += other.received
      acceptTimes += other.acceptTimes
      doneTimes += other.doneTimes
    }
  }

  package private(set) var all = Figures()
  package private(set) var units: [LocalizedText: Figures] = [:]
  package private(set) var people: [String: Figures] = [:]
  /// By the path of the order's own place.
  package private(set) var places: [String: Figures] = [:]
  /// By the level of the four that watched over the order when it happened; a missed deadline and a step up are of the level from
  /// which it went up.
  package private(set) var levels: [String: Figures] = [:]
  private let period: ReportPeriod
  private var missed: Set<String> = []
  /// Level that watches over an order, so far.
  private var watching: [String: String] = [:]

  /// - Parameter events: those of the period, in their order. What was before it counts nowhere; of that only the last step of each
  ///   order is needed, for who watched over it then.
  package init(_ events: [OrderEvent], _ period: ReportPeriod, scope: String) {
    self.period = period
    for event in events where PlaceTree.contains(scope, event.order.place) {
      if period.contains(event.at) { add(event) }
      watching[event.order.id] = event.order.overseer?.level
    }
  }

  private mutating func add(_ event: OrderEvent) {
    let order = event.order
    // Where it went up from nobody knows when that step is gone.
    let level = watching[order.id] ?? (event.kind == .escalated ? nil : order.overseer?.level)
    if let time = order.missedAt, period.contains(time), missed.insert(order.id).inserted {
      count(order, level, person: order.person?.name) { $0.late += 1 }
    }
    switch event.kind {
    case .ordered:
      count(order, level) { $0.ordered += 1 }
      receive(order)
    case .accepted, .claimed:
      count(order, level, person: event.by) {
        $0.accepted += 1
        $0.acceptTimes.append(max(0, event.at - order.orderedAt))
      }
    case .done:
      let inTime = order.missedAt == nil && order.deadline != nil
      count(order, level, person: event.by) {
        $0.done += 1
        $0.doneTimes.append(max(0, event.at - order.orderedAt))
        if inTime { $0.inTime += 1 }
      }
    case .escalated:
      count(order, level) { $0.escalated += 1 }
      receive(order)
    case .rejected: count(order, level, person: order.person?.name) { $0.rejected += 1 }
    default: break
    }
  }

  private mutating func receive(_ order: Order) {
    if let level = order.overseer?.level { levels[level, default: Figures()].received += 1 }
  }

  private mutating func count(
    _ order: Order, _ level: String?, person: String? = nil, _ body: (inout Figures) -> Void
  ) {
    body(&all)
    body(&units[order.unit, default: Figures()])
    body(&places[order.place, default: Figures()])
    if let level { body(&levels[level, default: Figures()]) }
    if let person { body(&people[person, default: Figures()]) }
  }
}
