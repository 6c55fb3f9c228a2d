// Who is on duty where, and what `linli check` finds about chains.
import ConfigFile
import Pipeline
import Testing

@testable import Community

@Suite struct DutyTableTests {
  private func table(
    places: String, duty: String, careChains: [String: [CareStep]] = [:], log: ProblemLog
  ) throws -> DutyTable {
    let tree = try PlaceTreeReader.read(#require(ConfigReader.parse(places, file: "places.yaml", log: log)), log: log)
    let file = DutyFile.read(
      duty.isEmpty ? nil : ConfigReader.parse(duty, file: "duty.yaml", log: log), directory: "/nowhere", zone: .utc,
      log: log)
    return DutyTable(places: tree, file: file, careChains: careChains, zone: .utc, log: log)
  }

  /// A home's own chain, its contact, and one that homes share: told once.
  @Test func carePlansThatAskSomebodyWhoLeft() throws {
    let log = ProblemLog()
    let shared = CareStep(
      who: "old", role: .doctor, answerWithin: 1, location: SourceLocation(file: "alerts.yaml", line: 3, column: 5))
    let table = try table(
      places: """
        places:
        - id: d
          level: district
          places:
          - {id: a, care: {profile: x, contact: wang, chain: [contact, {who: 老李, role: doctor}, wang]}}
          - {id: b, care: {profile: x, contact: old, chain: [contact]}}
          - {id: c, care: {profile: shared}}
          - {id: e, care: {profile: shared}}
        """, duty: Self.duty, careChains: ["shared": [shared]], log: log)
    #expect(log.problems.isEmpty, "\(log.problems)")
    table.check(at: try #require(Timestamp(rfc3339: "2026-01-05T12:00:00Z")), log: log)
    let hint = "name somebody else, or a rota"
    #expect(
      log.problems.map(\.description).filter { $0.contains("care plan") } == [
        "alerts.yaml:3:5: warning: care plan of d/c and 1 more: 老李 (doctor) left on 2025-12-31; \(hint)",
        "places.yaml:5:64: warning: care plan of d/a: 老李 (doctor) left on 2025-12-31; \(hint)",
        "places.yaml:6:5: warning: care plan of d/b: 老李 (contact) left on 2025-12-31; \(hint)",
      ])
    let before = ProblemLog()
    table.check(at: try #require(Timestamp(rfc3339: "2025-12-31T12:00:00Z")), log: before)
    #expect(!before.problems.contains { $0.description.contains("care plan") }, "the last day is one of service")
  }

  private static let duty = """
    people: [{id: wang, name: 王强, channel: x}, {id: old, name: 老李, until: 2025-12-31}]
    rotas: [{id: day, shifts: [{from: "08:00", to: "20:00", people: [wang]}]}]
    """

  @Test func nearestFirstAndOnlyWhoIsThere() throws {
    let log = ProblemLog()
    let table = try table(
      places: """
        places:
        - id: d
          level: district
          duty: {unit: 区}
          places:
          - id: s
            duty: {unit: 街道, people: [老李, {name: 张三, phone: "1"}], answer_within: 5m}
            places:
            - {id: c, duty: {unit: 社区, rota: day, answer_within: {critical: 1m}}}
        """, duty: Self.duty, log: log)
    let (noon, night) = (
      try #require(Timestamp(rfc3339: "2026-01-05T12:00:00Z")), try #require(Timestamp(rfc3339: "2026-01-05T23:00:00Z"))
    )
    #expect(table.posts(for: "d/s/c/gone/1").map(\.place) == ["d/s/c", "d/s", "d"])
    #expect(table.onDuty(place: "d/s/c", at: noon)?.people.map(\.name) == ["王强"])
    // By night the rota has nobody; and 老李 has left.
    #expect(table.onDuty(place: "d/s/c", at: night)?.people.map(\.name) == ["张三"])
    // A unit that names nobody is there as such.
    #expect(table.onDuty(place: "d", at: night)?.people == [])
    let post = try #require(table.posts(for: "d/s/c").first)
    #expect(post.answer["critical"] == 60_000 && post.answer["high"] == nil)
    table.check(at: noon, log: log)
    let text = log.problems.map(\.message.en).joined(separator: "\n")
    #expect(
      text.contains("rota day: nobody from Friday 20:00 to Saturday 08:00") && text.contains("rota day: 2 more gaps"))
    #expect(text.contains("duty of d/s: 老李 left on 2025-12-31"))
    #expect(text.contains("duty of d/s/c: an alert that nobody answers never climbs to d/s: answer_within leaves out"))
  }

  @Test(arguments: [
    (
      "{id: d, level: district, duty: {unit: 区, rota: dai}}",
      "there is no rota \"dai\" in duty.yaml; did you mean \"day\"?"
    ),
    ("{id: d, level: district, duty: {unit: 区, people: [{id: wan}]}}", "there is no person \"wan\""),
    ("{id: d, level: district, duty: {unit: 区, people: [wong]}}", "there is no person \"wong\""),
    ("{id: d, level: district, duty: {unit: 区, people: [old]}}", "nobody is left, and there is nobody above"),
    (
      "{id: d, level: district, places: [{id: s, duty: {unit: 街道}}, {id: t}]}",
      "place d/t: nobody is on duty here or above"
    ),
    (
      "{id: d, level: district, duty: {unit: 区}, places: [{id: s, duty: {unit: 街道}}]}",
      "duty of d/s: an alert that nobody answers never climbs to d: it has no answer_within"
    ),
    ("{id: d, level: district, care: {profile: x, chain: [nobody]}}", "neither a person nor a rota \"nobody\""),
    ("{id: d, level: district, care: {profile: x, chain: []}}", "a care plan that asks nobody"),
    ("{id: d, level: district, care: {profile: x, chain: [contact]}}", "it asks the contact, but the home names none"),
    ("{id: d, level: district, duty: {unit: 区, answer_within: {urgent: 5m}}}", "unknown key \"urgent\""),
  ])
  func chainsThatLeadNowhere(place: String, message: String) throws {
    let log = ProblemLog()
    let table = try table(places: "places: [\(place)]", duty: Self.duty, log: log)
    table.check(at: try #require(Timestamp(rfc3339: "2026-01-05T12:00:00Z")), log: log)
    #expect(log.problems.contains { $0.description.contains(message) }, "\(log.problems)")
  }
}
