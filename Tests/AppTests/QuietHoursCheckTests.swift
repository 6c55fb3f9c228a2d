// What a channel keeps longer than people have to answer it is said, and nothing else.
import App
import ConfigFile
import Foundation
import Pipeline
import Testing
import Words

@Suite struct QuietHoursCheckTests {
  static let compound = "hedong/jiefang/yihe"
  static let room = SmallCommunity.room

  /// The warnings about quiet hours. A street above, a compound with a medium alert to answer in half an hour, a low one in a week.
  private func warnings(
    street: String = "{unit: 街道, people: [{name: S, channel: call}], answer_within: 1h}",
    compound: String = "{unit: 物业, rota: week, answer_within: {high: 10m, medium: 30m, low: 7d}}",
    care: String = "", day: String = "", night: String = "", channels: String, routes: String = "[]",
    alerts: String = ""
  ) throws -> [String] {
    let community = try SmallCommunity()
    try community.write(
      "places.yaml",
      """
      places:
        - id: hedong
          level: district
          places:
            - id: jiefang
              level: street
              duty: \(street)
              places:
                - id: yihe
                  level: compound
                  duty: \(compound)
                  places:
                    - {id: "301", level: room, kind: care-room\(care)}
      """)
    try community.write(
      "duty.yaml",
      """
      people:
        - {id: day, name: D\(day)}
        - {id: night, name: N\(night)}
      rotas:
        - id: week
          shifts:
            - {from: "07:30", to: "19:30", people: [day]}
            - {from: "19:30", to: "07:30", people: [night]}
      """)
    try community.write("alerts.yaml", alerts)
    try community.write(
      "channels.yaml",
      """
      channels:
        - {id: hook, kind: webhook, url: "http://127.0.0.1:9/hook"}
        - {id: call, kind: wecom, url: "http://127.0.0.1:9/call"}
      \(channels)
      routes: \(routes)
      """)
    let loaded = LoadedConfiguration.load(
      directory: community.config, environment: SmallCommunity.environment,
      now: Timestamp(rfc3339: "2026-01-05T04:00:00Z")!
    )
    #expect(!loaded.hasErrors, "\(loaded.problems)")
    return loaded.problems.filter { $0.message.en.contains("quiet_hours") }.map { problem in
      problem.description.replacingOccurrences(of: community.config + "/", with: "")
    }
  }

  private func robot(_ id: String, _ hours: String) -> String {
    "  - {id: \(id), kind: wecom, url: \"http://127.0.0.1:9/\(id)\", quiet_hours: \(hours)}"
  }

  static let usual = #"{from: "22:00", to: "07:00"}"#

  private func warning(
    _ id: String, line: Int = 4, priority: String = "medium", _ wait: String, place: String = Self.compound,
    _ within: String = "30m"
  ) -> String {
    "channels.yaml:\(line):5: warning: channel \"\(id)\": quiet_hours keep what is \(priority) for up to \(wait), and "
      + "\(place) has \(within) to answer it: who is asked next hears of it before who is asked first; leave "
      + "\(priority) out of the priority of quiet_hours, give another way, or a longer answer_within"
  }

  @Test func aRouteThatKeepsWhatClimbsMeanwhile() throws {
    let group = robot("group", Self.usual)
    for routes in [
      "[{to: [hook, group]}]", "[{place: \(Self.compound), to: [group]}]", "[{place: \(Self.room), to: [group]}]",
    ] {
      #expect(try warnings(channels: group, routes: routes) == [warning("group", "9h")], "\(routes)")
    }
  }

