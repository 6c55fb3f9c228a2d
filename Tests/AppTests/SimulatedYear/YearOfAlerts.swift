// What happens in the example community in a year: how often each rule finds something, how long it lasts, when people answer.
import Alerts
import App
import Community
import Foundation
import Pipeline
import Rules
import TestSupport

/// One alert's fate, thrown with dice before anything runs.
struct AlertFate: Sendable {
  var rule: String
  var subject: String
  var place: String
  var point: String?
  var priority: Priority
  var isLatched: Bool
  var raisedAt: Timestamp
  /// Equal to `raisedAt`: a press.
  var clearedAt: Timestamp
  /// After the raise and after each re-alarm somebody answers after so long, ms; the last one again and again.
  var answers: [Int64]
  /// A latched alert is reset so long after it was both answered and over, ms.
  var resetAfter: Int64

  var key: String { "\(rule)|\(subject)|\(raisedAt.milliseconds)" }
}

/// How often a rule raises at one of its subjects.
struct RaiseRate {
  /// A year.
  var often: Double
  /// Median, ms; 0: an event that is over at once.
  var lasts: Int64
}

/// The year, or as much of it as is asked for: a pure function of seed and configuration.
struct YearOfAlerts {
  static let day: Int64 = 86_400_000
  static let minute: Int64 = 60_000
  static let hour: Int64 = 3_600_000

  /// Raises of each rule a year and subject. Where studies or offices give figures they are taken: a false alarm of inactivity
  /// every eleven days in a flat (Sensors 2024, 24, 6583: 0.09 a day); lifts break down four times a year; a LoRaWAN device is out of
  /// reach every other month. The others are what a manager of such a compound would call usual; none is kind to the figures.
  static let rates: [String: RaiseRate] = [
    "care-emergency-call": .init(often: 3, lasts: 0), "care-fall": .init(often: 1, lasts: 2 * minute),
    "care-smoke": .init(often: 0.5, lasts: 6 * minute), "care-no-water": .init(often: 3, lasts: 8 * hour),
    "care-no-movement": .init(often: 2, lasts: 6 * hour), "care-room-cold": .init(often: 2, lasts: 5 * hour),
    "care-door-not-opened": .init(often: 12, lasts: 5 * hour), "care-still-at-home": .init(often: 33, lasts: hour),
    "care-long-in-bed": .init(often: 6, lasts: 2 * hour),
    "care-out-of-bed-at-night": .init(often: 25, lasts: 20 * minute),
    "care-door-open-at-night": .init(often: 6, lasts: 15 * minute), "care-room-hot": .init(often: 8, lasts: 4 * hour),
    "care-water-running": .init(often: 4, lasts: 40 * minute), "care-water-high": .init(often: 6, lasts: 10 * hour),
    "carpark-co-danger": .init(often: 0.5, lasts: 10 * minute), "carpark-co": .init(often: 10, lasts: 12 * minute),
    "gate-fault": .init(often: 12, lasts: 30 * minute), "carpark-full": .init(often: 250, lasts: 50 * minute),
    "bay-overstay": .init(often: 15, lasts: 20 * hour), "lift-trapped": .init(often: 1, lasts: 25 * minute),
    "lift-fault": .init(often: 4, lasts: 100 * minute), "lift-door-held": .init(often: 60, lasts: 4 * minute),
    "lift-out-of-service": .init(often: 8, lasts: 2 * hour), "pump-overload": .init(often: 4, lasts: 30 * minute),
    "booster-stopped": .init(often: 2, lasts: hour), "sump-high": .init(often: 6, lasts: 20 * minute),
    "sump-pump-idle": .init(often: 3, lasts: 30 * minute), "supply-voltage": .init(often: 12, lasts: 10 * minute),
    "supply-lost": .init(often: 3, lasts: 40 * minute), "heating-riser-cold": .init(often: 5, lasts: 5 * hour),
    "building-smoke": .init(often: 1, lasts: 10 * minute), "gas-alarm": .init(often: 1, lasts: 10 * minute),
    "gas-rising": .init(often: 6, lasts: 8 * minute), "water-leak": .init(often: 4, lasts: 50 * minute),
    "roof-door-open": .init(often: 40, lasts: 12 * minute), "bin-fire": .init(often: 0.5, lasts: 8 * minute),
    "bin-full": .init(often: 120, lasts: 6 * hour), "bin-tilted": .init(often: 15, lasts: 2 * hour),
    "noise-at-night": .init(often: 60, lasts: 25 * minute), "air-polluted": .init(often: 70, lasts: 7 * hour),
    "dayroom-stuffy": .init(often: 220, lasts: 25 * minute), "device-silent": .init(often: 6, lasts: 3 * hour),
    "device-stuck": .init(often: 0.5, lasts: 5 * hour), "point-out-of-range": .init(often: 0.3, lasts: 30 * minute),
    "point-fault": .init(often: 0.3, lasts: 2 * hour), "battery-low": .init(often: 0.3, lasts: 30 * hour),
  ]

