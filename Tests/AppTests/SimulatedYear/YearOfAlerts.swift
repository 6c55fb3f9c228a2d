// What happens in the example community in a year: what each rule finds, how long it lasts, when people answer. Thrown with dice
// before anything runs, a pure function of seed and configuration.
import Alerts
import App
import Community
import Foundation
import Pipeline
import Rules
import TestSupport

/// One alert's fate.
struct AlertFate: Sendable {
  var rule: String
  var subject: String
  var place: String
  var point: String?
  var traits: AlertTraits
  var raisedAt: Timestamp
  /// Equal to `raisedAt`: a press.
  var clearedAt: Timestamp
  /// Each time that it asks somebody he answers after so long, ms; the last one again and again.
  var answers: [Int64]
  /// A latched alert is reset so long after it was both answered and over, ms.
  var resetAfter: Int64
  /// The device or point that it concerns, by the rule.
  var key: String { "\(rule)|\(subject)" }
}

/// A home whose people said that nobody would be there.
struct Absence {
  var home: String
  var toldAt: Timestamp
  var from: Timestamp
  var until: Timestamp
}

struct YearOfAlerts {
  static let day: Int64 = 86_400_000
  static let minute: Int64 = 60_000
  static let hour: Int64 = 3_600_000

  let start: Timestamp
  let end: Timestamp
  private(set) var fates: [AlertFate] = []
  private(set) var absences: [Absence] = []
  /// Device → the gateway that it is behind. The example has none in devices.yaml; here each compound has one for its radio.
  private(set) var gateways: [String: String] = [:]
  /// Rule and subject of what was given a loose contact.
  private(set) var chattering: Set<String> = []

  /// - Parameter days: of the year 2026, from 1 January, Shanghai's time.
  init(_ configuration: LoadedConfiguration, days: Int64, seed: UInt64) {
    start = Timestamp(rfc3339: "2026-01-01T00:00:00+08:00") ?? .distantPast
    end = start + days * Self.day
    var happenings = YearHappenings(configuration, from: start, to: end, seed: seed)
    happenings.happen()
    absences = happenings.absences
    gateways = happenings.gateways
    chattering = happenings.chattering
    var dice = SeededGenerator(seed: seed)
    var fates = happenings.fates
    for rule in configuration.ruleSet.plan.rules {
      guard let rate = RaiseRate.all[rule.id], rate.often > 0 else { continue }
      var shares: [Substring: Double] = [:]
      if rate.isOfDevice { for instance in rule.instances { shares[Self.device(instance.subject), default: 0] += 1 } }
      for instance in rule.instances {
        let often = rate.often / (shares[Self.device(instance.subject)] ?? 1)
        var time = start + Self.pause(often, &dice)
        while time < end {
          let lasts = rate.lasts == 0 ? 0 : max(30_000, Self.lasting(rate.lasts, &dice))
          let fate = happenings.fate(rule.id, instance.subject, at: time, lasts: min(lasts, 20 * Self.day))
          fates.append(fate)
          time = fate.clearedAt + Self.minute + Self.pause(often, &dice)
        }
      }
    }
    self.fates = Self.possible(fates)
  }

  /// A condition cannot begin again before it is over: what would makes it last longer.
  private static func possible(_ fates: [AlertFate]) -> [AlertFate] {
    var found: [AlertFate] = []
    var newest: [String: Int] = [:]
    for fate in fates.sorted(by: { ($0.raisedAt, $0.key) < ($1.raisedAt, $1.key) }) {
      if let index = newest[fate.key], fate.raisedAt <= found[index].clearedAt {
        found[index].clearedAt = max(found[index].clearedAt, fate.clearedAt)
      } else {
        newest[fate.key] = found.count
        found.append(fate)
      }
    }
    return found
  }

  private static func device(_ subject: String) -> Substring { subject.prefix { $0 != "/" } }

  private static func pause(_ often: Double, _ dice: inout SeededGenerator) -> Int64 {
    seconds(exponential(365 * Double(day) / often, &dice))
  }

  static func exponential(_ mean: Double, _ dice: inout SeededGenerator) -> Double {
    -mean * Foundation.log(1 - Double.random(in: 0..<1, using: &dice))
  }

  /// - Parameter median: ms.
  static func lasting(_ median: Int64, _ dice: inout SeededGenerator) -> Int64 {
    seconds(exponential(Double(median) / 0.693, &dice))
  }

  static func seconds(_ milliseconds: Double) -> Int64 { Int64(milliseconds) / 1_000 * 1_000 }
}
