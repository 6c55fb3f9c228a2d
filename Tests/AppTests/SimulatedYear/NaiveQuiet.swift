// When each alert of the year keeps quiet, worked out the plain way from what alerts.yaml and docs/ALERTS.md say. It looks only at
// when conditions began and ended and at what people planned, and knows nothing of the code that it checks.
import Alerts
import Pipeline

struct NaiveQuiet {
  struct Span: Hashable, CustomStringConvertible {
    var from: Timestamp
    var until: Timestamp
    var description: String { "\(from.rfc3339)…\(until.rfc3339)" }
  }

  private static let minute = YearOfAlerts.minute
  private static let stillWithoutPower: Set<String> = [
    "supply-voltage", "booster-stopped", "sump-pump-idle", "lift-fault", "lift-out-of-service", "lift-door-held",
    "device-silent",
  ]
  private static let ofLifts: Set<String> = ["lift-fault", "lift-out-of-service", "lift-door-held"]
  private static let meaninglessWhenAway: Set<String> = [
    "care-no-water", "care-no-movement", "care-door-not-opened", "care-still-at-home", "care-long-in-bed",
    "care-out-of-bed-at-night",
  ]
  private static let ofFire: Set<String> = ["care-smoke", "building-smoke", "gas-alarm", "carpark-co-danger"]

  private let year: YearOfAlerts
  private var firesByBuilding: [String: [Span]] = [:]
  private var cutsByBuilding: [String: [Span]] = [:]
  private var outages: [Span] = []
  private var gatewaysGone: [String: [Span]] = [:]
  /// Of each fate what its subject's past makes of it.
  private var flutters: [Int64] = []

  init(_ year: YearOfAlerts) {
    self.year = year
    let hubs = Set(year.gateways.values)
    for fate in year.fates {
      let building = Self.building(fate.place)
      func held(for grace: Int64) -> Span { Span(from: fate.raisedAt, until: fate.clearedAt + grace * Self.minute) }
      if Self.ofFire.contains(fate.rule) { firesByBuilding[building, default: []].append(held(for: 2)) }
      if fate.rule == "supply-lost" { cutsByBuilding[building, default: []].append(held(for: 5)) }
      if fate.rule == "linli-broker" { outages.append(held(for: 70)) }
      if fate.rule == "device-silent", hubs.contains(fate.subject) {
        gatewaysGone[fate.subject, default: []].append(held(for: 70))
      }
    }
    flutters = Self.flutters(year.fates)
  }

  /// The spans in which an alert is hidden while it is open, joined where one cause hands over to the next.
  func spans(_ index: Int) -> [Span] {
    let fate = year.fates[index]
    // Nothing of all this hides a critical one.
    guard fate.traits.priority != .critical else { return [] }
    var found: [Span] = []
    var waits: Int64 = 0
    let building = Self.building(fate.place)
    if !building.isEmpty { found += firesByBuilding[building] ?? [] }
    if Self.stillWithoutPower.contains(fate.rule), !building.isEmpty {
      found += cutsByBuilding[building] ?? []
      waits = 30_000
    }
    if fate.rule == "device-silent" {
      found += outages
      if let gateway = year.gateways[fate.subject] {
        found += gatewaysGone[gateway] ?? []
        waits = 120_000
      }
    }
    if Self.ofLifts.contains(fate.rule), fate.place.contains("/yihe/") { found += Self.tuesdays(after: fate.raisedAt) }
    if Self.meaninglessWhenAway.contains(fate.rule) {
      found += year.absences.filter { $0.home == fate.place }.map { Span(from: $0.from, until: $0.until) }
    }
    found.append(Span(from: fate.raisedAt, until: fate.raisedAt + max(waits, flutters[index])))
    return Self.joined(found, from: fate.raisedAt)
  }

  private static func joined(_ spans: [Span], from: Timestamp) -> [Span] {
    var joined: [Span] = []
    for span in spans.sorted(by: { ($0.from, $0.until) < ($1.from, $1.until) }) where span.until > from {
      let span = Span(from: max(span.from, from), until: span.until)
      if span.from == span.until { continue }
      if let last = joined.last, span.from <= last.until {
        joined[joined.count - 1].until = max(last.until, span.until)
      } else {
        joined.append(span)
      }
    }
    return joined
  }

  /// The building of a path, or of what stands in its place; none above.
  private static func building(_ place: String) -> String {
    let parts = place.split(separator: "/")
    return parts.count < 5 ? "" : parts.prefix(5).joined(separator: "/")
  }

  /// Nine to eleven in Shanghai.
  private static func tuesdays(after time: Timestamp) -> [Span] {
    let today = (time.milliseconds + 8 * YearOfAlerts.hour) / YearOfAlerts.day
    return (today..<today + 60).filter { ($0 + 3) % 7 == 1 }.map { day in
      let nine = Timestamp(milliseconds: day * YearOfAlerts.day + YearOfAlerts.hour)
      return Span(from: nine, until: nine + 2 * YearOfAlerts.hour)
    }
  }

  /// How long each raise is held back because its subject comes and goes: three raises in a minute, and then all until it has
  /// been calm for five; or five within a day that were gone within ten seconds.
  private static func flutters(_ fates: [AlertFate]) -> [Int64] {
    var past: [String: [(fate: AlertFate, chatters: Bool)]] = [:]
    return fates.map { fate in
      if fate.clearedAt == fate.raisedAt { return 0 }
      let before = past[fate.key] ?? []
      let close = before.filter { fate.raisedAt - $0.fate.raisedAt <= minute }.count
      let short = before.filter {
        $0.fate.clearedAt - $0.fate.raisedAt < 10_000 && fate.raisedAt - $0.fate.raisedAt <= YearOfAlerts.day
      }
      let goesOn = before.last.map { $0.chatters && fate.raisedAt - $0.fate.clearedAt < 5 * minute } ?? false
      past[fate.key, default: []].append((fate, goesOn || close >= 2))
      return goesOn ? 5 * minute : close >= 2 ? 0 : short.count >= 5 ? 15_000 : 0
    }
  }
}
