import Pipeline
import Testing

/// What each predicate and each timing means, one line a case: readings in, changes out.
@Suite struct LeafTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var condition: ConditionPlan
    var point: PointPlan = .number()
    /// `"0:20 5:15 9:bad"`: time:value of one point, one message each.
    var readings: String
    var until: Int64
    var expect: [String]
    var testDescription: String { name }
  }

  @Test(arguments: Self.comparisons + Self.timings + Self.windows + Self.decimals + Self.absences)
  func says(_ test: Case) {
    var scene = Scene()
    scene.device(points: [test.point])
    scene.rule("r", test.condition, 0)
    let messages = test.readings.split(separator: " ").map { text in
      let parts = text.split(separator: ":")
      let value = Double(parts[1])
      let item = Scene.Item(point: 0, value: value ?? 0, reason: value == nil ? .sensorFault : .none)
      return Scene.Message(at: Int64(parts[0])!, device: 0, readings: [item])
    }
    let told = scene.run(messages, until: test.until).map { String($0.dropFirst(2)) }
    #expect(told == test.expect)
  }

  private static func last(
    _ comparison: Comparison, hold: Int64 = 0, clearHold: Int64 = 0, deadband: Double = 0
  ) -> ConditionPlan {
    ConditionPlan(predicate: .compare(.last, comparison), hold: hold, clearHold: clearHold, deadband: deadband)
  }

  private static func window(_ function: WindowFunction, _ comparison: Comparison, _ width: Int64 = 10) -> ConditionPlan
  {
    ConditionPlan(predicate: .compare(.window(function, width), comparison))
  }

  static let comparisons: [Case] = [
    Case(
      name: "above is strict", condition: last(.above(20)), readings: "0:20 1:20.5 2:20", until: 9,
      expect: ["raised 1", "cleared 2"]),
    Case(
      name: "below is strict", condition: last(.below(20)), readings: "0:20 1:19.5 2:20", until: 9,
      expect: ["raised 1", "cleared 2"]),
    Case(
      name: "outside the closed range", condition: last(.outside(10, 20)), readings: "0:10 1:9 2:20 3:21 4:15",
      until: 9,
      expect: ["raised 1", "cleared 2", "raised 3", "cleared 4"]),
    Case(
      name: "inside the closed range", condition: last(.inside(10, 20)), readings: "0:9 1:10 2:21 3:20", until: 9,
      expect: ["raised 1", "cleared 2", "raised 3"]),
    Case(
      name: "equals", condition: last(.equals(1)), point: .boolean, readings: "0:0 1:1 2:1 3:0", until: 9,
      expect: ["raised 1", "cleared 3"]),
    Case(
      name: "not equals", condition: last(.notEquals(2)), readings: "0:2 1:3 2:2", until: 9,
      expect: ["raised 1", "cleared 2"]),
    Case(
      name: "above with a deadband clears at x − d", condition: last(.above(20), deadband: 2),
      readings: "0:21 1:19 2:18.5 3:18 4:19 5:20.5", until: 9, expect: ["raised 0", "cleared 3", "raised 5"]),
    Case(
      name: "below with a deadband clears at x + d", condition: last(.below(16), deadband: 1),
      readings: "0:15 1:16.5 2:17 3:16.5", until: 9, expect: ["raised 0", "cleared 2"]),
    Case(
      name: "outside with a deadband clears in the smaller range", condition: last(.outside(10, 20), deadband: 2),
      readings: "0:21 1:19 2:18 3:9 4:11 5:12", until: 9,
      expect: ["raised 0", "cleared 2", "raised 3", "cleared 5"]),
    Case(
      name: "inside with a deadband clears outside the larger range", condition: last(.inside(10, 20), deadband: 2),
      readings: "0:15 1:8 2:7.5 3:9 4:10 5:22 6:22.5", until: 9,
      expect: ["raised 0", "cleared 2", "raised 4", "cleared 6"]),
    Case(
      name: "bad neither raises nor clears", condition: last(.above(20)), readings: "0:21 1:bad 2:21 3:bad 4:20",
      until: 9, expect: ["raised 0", "cleared 4"]),
    Case(
      name: "bad keeps the deadband's state", condition: last(.above(20), deadband: 2),
      readings: "0:21 1:bad 2:19 3:18",
      until: 9, expect: ["raised 0", "cleared 3"]),
    Case(name: "never heard", condition: last(.below(20)), readings: "", until: 99, expect: []),
    Case(
      name: "an event is over at once", condition: last(.equals(1)), point: .button, readings: "3:1 7:1", until: 9,
      expect: ["raised 3", "cleared 3", "raised 7", "cleared 7"]),
  ]

  static let timings: [Case] = [
    Case(
      name: "a hold completes at t + d", condition: last(.below(16), hold: 10), readings: "0:18 1:15 5:15 14:18",
      until: 20, expect: ["raised 11", "cleared 14"]),
    Case(
      name: "a reading of the moment at which the hold is complete breaks it", condition: last(.below(16), hold: 10),
      readings: "1:15 11:18", until: 20, expect: []),
    Case(
      name: "a hold is complete at the last moment of the tape", condition: last(.below(16), hold: 10),
      readings: "1:15 11:15", until: 11, expect: ["raised 11"]),
    Case(
      name: "a reading of the moment at which clear_for is over keeps the alert",
      condition: last(.above(20), clearHold: 5), readings: "0:21 3:19 8:21 9:19", until: 20,
      expect: ["raised 0", "cleared 14"]),
    Case(
      name: "one good reading breaks a hold", condition: last(.below(16), hold: 10), readings: "0:15 9:16 10:15",
      until: 30, expect: ["raised 20"]),
    Case(
      name: "while bad the hold stands still", condition: last(.below(16), hold: 10), readings: "0:15 4:bad 20:15",
      until: 40, expect: ["raised 26"]),
    Case(
      name: "clear_for", condition: last(.above(20), clearHold: 5), readings: "0:21 3:19 6:21 7:19", until: 20,
      expect: ["raised 0", "cleared 12"]),
    Case(
      name: "while bad clear_for stands still", condition: last(.above(20), clearHold: 5),
      readings: "0:21 3:19 5:bad 9:19",
      until: 20, expect: ["raised 0", "cleared 12"]),
    Case(
      name: "an event under clear_for", condition: last(.equals(1), clearHold: 5), point: .button, readings: "3:1",
      until: 20, expect: ["raised 3", "cleared 8"]),
    Case(
      name: "an event never completes a hold", condition: last(.equals(1), hold: 1), point: .button,
      readings: "3:1 4:1",
      until: 20, expect: []),
  ]

  static let windows: [Case] = [
    Case(
      name: "average, known after the window was seen once, slides exactly", condition: window(.average, .above(5)),
      readings: "0:2 4:10 8:10", until: 40, expect: ["raised 10"]),
    Case(
      name: "an empty window has no average", condition: window(.average, .below(5)), readings: "0:2", until: 40,
      expect: []),
    Case(
      name: "maximum above is known at once", condition: window(.maximum, .above(5)), readings: "0:2 3:7 4:1",
      until: 40,
      expect: ["raised 3", "cleared 13"]),
    Case(
      name: "minimum below is known at once", condition: window(.minimum, .below(5)), readings: "0:2 3:7 4:8",
      until: 40,
      expect: ["raised 0", "cleared 10"]),
    Case(
      name: "minimum above only when seen", condition: window(.minimum, .above(5)), readings: "0:7 3:7 4:8 9:9",
      until: 40, expect: ["raised 10"]),
    Case(
      name: "sum", condition: window(.sum, .above(5)), readings: "0:2 3:4 9:3 12:1", until: 40,
      expect: ["raised 10", "cleared 13"]),
    Case(
      name: "count of true readings", condition: window(.count, .above(1)), point: .boolean,
      readings: "0:1 1:0 2:1 3:1", until: 40, expect: ["raised 2", "cleared 12"]),
    Case(
      name: "count of events", condition: window(.count, .above(2)), point: .button, readings: "0:1 1:1 2:1", until: 40,
      expect: ["raised 2", "cleared 10"]),
    Case(
      name: "increase survives a meter reset", condition: window(.increase, .above(6)), readings: "0:95 2:99 4:1 6:4",
      until: 40, expect: ["raised 6", "cleared 12"]),
    Case(
      name: "no increase at all", condition: window(.increase, .below(1)), readings: "0:5 2:5 20:7", until: 40,
      expect: ["raised 10", "cleared 20", "raised 30"]),
    Case(
      name: "an increase already too large is no increase below", condition: window(.increase, .below(1)),
      readings: "0:5 2:7", until: 40, expect: ["raised 12"]),
    Case(
      name: "rate an hour", condition: window(.ratePerHour, .above(2), 3_600_000), readings: "0:5 60000:8",
      until: 4_000_000,
      expect: ["raised 60000", "cleared 3660000"]),
    Case(
      name: "rose by 5 within 10", condition: ConditionPlan(predicate: .changes(by: 5, within: 10)),
      readings: "0:20 4:22 9:25 12:24", until: 40, expect: ["raised 9", "cleared 12"]),
    Case(
      name: "the value at the start of the window counts",
      condition: ConditionPlan(predicate: .changes(by: 5, within: 10)),
      readings: "0:20 50:25", until: 99, expect: ["raised 50", "cleared 60"]),
    Case(
      name: "fell by 5 within 10", condition: ConditionPlan(predicate: .changes(by: -5, within: 10)),
      readings: "0:20 4:22 9:17 30:16", until: 40, expect: ["raised 9", "cleared 19"]),
  ]

  /// What the last bits of a double must not decide.
  static let decimals: [Case] = [
    Case(
      name: "above, back by the deadband", condition: last(.above(8.2), deadband: 1), readings: "0:9 1:7.3 2:7.2",
      until: 9, expect: ["raised 0", "cleared 2"]),
    Case(
      name: "below, back by the deadband", condition: last(.below(0.2), deadband: 0.1), readings: "0:0.1 1:0.3",
      until: 9, expect: ["raised 0", "cleared 1"]),
    Case(
      name: "outside, back by the deadband", condition: last(.outside(0.1, 8.2), deadband: 0.2),
      readings: "0:9 1:8 2:0 3:0.3", until: 9, expect: ["raised 0", "cleared 1", "raised 2", "cleared 3"]),
    Case(
      name: "rose by just as much", condition: ConditionPlan(predicate: .changes(by: 10, within: 10)),
      readings: "0:6.4 1:16.4", until: 5, expect: ["raised 1"]),
    Case(
      name: "rose by a tenth", condition: ConditionPlan(predicate: .changes(by: 0.1, within: 10)),
      readings: "0:20.1 1:20.2", until: 5, expect: ["raised 1"]),
    Case(
      name: "rose by three tenths", condition: ConditionPlan(predicate: .changes(by: 0.3, within: 10)),
      readings: "0:1.1 1:1.4", until: 5, expect: ["raised 1"]),
    Case(
      name: "fell by a tenth", condition: ConditionPlan(predicate: .changes(by: -0.1, within: 10)),
      readings: "0:20.2 1:20.1", until: 5, expect: ["raised 1"]),
    Case(
      name: "an increase of a hundredth is not below", condition: window(.increase, .below(0.01)),
      readings: "0:1234.56 10:1234.57", until: 15, expect: []),
    Case(
      name: "an increase of three tenths is not above", condition: window(.increase, .above(0.3)),
      readings: "0:1 5:1.3", until: 12, expect: []),
    Case(
      name: "an average of just as much", condition: window(.average, .above(20.2)),
      readings: "0:20.1 5:20.1 8:20.2 10:20.3", until: 12, expect: []),
    Case(
      name: "a sum of just as much", condition: window(.sum, .above(0.6)), readings: "0:0.1 8:0.1 9:0.2 10:0.3",
      until: 12, expect: []),
  ]

  static let absences: [Case] = [
    Case(
      name: "quiet counts from the last reading that is true", condition: ConditionPlan(predicate: .quiet(10)),
      point: .boolean,
      readings: "0:0 4:1 7:1 9:0 25:1 26:0", until: 40, expect: ["raised 17", "cleared 25", "raised 35"]),
    Case(
      name: "quiet counts from the first reading", condition: ConditionPlan(predicate: .quiet(10)), point: .boolean,
      readings: "3:0 8:0", until: 40, expect: ["raised 13"]),
    Case(
      name: "quiet although the last reading is true", condition: ConditionPlan(predicate: .quiet(10)), point: .boolean,
      readings: "0:1 5:1", until: 99, expect: ["raised 15"]),
    Case(
      name: "a movement that is told again and again is not quiet", condition: ConditionPlan(predicate: .quiet(10)),
      point: .boolean, readings: "0:1 8:1 16:1 24:1", until: 33, expect: []),
    Case(
      name: "quiet numbers do not change", condition: ConditionPlan(predicate: .quiet(10)),
      readings: "0:5 5:5 9:6 15:6 30:7", until: 35, expect: ["raised 19", "cleared 30"]),
    Case(
      name: "quiet pauses while bad", condition: ConditionPlan(predicate: .quiet(10)), point: .boolean,
      readings: "0:0 4:bad 20:0", until: 40, expect: ["raised 26"]),
    Case(
      name: "quiet counts from the event", condition: ConditionPlan(predicate: .quiet(10)), point: .button,
      readings: "5:1 12:1", until: 40, expect: ["raised 22"]),
    Case(
      name: "silent from the start", condition: ConditionPlan(predicate: .silent(10)), readings: "12:1 30:1", until: 35,
      expect: ["raised 10", "cleared 12", "raised 22", "cleared 30"]),
    Case(
      name: "a bad reading is a sign of life", condition: ConditionPlan(predicate: .silent(10)),
      readings: "5:bad 9:bad",
      until: 18, expect: []),
    Case(
      name: "stuck only while it goes on sending", condition: ConditionPlan(predicate: .stuck(10)),
      readings: "0:5 30:5 31:6", until: 60, expect: ["raised 30", "cleared 31"]),
    Case(
      name: "stuck at t0 + d", condition: ConditionPlan(predicate: .stuck(10)), readings: "0:5 4:5 8:5 15:6", until: 20,
      expect: ["raised 10", "cleared 15"]),
    Case(
      name: "bad for one of the reasons", condition: ConditionPlan(predicate: .bad([.sensorFault])),
      readings: "0:5 4:bad 5:bad 8:5", until: 20, expect: ["raised 4", "cleared 8"]),
  ]
}
