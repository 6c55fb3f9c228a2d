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
  /// A stretch without service; overlapping alerts are one.
  package struct Outage: Sendable, Equatable {
    package var from: Timestamp
    /// nil: it still lasts at the end of the period.
    package var to: Timestamp?
    /// By first appearance.
    package var rules: [String]
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
    let planned = Self.merged(ours.filter(\.isPlanned), period)
    outages = Self.merged(ours.filter { !$0.isPlanned }, period)
    self.planned = planned.reduce(0) { $0 + Self.length($1, period) }
    let overlap = Self.overlap(outages, planned, period)
    down = outages.reduce(0) { $0 + Self.length($1, period) } - overlap
    longest = outages.map { Self.length($0, period) }.max()
  }

  private static func length(_ outage: Outage, _ period: ReportPeriod) -> Int64 {
    max(0, min(outage.to ?? period.to, period.to) - max(outage.from, period.from))
  }

  /// What of the alerts lies in the period, joined where they touch.
  private static func merged(_ records: [AlarmRecord], _ period: ReportPeriod) -> [Outage] {
    var found: [Outage] = []
    for record in records.sorted(by: { ($0.raisedAt, $0.alert) < ($1.raisedAt, $1.alert) }) {
      let end = record.clearedAt ?? record.closedAt
      guard record.raisedAt < period.to, end ?? .distantFuture > max(period.from, record.raisedAt) else { continue }
      if let last = found.last, record.raisedAt <= last.to ?? .distantFuture {
        let index = found.count - 1
        found[index].to = last.to.flatMap { to in end.map { max(to, $0) } }
        if !last.rules.contains(record.rule) { found[index].rules.append(record.rule) }
      } else {
        found.append(Outage(from: record.raisedAt, to: end, rules: [record.rule]))
      }
    }
    return found
  }

  private static func overlap(_ a: [Outage], _ b: [Outage], _ period: ReportPeriod) -> Int64 {
    var sum: Int64 = 0
    for first in a {
      for second in b {
        let from = max(first.from, second.from, period.from)
        let to = min(first.to ?? period.to, second.to ?? period.to, period.to)
        sum += max(0, to - from)
      }
    }
    return sum
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
