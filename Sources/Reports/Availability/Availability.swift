// How long lifts, pumps and car parks were out of order, and how often (IEC 60050-192: MTBF, MTTR), from alerts and silence.
import Alerts
package import Community
package import Pipeline

/// Something whose availability people ask for.
package struct Equipment: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case lift, pump
    case carPark = "car-park"

    package var text: LocalizedText {
      switch self {
      case .lift: LocalizedText(zh: "电梯", en: "lift")
      case .pump: LocalizedText(zh: "水泵", en: "pump")
      case .carPark: LocalizedText(zh: "车库", en: "car park")
      }
    }
  }

  package var kind: Kind
  /// Id of the device; path of the place of a car park.
  package var id: String
  package var name: LocalizedText
  package var place: String

  package init(kind: Kind, id: String, name: LocalizedText, place: String) {
    self.kind = kind
    self.id = id
    self.name = name
    self.place = place
  }

  /// Whether that alert puts it out of order.
  func isPutOut(by record: AlarmRecord) -> Bool {
    let fault = BuiltInFault(rawValue: record.rule)
    switch kind {
    case .lift, .pump:
      // A field of its report that cannot be read stops no lift.
      guard fault == .deviceSilent || fault == nil && record.priority < .low else { return false }
      return [record.subject, record.point].compactMap { $0 }.contains { $0 == id || $0.hasPrefix(id + "/") }
    case .carPark:
      // A dead sensor in one bay does not close it.
      return fault == nil && record.priority < .low && PlaceTree.contains(place, record.place)
    }
  }
}

package struct Availability: Sendable, Equatable {
  /// A stretch without service; overlapping alerts are one, also where planned work lies between.
  package struct Outage: Sendable, Equatable {
    package var from: Timestamp
    /// nil: it still lasts at the end of the period.
    package var to: Timestamp?
    /// By first appearance.
    package var rules: [String]
    /// Ms in the period, without planned work.
    package var down: Int64
  }

  package var equipment: Equipment
  package var outages: [Outage]
  /// Ms in the period.
  package var down: Int64
  /// Down for planned work: counts neither as outage nor as time that service was owed.
  package var planned: Int64
  package var length: Int64

  /// 0…1; nil for an empty period.
  package var share: Double? {
    let owed = length - planned
    return owed > 0 ? Double(owed - down) / Double(owed) : nil
  }
  /// Ms; nil: none.
  package var longest: Int64?
  /// Operating time between outages, ms; nil: there was none.
  package var meanTimeBetweenFailures: Int64? {
    outages.isEmpty ? nil : (length - planned - down) / Int64(outages.count)
  }
  /// Ms an outage in the period; nil: there was none.
  package var meanTimeToRepair: Int64? { outages.isEmpty ? nil : down / Int64(outages.count) }

  package init(_ equipment: Equipment, _ records: [AlarmRecord], _ period: ReportPeriod) {
    self.equipment = equipment
    length = period.length
    let ours = records.filter { equipment.isPutOut(by: $0) }
    let planned = Self.merged(ours.flatMap(\.plannedWhileActive))
    self.planned = planned.reduce(0) { $0 + $1.length(in: period) }
    outages = Self.outages(ours, planned, period)
    down = outages.reduce(0) { $0 + $1.down }
    longest = outages.map(\.down).max()
  }

  /// Stretches in which alerts were active, without what was planned of them.
  private static func outages(_ records: [AlarmRecord], _ planned: [Span], _ period: ReportPeriod) -> [Outage] {
    let active = records.filter { $0.active.length(in: period) > 0 }
      .sorted { ($0.raisedAt, $0.alert) < ($1.raisedAt, $1.alert) }
    var next = 0
    return merged(active.map(\.active)).compactMap { stretch in
      var rules: [String] = []
      while next < active.count, active[next].raisedAt <= stretch.end {
        let record = active[next]
        next += 1
        if rules.contains(record.rule) { continue }
        if record.active.without(planned).contains(where: { $0.length(in: period) > 0 }) { rules.append(record.rule) }
      }
      let parts = stretch.without(planned)
      let down = parts.reduce(0) { $0 + $1.length(in: period) }
      guard let first = parts.first, let last = parts.last, down > 0 else { return nil }
      return Outage(from: first.from, to: last.to, rules: rules, down: down)
    }
  }

  private typealias Span = AlarmRecord.Span

  /// Joined where they touch, in time order.
  private static func merged(_ spans: [Span]) -> [Span] {
    var found: [Span] = []
    for span in spans.sorted(by: { ($0.from, $0.end) < ($1.from, $1.end) }) {
      if let last = found.last, span.from <= last.end {
        if span.end > last.end { found[found.count - 1].to = span.to }
      } else {
        found.append(span)
      }
    }
    return found
  }
}

extension AlarmRecord {
  fileprivate var active: Span { Span(from: raisedAt, to: clearedAt ?? closedAt) }

  fileprivate var plannedWhileActive: [Span] {
    planned.compactMap { span in
      let end = min(span.end, active.end)
      return span.from < end ? Span(from: span.from, to: end == .distantFuture ? nil : end) : nil
    }
  }
}

extension AlarmRecord.Span {
  fileprivate var end: Timestamp { to ?? .distantFuture }

  /// Ms of it that lie in a period.
  fileprivate func length(in period: ReportPeriod) -> Int64 {
    max(0, min(end, period.to) - max(from, period.from))
  }

  /// What is left of it without others that are in time order and do not touch.
  fileprivate func without(_ others: [Self]) -> [Self] {
    var left: [Self] = []
    var begin = from
    for other in others where other.end > begin && other.from < end {
      if other.from > begin { left.append(Self(from: begin, to: other.from)) }
      begin = other.end
    }
    if begin < end { left.append(Self(from: begin, to: to)) }
    return left
  }
}

/// How full a car park was, from the hours of its history.
package struct Occupancy: Sendable, Equatable {
  package var carPark: LocalizedText
  /// What was measured: cars inside, free spaces, bays taken.
  package var what: LocalizedText
  package var point: String
  /// A share of bays 0…1, else a number of cars or spaces.
  package var isShare: Bool
  package var mean: Double?
  /// The highest, of free spaces the lowest.
  package var peak: Double?
  package var peakAt: Timestamp?

  package init(
    carPark: LocalizedText, what: LocalizedText, point: String, isShare: Bool, mean: Double?, peak: Double?,
    peakAt: Timestamp?
  ) {
    self.carPark = carPark
    self.what = what
    self.point = point
    self.isShare = isShare
    self.mean = mean
    self.peak = peak
    self.peakAt = peakAt
  }
}