  let start: Timestamp
  let end: Timestamp
  let fates: [AlertFate]

  /// - Parameter days: of the year 2026, from 1 January, Shanghai's time.
  init(_ configuration: LoadedConfiguration, days: Int64, seed: UInt64) {
    start = Timestamp(rfc3339: "2026-01-01T00:00:00+08:00") ?? .distantPast
    end = start + days * Self.day
    var dice = SeededGenerator(seed: seed)
    var fates: [AlertFate] = []
    let plan = configuration.ruleSet.plan
    for rule in plan.rules {
      guard let rate = Self.rates[rule.id] else { continue }
      for instance in rule.instances {
        var time = start + Self.pause(rate, &dice)
        while time < end {
          let point = instance.inputs.first?.first.map { plan.points[Int($0)].id }
          let traits = configuration.traits(rule: rule.id, subject: instance.subject)
          let fate = Self.fate(rule.id, instance, point, traits, rate, at: time, &dice)
          fates.append(fate)
          time = fate.clearedAt + Self.minute + Self.pause(rate, &dice)
        }
      }
    }
    self.fates = fates
  }

  private static func pause(_ rate: RaiseRate, _ dice: inout SeededGenerator) -> Int64 {
    Int64(exponential(365 * Double(day) / rate.often, &dice)) / 1_000 * 1_000
  }

  private static func exponential(_ mean: Double, _ dice: inout SeededGenerator) -> Double {
    -mean * Foundation.log(1 - Double.random(in: 0..<1, using: &dice))
  }

  private static func fate(
    _ rule: String, _ instance: InstancePlan, _ point: String?, _ traits: AlertTraits, _ rate: RaiseRate,
    at time: Timestamp, _ dice: inout SeededGenerator
  ) -> AlertFate {
    // A quarter of a second beside the full ones, and half of one for people: no two things at the same time by chance.
    let median = Double(rate.lasts)
    let lasts = rate.lasts == 0 ? 0 : seconds(max(30_000, exponential(median / 0.693, &dice))) + 250
    let means: [Priority: Int64] = [.critical: 90_000, .high: 5 * minute, .medium: 12 * minute, .low: 40 * minute]
    let answers = (0..<4).map { _ -> Int64 in
      // One in four hangs on to a telephone that lies elsewhere.
      let isSlow = Int.random(in: 0..<4, using: &dice) == 0
      let mean = isSlow ? hour : means[traits.priority] ?? hour
      return seconds(min(20 * Double(hour), 5_000 + exponential(Double(mean), &dice))) + 500
    }
    return AlertFate(
      rule: rule, subject: instance.subject, place: instance.place, point: point, priority: traits.priority,
      isLatched: traits.latched, raisedAt: time, clearedAt: time + min(lasts, 20 * day), answers: answers,
      resetAfter: seconds(exponential(Double(20 * minute), &dice)) + 750)
  }

  private static func seconds(_ milliseconds: Double) -> Int64 { Int64(milliseconds) / 1_000 * 1_000 }
}
