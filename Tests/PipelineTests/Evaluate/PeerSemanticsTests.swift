import Foundation
import TestSupport
import Testing

@testable import Pipeline

/// The published cases of Home Assistant's threshold sensor and of Prometheus' `for` and `keep_firing_for`, said in our
/// conditions. Where we differ, we differ by our definition, case by case.
@Suite(.enabled(if: SharedData.isPresent, "no shared/data beside the checkout"))
struct PeerSemanticsTests {
  private func lines(_ name: String) throws -> [[String: Any]] {
    let folder = try #require(SharedData.folder).appendingPathComponent("peer_alert_semantics")
    let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    return try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private static let differences = [
    "test_sensor_lower/3":
      "at exactly the limit the last side is kept there; here below clears at ≥ x (INTERFACE §4)",
    "test_sensor_in_range_with_hysteresis/15":
      "the first value is judged there without the hysteresis; here a condition begins as not true",
    "test_sensor_in_range_inverted_with_hysteresis/6":
      "exactly on the edge of the deadband outside stays there; here it clears inside the closed range",
    "test_sensor_in_range_inverted_with_hysteresis/10":
      "exactly on the edge of the deadband outside stays there; here it clears inside the closed range",
  ]

  /// Home Assistant turns above `upper` + h and back below `upper` − h: our threshold with a deadband of 2 h.
  private func condition(_ config: [String: Any]) -> ConditionPlan {
    let h = (config["hysteresis"] as? NSNumber)?.doubleValue ?? 0
    let upper = (config["upper"] as? NSNumber)?.doubleValue
    let lower = (config["lower"] as? NSNumber)?.doubleValue
    let comparison: Comparison
    switch (lower, upper) {
    case (let lower?, let upper?) where lower > upper: comparison = .outside(upper - h, lower + h)
    case (let lower?, let upper?): comparison = .inside(lower + h, upper - h)
    case (nil, let upper?): comparison = .above(upper + h)
    case (let lower?, nil): comparison = .below(lower - h)
    case (nil, nil): comparison = .above(0)
    }
    return ConditionPlan(predicate: .compare(.last, comparison), deadband: 2 * h)
  }

  @Test func homeAssistantThresholds() throws {
    let cases = try lines("ha_threshold_hysteresis.jsonl")
    #expect(cases.count == 68)
    var differing: [String: String] = [:]
    for test in cases {
      let id = try #require(test["id"] as? String)
      var scene = Scene()
      scene.device(points: [.number()])
      scene.rule("r", condition(try #require(test["config"] as? [String: Any])), 0)
      let core = scene.core()
      let values = try #require(test["values"] as? [Any])
      let messages = values.enumerated().map { index, value in
        let number = (value as? NSNumber)?.doubleValue
        let item = Scene.Item(point: 0, value: number ?? 0, reason: number == nil ? .undecodable : .none)
        return Scene.Message(at: Int64(index + 1), device: 0, readings: [item])
      }
      for entry in scene.entries(messages) { core.process(entry) }
      let isUnknown = core.snapshot(ofPoint: 0).quality != .good
      let state = isUnknown ? "unknown" : core.raised.isEmpty ? "off" : "on"
      let expected = try #require(test["expected_state"] as? String)
      if state != expected { differing[id] = "\(values): \(expected) there, \(state) here" }
    }
    #expect(Set(differing.keys) == Set(Self.differences.keys), "\(differing)")
  }

  @Test func prometheusForAndKeepFiring() throws {
    for test in try lines("prometheus_for_and_keep_firing.jsonl") {
      let id = try #require(test["id"] as? String)
      let rule = try #require(test["rule"] as? [String: Any])
      let threshold = try #require(rule["threshold"] as? Double)
      let hold = Int64(try #require(rule["for_s"] as? Int))
      let keep = Int64(try #require(rule["keep_firing_for_s"] as? Int))
      let interval = Int64(try #require(test["sample_interval_s"] as? Int))
      let series = try #require(test["series"] as? [String: [Double]])
      let expected = try #require(test["expected"] as? [String: [String: String]])
      for (name, values) in series {
        let number = String(try #require(name.split(separator: "=").last))
        var scene = Scene()
        scene.unit = 1000
        scene.device(points: [.number()])
        let comparison: Comparison = rule["op"] as? String == "<" ? .below(threshold) : .above(threshold)
        scene.rule(
          "r",
          ConditionPlan(predicate: .compare(.last, comparison), hold: hold * 1000, clearHold: keep * 1000), 0)
        let core = scene.core()
        for (index, value) in values.enumerated() {
          let at = Int64(index) * interval
          let message = Scene.Message(at: at, device: 0, readings: [.init(point: 0, value: value)])
          for entry in scene.entries([message], from: JournalPosition(index + 1)) { core.process(entry) }
          core.advance(to: Timestamp(milliseconds: at * 1000))
          let node = core.rules.states[0]
          let state = node.isActive ? "firing" : node.raw == .yes ? "pending" : nil
          // Beyond the listed times nothing is said.
          guard let wanted = expected[String(at)] else { continue }
          #expect(state == wanted[number], "\(id) \(name) at \(at) s")
        }
      }
    }
  }
}