  /// Of priorities, places, hours and ways that leave the time to answer.
  @Test(arguments: [
    (#"{from: "22:00", to: "07:00", priority: low}"#, "[{to: [group]}]"),  // A week to answer.
    (#"{from: "09:00", to: "08:30", priority: low}"#, "[{to: [group]}]"),
    (#"{from: "12:30", to: "13:00"}"#, "[{to: [group]}]"),  // As long as the time to answer, not longer.
    (Self.usual, "[{priority: [critical, high], to: [group]}]"),  // Nothing goes there that it would keep.
    (Self.usual, "[{priority: medium, to: [call], stop: true}, {to: [group]}]"),
    (Self.usual, "[{to: [call]}, {to: [group]}]"),  // Somebody is told.
  ])
  func whatLeavesTheTimeToAnswer(hours: String, routes: String) throws {
    #expect(try warnings(channels: robot("group", hours), routes: routes) == [])
  }

  /// Another way counts if the same alerts go there.
  @Test(arguments: [
    "[{audience: [lift], to: [call]}, {to: [group]}]",
    "[{to: [group], audience: [care]}, {priority: high, to: [call]}]",
    "[{to: [group, hook]}]", "[{place: \(Self.room), to: [call]}, {to: [group]}]",
    "[{to: [group], stop: true}, {to: [call]}]",
  ])
  func anotherWayForOthersDoesNotHelp(routes: String) throws {
    #expect(try warnings(channels: robot("group", Self.usual), routes: routes) == [warning("group", "9h")])
  }

  /// Two channels of which one always speaks; of three hours, in which both keep it, half an hour is too little.
  @Test func hoursThatSupplementEachOther() throws {
    func both(_ day: String) throws -> [String] {
      try warnings(
        channels: robot("nights", Self.usual) + "\n" + robot("days", day), routes: "[{to: [nights, days]}]")
    }
    #expect(try both(#"{from: "07:00", to: "22:00"}"#) == [])
    #expect(try both(#"{from: "04:00", to: "22:00"}"#) == [warning("nights", "3h"), warning("days", line: 5, "18h")])
  }

  /// People who are told on a channel of their own are on duty at some hours only.
  @Test func peopleOnDutyAtTheirHours() throws {
    let own = robot("own", Self.usual)
    #expect(try warnings(night: ", channel: own", channels: own) == [warning("own", "9h")])
    // From 22:00 until 07:00 the other one is on duty.
    #expect(try warnings(day: ", channel: own", night: ", channel: call", channels: own) == [])
    #expect(try warnings(night: ", channel: own", channels: own, routes: "[{to: [call]}]") == [])
    // The shift begins within the quiet hours.
    let late = robot("own", #"{from: "22:00", to: "08:30"}"#)
    #expect(try warnings(day: ", channel: own", night: ", channel: call", channels: late) == [warning("own", "1h")])
  }

  /// An escalation goes to the people who are asked, not to the routes; at the top nobody is behind.
  @Test func levelsThatAreClimbedTo() throws {
    let (own, group) = (robot("own", Self.usual), "[{to: [call]}]")
    let street = "{unit: 街道, people: [{name: S, channel: own}], answer_within: 1h}"
    #expect(try warnings(street: street, channels: own, routes: group) == [])
    let community = "{unit: 物业, people: [{name: P, channel: call}], answer_within: 30m}"
    let room = ", duty: {unit: 门卫, people: [{name: G, channel: call}], answer_within: 20m}"
    #expect(try warnings(compound: community, care: room, channels: own, routes: group) == [])
    let asleep = "{unit: 物业, people: [{name: P, channel: own}], answer_within: {medium: 30m}}"
    #expect(try warnings(compound: asleep, care: room, channels: own, routes: group) == [warning("own", "9h")])
    #expect(try warnings(compound: asleep, channels: own, routes: group) == [])
  }

  @Test func severalPlacesAndPriorities() throws {
    let group = robot("group", #"{from: "22:00", to: "07:00", priority: [high, medium, low]}"#)
    let room = ", duty: {unit: 门卫, answer_within: {high: 5m, medium: 20m, low: 2h}}"
    #expect(
      try warnings(care: room, channels: group, routes: "[{to: [group]}]") == [
        warning("group", priority: "high", "9h", place: Self.room + " (and 1 more)", "5m"),
        warning("group", priority: "low", "9h", place: Self.room, "2h"),
        warning("group", "9h", place: Self.room + " (and 1 more)", "20m"),
      ])
  }

  /// Who is next in a home's care plan hears of it before the one who is asked first; behind the last one is nobody.
  @Test func carePlans() throws {
    let own = robot("own", #"{from: "22:00", to: "06:00", priority: high}"#)
    let care = ", care: {profile: alone}"
    func chain(_ first: String, _ second: String) throws -> [String] {
      try warnings(
        compound: "{unit: 物业, people: [{name: P, channel: call}], answer_within: 10m}", care: care,
        day: ", channel: call",
        night: ", channel: own", channels: own,
        alerts: "care: {chains: {alone: [{who: \(first), role: family, answer_within: 5m}, {who: \(second)}]}}")
    }
    #expect(try chain("night", "day") == [warning("own", priority: "high", "8h", place: Self.room, "5m")])
    #expect(try chain("day", "night") == [])
  }
}
