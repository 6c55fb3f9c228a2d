// Weekly shifts, across midnight and clock changes, holidays, hand-over, substitutes; what `linli check` says of them.
import ConfigFile
import Foundation
import Pipeline
import Testing

@testable import Community

@Suite struct RotaTests {
  private static let people = """
    people:
    - {id: a, name: 甲}
    - {id: b, name: 乙}
    - {id: c, name: 丙, until: 2026-01-31}
    holidays: ["2026-10-01", {from: 2026-02-16, to: 2026-02-22, name: 春节}]
    """

  private func rota(_ text: String, zone: String = "Asia/Shanghai", log: ProblemLog = ProblemLog()) throws -> Rota {
    let source = Self.people + "\nrotas:\n- id: week\n  timezone: \(zone)\n" + text
    let file = DutyFile.read(
      ConfigReader.parse(source, file: "duty.yaml", log: log), directory: "/nowhere", zone: .utc, log: log)
    return try #require(file.rotas.first)
  }

  private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

  @Test(arguments: [
    ("2026-01-05T07:59:59+08:00", ""), ("2026-01-06T07:59:59+08:00", "b"), ("2026-01-05T08:00:00+08:00", "a"),
    ("2026-01-05T19:59:59+08:00", "a"),
    ("2026-01-05T20:00:00+08:00", "b"), ("2026-01-06T03:00:00+08:00", "b"), ("2026-01-10T12:00:00+08:00", ""),
    // Friday's night shift runs into Saturday.
    ("2026-01-10T07:59:59+08:00", "b"), ("2026-01-10T08:00:00+08:00", ""),
    // Holidays have a shift of their own; the night before runs out.
    ("2026-02-16T07:00:00+08:00", ""), ("2026-02-17T12:00:00+08:00", "c"), ("2026-02-18T07:00:00+08:00", "c"),
  ])
  func weeklyShifts(at: String, who: String) throws {
    let rota = try rota(
      """
        shifts:
        - {days: [mon, tue, wed, thu, fri], from: "08:00", to: "20:00", people: [甲]}
        - {days: [mon, tue, wed, thu, fri], from: "20:00", to: "08:00", people: [b]}
        - {days: [holiday], from: "08:00", to: "08:00", people: [c]}
      """)
    #expect(try rota.onDuty(at: time(at)).joined(separator: ",") == who)
  }

  @Test func handOverAndSubstitutes() throws {
    let rota = try rota(
      """
        hand_over: 15m
        shifts:
        - {from: "08:00", to: "20:00", people: [a]}
        - {from: "20:00", to: "08:00", people: [b]}
        substitutes:
        - {for: a, by: c, from: 2026-01-07T12:00, to: 2026-01-08}
      """)
    #expect(try rota.onDuty(at: time("2026-01-05T20:14:59+08:00")) == ["b", "a"])
    #expect(try rota.onDuty(at: time("2026-01-05T20:15:00+08:00")) == ["b"])
    #expect(try rota.onDuty(at: time("2026-01-07T11:59:00+08:00")) == ["a"])
    #expect(try rota.onDuty(at: time("2026-01-07T12:00:00+08:00")) == ["c"])
    #expect(try rota.onDuty(at: time("2026-01-08T19:00:00+08:00")) == ["c"])
    #expect(try rota.onDuty(at: time("2026-01-09T10:00:00+08:00")) == ["a"])
  }

  /// Berlin: 2026-03-29 02:00 → 03:00 and 2026-10-25 03:00 → 02:00. A shift keeps the clock on the wall.
  @Test(arguments: [
    ("2026-03-29T01:30:00+01:00", "b"), ("2026-03-29T03:59:59+02:00", "b"), ("2026-03-29T06:00:00+02:00", "a"),
    ("2026-10-25T02:30:00+02:00", "b"), ("2026-10-25T02:30:00+01:00", "b"), ("2026-10-25T05:59:59+01:00", "b"),
    ("2026-10-25T06:00:00+01:00", "a"),
  ])
  func clockChangesWithinAShift(at: String, who: String) throws {
    let rota = try rota(
      """
        shifts:
        - {from: "06:00", to: "22:00", people: [a]}
        - {from: "22:00", to: "06:00", people: [b]}
      """, zone: "Europe/Berlin")
    #expect(try rota.onDuty(at: time(at)) == [who])
  }

