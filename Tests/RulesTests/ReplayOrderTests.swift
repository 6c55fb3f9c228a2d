import Pipeline
import Rules
import Testing

/// Tapes that overlap in time, and lines that stand behind later ones.
@Suite struct ReplayOrderTests {
  private static func files(when: String) -> [String: String] {
    [
      "places.yaml": "places: [{id: hedong, level: district}]",
      "devices.yaml": """
      devices:
        - {id: d1, profile: num, place: hedong, match: {device: "1"}}
        - {id: d2, profile: num, place: hedong, match: {device: "2"}}
      """,
      "devices/num.yaml": """
      profile: num
      topic: num/{device}
      format: json
      points:
        t: {from: /t, quantity: temperature, unit: Cel, range: [-40, 85]}
      """,
      "rules/warm.yaml": "rules: [{id: warm, on: {quantity: temperature}, when: \(when), priority: high}]",
    ]
  }

  private static func line(_ minute: Int, _ device: Int, _ value: Int) -> String {
    let time = "2026-01-05T0\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):00Z"
    return #"{"tst":"\#(time)","topic":"num/\#(device)","payload":"{\"t\":\#(value)}"}"#
  }

  private static func brief(_ change: ReplayChange) -> String {
    "\(change.at.rfc3339.dropFirst(11).prefix(5)) \(change.change) \(change.subject)"
  }

  private static func brief(_ reading: ReplayReading) -> String {
    let reason = reading.reason.name.isEmpty ? "" : " \(reading.reason.name)"
    return "\(reading.at.rfc3339.dropFirst(11).prefix(5)) \(reading.point) \(reading.value ?? .nan)\(reason)"
  }

  @Test func overlappingTapesAreOneTape() throws {
    let community = try TestCommunity(Self.files(when: "{above: 20, for: 5m}"))
    #expect(community.problems == [])
    let first = (0..<20).map { Self.line($0, 1, 25) }
    let second = (0..<20).map { Self.line($0, 2, (3..<12).contains($0) ? 25 : 10) }
    let expected = ["00:05 raised d1/t", "00:08 raised d2/t", "00:12 cleared d2/t"]
    for tapes in [[first, second], [second, first], [zip(first, second).flatMap { [$0, $1] }]] {
      let (changes, readings, malformed) = try community.replay(tapes)
      #expect(malformed == [])
      #expect(changes.map(Self.brief) == expected)
      #expect(readings.map(\.at) == readings.map(\.at).sorted())
    }
  }

  @Test func aTapeOfTheNextDayFirst() throws {
    let community = try TestCommunity(Self.files(when: "{above: 20}"))
    let changes = try community.replay([[Self.line(200, 1, 10)], [Self.line(0, 1, 25)]]).changes
    #expect(changes.map(Self.brief) == ["00:00 raised d1/t", "03:20 cleared d1/t"])
  }

  @Test func aLineOutOfOrderIsLate() throws {
    let community = try TestCommunity(Self.files(when: "{above: 20}"))
    let lines = [(0, 10), (10, 12), (5, 30), (11, 13)].map { Self.line($0, 1, $1) }
    let (changes, readings, _) = try community.replay([lines])
    #expect(changes.map(Self.brief) == [])
    #expect(readings.map(Self.brief) == ["00:00 d1/t 10.0", "00:10 d1/t 12.0", "00:05 d1/t 30.0", "00:11 d1/t 13.0"])
  }

  @Test func aLineOutOfOrderThatIsNewsDrivesItsRulesAtItsTime() throws {
    let community = try TestCommunity(Self.files(when: "{above: 20}"))
    let lines = [(0, 1, 30), (10, 1, 12), (5, 2, 30), (11, 2, 13)].map { Self.line($0, $1, $2) }
    let (changes, readings, _) = try community.replay([lines])
    #expect(
      changes.map(Self.brief) == [
        "00:00 raised d1/t", "00:05 raised d2/t", "00:10 cleared d1/t", "00:11 cleared d2/t",
      ])
    #expect(readings.map(Self.brief)[2] == "00:05 d2/t 30.0")
  }

  @Test func whatCannotBeReadHasTheTimeOfItsLineToo() throws {
    let community = try TestCommunity(Self.files(when: "{above: 20}"))
    let lines = [Self.line(10, 1, 12), #"{"tst":"2026-01-05T00:05:00Z","topic":"num/1","payload":"{"}"#]
    let readings = try community.replay([lines]).readings
    #expect(readings.map(Self.brief) == ["00:10 d1/t 12.0", "00:05 d1/t nan undecodable"])
  }

  /// As with a device whose clock is wrong (DESIGN §6): older than `max_late` is not believed.
  @Test func aLineFarOutOfOrderArrivesWhereItStands() throws {
    let community = try TestCommunity(Self.files(when: "{above: 20}"))
    let lines = [Self.line(120, 1, 12), Self.line(60, 2, 12), Self.line(59, 2, 30)]
    let (changes, readings, _) = try community.replay([lines])
    #expect(readings.map(Self.brief) == ["02:00 d1/t 12.0", "01:00 d2/t 12.0", "02:00 d2/t 30.0 clock"])
    #expect(changes.map(Self.brief) == ["02:00 raised d2/t"])
  }
}
