import Testing
import Words

/// What people read when a rule is wrong, word for word.
@Suite struct RuleProblemsTests {
  /// `when` at a temperature (line 4, column 11 is its first brace) → the one problem.
  static let conditions: [(String, String)] = [
    ("{abov: 5}", #"4:12: error: unknown key "abov"; did you mean "above"?"#),
    (
      "{for: 5m}",
      "4:11: error: the condition says nothing about the value; give one of above, below, outside, inside, equals, not_equals, average, minimum, maximum, sum, increase, count, rate_per_hour, changes, quiet, silent, stuck, all, any, not"
    ),
    (
      "{above: 5, below: 9}",
      #"4:22: error: "above" and "below" in one condition; use inside: [a, b] or outside: [a, b]"#
    ),
    (
      "{quiet: 1h, silent: 2h}",
      #"4:23: error: "quiet" and "silent" in one condition; make two conditions and join them with all: […] or any: […]"#
    ),
    (
      "{quiet: 1h, above: 5}",
      #"4:23: error: "quiet" and "above" in one condition; make two conditions and join them with all: […] or any: […]"#
    ),
    ("{average: 1h}", #"4:12: error: "average" needs a comparison; e.g. {average: 1h, above: 5}"#),
    (
      "{count: 1h, above: 2, below: 9}",
      #"4:33: error: "above" and "below" in one condition; use inside: [a, b] or outside: [a, b]"#
    ),
    (
      "{average: 12, above: 5}",
      #"4:21: error: average: expected a duration like 90s 10m 12h 3d, found "12"; add the unit"#
    ),
    ("{above: warm}", #"4:19: error: above: expected a number, found "warm""#),
    ("{count: 1h, equals: some}", #"4:31: error: equals: expected a number, found "some""#),
    ("{outside: [30, 10]}", "4:21: error: outside: 30 is more than 10; write [10, 30]"),
    ("{inside: [30, 10]}", "4:20: error: inside: 30 is more than 10; write [10, 30]"),
    ("{inside: 5}", "4:20: error: inside: expected two numbers, [a, b]"),
    ("{equals: 5, deadband: 1}", #"4:33: error: "equals" takes no deadband; use clear_for against chattering"#),
    (
      "{quiet: 1h, deadband: 1}",
      #"4:33: error: "quiet" takes no deadband; a deadband belongs to a comparison of numbers"#
    ),
    (
      "{outside: [10, 12], deadband: 1.5}",
      "4:41: error: with this deadband the alert could never clear; at most 1, half of the range"
    ),
    ("{above: 5, deadband: -1}", "4:32: error: deadband: -1 is not between 0 and 1.7976931348623157e+308"),
    ("{above: 5, for: 10}", #"4:27: error: for: expected a duration like 90s 10m 12h 3d, found "10"; add the unit"#),
    ("{changes: {by: 0, within: 5m}}", "4:26: error: by: a change of 0 is none; use quiet or stuck"),
    ("{changes: {by: 5}}", #"4:21: error: missing "within""#),
    ("{all: []}", "4:17: error: all: expected 1 to 64 conditions"),
    ("{above: 5, during: {from: 25:00}}", #"4:37: error: from: expected a time like "22:00", found "25:00""#),
    ("{above: 5, during: {days: [sat, sunn]}}", #"4:37: error: days: unknown day "sunn"; did you mean "sun"?"#),
    ("{above: 5, during: {}}", "4:30: error: during: expected from, to or days"),
    (
      "{silent: 2h, for: 10m}",
      #"4:29: warning: "silent" with "for" raises only after 130m; write silent: 130m if that is meant"#
    ),
    ("{equals: warm}", #"4:12: error: "equals: warm" cannot be: "care-301-env/temperature" is a number"#),
  ]

  @Test(arguments: conditions)
  func condition(_ when: String, _ problem: String) {
    #expect(compile(rule(when: when)).problems == ["rules/a.yaml:" + problem])
  }

  /// `on` (line 3) and `when` (line 4) → the one problem.
  static let selections: [(String, String, String)] = [
    (
      "{quantity: temprature}", "{above: 5}",
      #"3:20: error: unknown quantity "temprature"; did you mean "temperature"?"#
    ),
    ("{quantitty: temperature}", "{above: 5}", #"3:10: error: unknown key "quantitty"; did you mean "quantity"?"#),
    (
      "{place: hedong/b3/f3/303}", "{above: 5}",
      #"3:17: error: unknown place "hedong/b3/f3/303"; did you mean "hedong/b3/f3/301"?"#
    ),
    (
      "{device: care-301-evn}", "{above: 5}",
      #"3:18: error: unknown device "care-301-evn"; did you mean "care-301-env"?"#
    ),
    (
      "{point: care-301-env/temperatur}", "{above: 5}",
      #"3:17: error: unknown point "care-301-env/temperatur"; did you mean "care-301-env/temperature"?"#
    ),
    ("{profile: em30}", "{above: 5}", #"3:19: error: unknown profile "em30"; did you mean "em300"?"#),
    ("{profile: unused-profile}", "{above: 5}", #"3:19: warning: "on" of rule "r" selects no points"#),
    (
      "{place_kind: care-rom}", "{above: 5}",
      #"3:22: warning: "on" of rule "r" selects no points; did you mean "care-room"?"#
    ),
    ("{device: 'lift-*'}", "{above: 5}", #"3:18: warning: "on" of rule "r" selects no points"#),
    ("{}", "{above: 5}", #"3:9: error: "on" is empty; select points, e.g. on: {quantity: temperature}"#),
    (
      "{quantity: open}", "{above: 5}",
      #"4:12: error: "above" needs numbers; "care-301-door/door" is true or false; use "equals", or narrow "on""#
    ),
    (
      "{quantity: open}", "{equals: ajar}",
      #"4:12: error: "equals: ajar" cannot be: "care-301-door/door" is true or false"#
    ),
    (
      "{quantity: open}", "{increase: 1h, above: 5}",
      #"4:12: error: "increase" needs a meter; "care-301-door/door" is true or false; use "count""#
    ),
    (
      "{quantity: open}", "{changes: {by: 1, within: 5m}}",
      #"4:12: error: "changes" needs numbers; "care-301-door/door" is true or false; use "equals""#
    ),
    (
      "{point: boiler/mode}", "{average: 1h, above: 5}",
      #"4:12: error: "average" needs numbers; "boiler/mode" is one of off, eco, heat; use "equals""#
    ),
    ("{point: boiler/mode}", "{equals: heet}", #"4:20: error: unknown value "heet"; did you mean "heat"?"#),
    (
      "{quantity: pressed}", "{equals: true, for: 10s}",
      #"4:12: error: "for" can never complete: "button-301/press" is momentary, true and at once false again; leave out "for", or use "count:" over a window"#
    ),
    (
      "{device: care-301-env}", "{silent: 2h}",
      #"4:12: warning: "silent" looks at whole devices; rule "r" raises an alert for every point of a silent one; add per: device"#
    ),
  ]

  @Test(arguments: selections)
  func selection(_ on: String, _ when: String, _ problem: String) {
    #expect(compile(rule(on: on, when: when)).problems == ["rules/a.yaml:" + problem])
  }

  /// `on` and `when` → the one problem in Chinese, of parts that are Chinese, too.
  static let chinese: [(String, String, String)] = [
    (
      "{quantity: temprature}", "{above: 5}", "3:20: error: 未知的测量项“temprature”；是不是想写“temperature”？"
    ),
    ("{place_kind: garage}", "{above: 5}", "3:22: warning: 规则“r”的“on”没有选中任何测点；可用的有：care-room、plant-room"),
    (
      "{quantity: open}", "{increase: 1h, above: 5}",
      "4:12: error: “increase”需要计量表；“care-301-door/door”的值是 true 或 false；请用“count”"
    ),
    (
      "{point: boiler/mode}", "{average: 1h, above: 5}",
      "4:12: error: “average”需要数字；“boiler/mode”的值是以下之一：off、eco、heat；请用“equals”"
    ),
    (
      "{quantity: temperature}", "{above: 5, during: {from: 25:00}}",
      "4:37: error: from：应为时间，如“22:00”，实际是“25:00”"
    ),
    (
      "{quantity: temperature}", "{outside: [10, 12], deadband: 1.5}",
      "4:41: error: 用这个回差，报警永远不会恢复；最多 1，即范围的一半"
    ),
  ]

  @Test(arguments: chinese)
  func problemsAreNamedInChineseToo(_ on: String, _ when: String, _ problem: String) {
    #expect(compile(rule(on: on, when: when), in: .zh).problems == ["rules/a.yaml:" + problem])
  }

  @Test func joiningNeedsPer() {
    let when = "{all: [{on: {quantity: temperature}, below: 16}, {on: {quantity: open}, equals: true}]}"
    #expect(
      compile(rule(on: nil, when: when)).problems == [
        #"rules/a.yaml:3:12: error: rule "r" joins conditions of different devices (boiler, door-contact, room-climate) without "per"; say what they have in common, e.g. per: room"#
      ])
    #expect(
      compile(rule(on: nil, when: when, more: "per: flor")).problems == [
        #"rules/a.yaml:4:10: error: per: unknown value "flor"; did you mean "floor"?"#
      ])
    let apart = "{all: [{on: {quantity: mode}, equals: heat}, {on: {quantity: open}, equals: true}]}"
    #expect(
      compile(rule(on: nil, when: apart, more: "per: room")).problems == [
        #"rules/a.yaml:2:9: warning: rule "r" never raises: no room has all the points it needs; look at its "per" and "on""#
      ])
    #expect(
      compile(rule(on: nil, when: apart, more: "per: room"), in: .zh).problems == [
        "rules/a.yaml:2:9: warning: 规则“r”永远不会报警：没有一个房间具备它需要的全部测点；请检查它的“per”和“on”"
      ])
  }

  @Test func aConditionWithoutPoints() {
    #expect(
      compile(rule(on: nil, when: "{above: 5}")).problems == [
        #"rules/a.yaml:3:12: error: "above" of rule "r" has no "on": of which points?; say so, e.g. on: {quantity: temperature}"#
      ])
  }

  @Test func idsAreUniqueAndNotBuiltIn() {
    let yaml = """
      rules:
        - {id: a, on: {quantity: temperature}, when: {above: 5}}
        - {id: a, on: {quantity: temperature}, when: {above: 6}}
        - {id: device-silent, on: {quantity: temperature}, when: {above: 6}}
        - {id: "a|b", on: {quantity: temperature}, when: {above: 6}}
        - {on: {quantity: temperature}, when: {above: 6}, priority: urgent}
      """
    #expect(
      compile(yaml).problems == [
        #"rules/a.yaml:5:10: error: rule id "a|b" may have letters, digits, "-", "_" and "." only, at most 100 bytes"#,
        #"rules/a.yaml:6:5: error: missing "id""#,
        #"rules/a.yaml:6:63: error: priority: unknown value "urgent"; known: critical, high, low, medium"#,
        #"rules/a.yaml:3:10: error: rule "a" is defined twice; the first one is at rules/a.yaml:2:10; give one of them another id"#,
        #"rules/a.yaml:4:10: error: "device-silent" is a built-in device fault; adjust it in the profile under "faults""#,
      ])
  }

  /// What is wrong with one part of a rule hides nothing of another.
  @Test func allProblemsAreNamed() {
    let yaml = """
      rules:
        - {id: a, on: {quantity: temprature}, when: {below: 16, fro: 10m}}
        - {id: a, on: {quantity: temperature}, when: {outside: [x, y], for: 1, during: {from: "9"}}}
        - {id: a, on: {quantity: temperature}, when: {above: 5}}
        - {id: silent device, on: {place: hedong/b3/f3/303, quantitty: temperature}, when: {quiet: 1}}
        - {id: b, per: room, when: {all: [{on: {quantity: temprature}, equals: 1, count: x}], any: [{above: z}]}}
        - {id: c, when: {not: {on: {quantity: temprature}}}}
      """
    #expect(
      compile(yaml).problems.sorted() == [
        #"rules/a.yaml:2:28: error: unknown quantity "temprature"; did you mean "temperature"?"#,
        #"rules/a.yaml:2:59: error: unknown key "fro"; did you mean "for"?"#,
        #"rules/a.yaml:3:10: error: rule "a" is defined twice; the first one is at rules/a.yaml:2:10; give one of them another id"#,
        #"rules/a.yaml:3:59: error: outside: expected a number, found "x""#,
        #"rules/a.yaml:3:62: error: outside: expected a number, found "y""#,
        #"rules/a.yaml:3:71: error: for: expected a duration like 90s 10m 12h 3d, found "1"; add the unit"#,
        #"rules/a.yaml:3:89: error: from: expected a time like "22:00", found "9""#,
        #"rules/a.yaml:4:10: error: rule "a" is defined twice; the first one is at rules/a.yaml:2:10; give one of them another id"#,
        #"rules/a.yaml:5:10: error: rule id "silent device" may have letters, digits, "-", "_" and "." only, at most 100 bytes"#,
        #"rules/a.yaml:5:37: error: unknown place "hedong/b3/f3/303"; did you mean "hedong/b3/f3/301"?"#,
        #"rules/a.yaml:5:55: error: unknown key "quantitty"; did you mean "quantity"?"#,
        #"rules/a.yaml:5:94: error: quiet: expected a duration like 90s 10m 12h 3d, found "1"; add the unit"#,
        #"rules/a.yaml:6:103: error: above: expected a number, found "z""#,
        #"rules/a.yaml:6:53: error: unknown quantity "temprature"; did you mean "temperature"?"#,
        #"rules/a.yaml:6:84: error: count: expected a duration like 90s 10m 12h 3d, found "x""#,
        #"rules/a.yaml:6:89: error: "all" and "any" in one condition; make two conditions and join them with all: […] or any: […]"#,
        #"rules/a.yaml:7:25: error: the condition says nothing about the value; give one of above, below, outside, inside, equals, not_equals, average, minimum, maximum, sum, increase, count, rate_per_hour, changes, quiet, silent, stuck, all, any, not"#,
        #"rules/a.yaml:7:41: error: unknown quantity "temprature"; did you mean "temperature"?"#,
      ])
  }

  @Test func nestingHasALimit() {
    var when = "{above: 5}"
    for _ in 0..<9 { when = "{not: \(when)}" }
    #expect(compile(rule(when: when)).problems == ["rules/a.yaml:4:59: error: conditions are nested more than 8 deep"])
  }
}