  @Test func aChangeAtATimeThatTheClocksSkip() throws {
    let rota = try rota(
      """
        shifts:
        - {from: "02:30", to: "14:00", people: [a]}
        - {from: "14:00", to: "02:30", people: [b]}
      """, zone: "Europe/Berlin")
    // 02:30 does not exist that night: it counts from before the change, half an hour after it.
    #expect(try rota.onDuty(at: time("2026-03-29T03:29:59+02:00")) == ["b"])
    #expect(try rota.onDuty(at: time("2026-03-29T03:30:00+02:00")) == ["a"])
    // 02:30 comes twice: the first one counts.
    #expect(try rota.onDuty(at: time("2026-10-25T02:29:59+02:00")) == ["b"])
    #expect(try rota.onDuty(at: time("2026-10-25T02:30:00+02:00")) == ["a"])
    #expect(try rota.onDuty(at: time("2026-10-25T02:10:00+01:00")) == ["a"])
  }

  /// Every minute of two years: exactly one of two shifts that share the day.
  @Test func neverNobodyAndNeverBoth() throws {
    let rota = try rota(
      """
        shifts:
        - {from: "02:30", to: "14:00", people: [a]}
        - {from: "14:00", to: "02:30", people: [b]}
      """, zone: "Europe/Berlin")
    var now = try time("2026-01-01T00:00:00Z")
    let end = try time("2027-12-31T00:00:00Z")
    while now < end {
      #expect(rota.onDuty(at: now).count == 1)
      now = now + 1_800_000
    }
  }

  @Test(arguments: [
    (#"[{from: "08:00", to: "06:00", people: [a]}]"#, Array(repeating: "06:00–08:00", count: 7)),
    (
      #"[{days: [mon, tue, wed, thu, fri, sat], from: "08:00", to: "08:00", people: [a]}, {days: [sun], from: "08:00", to: "06:00", people: [a]}]"#,
      ["nobody on Monday 06:00–08:00"]
    ),
    (
      #"[{days: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00", people: [a]}, {days: [mon, tue, wed, thu], from: "18:00", to: "08:00", people: [b]}]"#,
      ["nobody from Friday 18:00 to Monday 08:00"]
    ),
    (#"[{from: "00:00", to: "24:00", people: [c]}]"#, ["left on 2026-01-31", "nobody ever"]),
    (
      #"[{from: "00:00", to: "24:00", people: [a]}, {days: [holiday], from: "09:00", to: "17:00", people: [a]}]"#,
      ["nobody on holidays 00:00–09:00", "nobody on holidays 17:00–24:00"]
    ),
    (#"[{from: "00:00", to: "24:00", people: [a]}]"#, []),
  ])
  func gaps(shifts: String, expected: [String]) throws {
    let log = ProblemLog()
    let source = Self.people + "\nrotas:\n- {id: yihe-week, shifts: \(shifts)}\n"
    let file = DutyFile.read(
      ConfigReader.parse(source, file: "duty.yaml", log: log), directory: "/nowhere", zone: .utc, log: log)
    let table = DutyTable(places: .empty, file: file, careChains: [:], zone: .utc, log: log)
    try table.check(at: time("2026-06-01T00:00:00Z"), log: log)
    let messages = log.problems.map(\.description).filter { !$0.contains("more gaps") }
    #expect(messages.count == min(expected.count, 5))
    for (message, part) in zip(messages, expected) {
      #expect(message.contains(part) && message.hasPrefix("duty.yaml:7:8: warning: rota yihe-week: "), "\(message)")
    }
  }

  @Test(arguments: [
    (#"shifts: [{from: "8", to: "20:00", people: [a]}]"#, "expected a time like"),
    (#"shifts: [{days: [montag], from: "08:00", to: "20:00", people: [a]}]"#, "unknown day"),
    (#"shifts: [{from: "08:00", to: "20:00", people: [d]}]"#, "there is no person \"d\""),
    (#"shifts: [{from: "08:00", to: "20:00", people: [a]}], hand_over: 13h"#, "not between"),
    (#"shift: []"#, "unknown key \"shift\"; did you mean \"shifts\""),
    (#"calendar: none.ics"#, "cannot read the calendar: no such file"),
    (
      #"shifts: [{from: "08:00", to: "20:00", people: [a]}], substitutes: [{for: a, by: b, from: 2026-02-03, to: 2026-02-01}]"#,
      "to is not after from"
    ),
    (#"timezone: Asia/Peking, shifts: []"#, "unknown time zone"),
  ])
  func mistakes(keys: String, message: String) throws {
    let log = ProblemLog()
    let source = Self.people + "\nrotas:\n- {id: week, \(keys)}\n"
    _ = DutyFile.read(
      ConfigReader.parse(source, file: "duty.yaml", log: log), directory: "/nowhere", zone: .utc, log: log)
    #expect(log.problems.contains { $0.description.contains(message) }, "\(log.problems)")
  }
}
