import Foundation
import Pipeline
import Rules
import TestSupport
import Testing

/// Real CO2 of an office (UCI Occupancy Detection, Candanedo & Feldheim 2016) through profile, rule and core, against the
/// rule's definition written down naively.
@Suite struct OfficeAirTests {
  private static let recording = SharedData.folder?.appendingPathComponent("uci_occupancy/datatraining.txt.gz")

  private static let files = [
    "places.yaml": "places:\n  - {id: a, level: district, places: [{id: office, level: room}]}\n",
    "devices.yaml": "devices:\n  - {id: air, profile: air-1, place: a/office, match: {device: '7'}}\n",
    "devices/air.yaml": """
    profile: air-1
    kind: room-air
    topic: office/{device}/air
    format: json
    points:
      co2: {from: /co2, quantity: co2, unit: "[ppm]"}
      temperature: {from: /t, quantity: temperature, unit: Cel}
    """,
    "rules/air.yaml": """
    rules:
      - id: stale-air
        on: {quantity: co2}
        when: {above: 1000, for: 10m, deadband: 100}
        priority: low
    """,
  ]

  private struct Row {
    var time: Timestamp
    var co2: Double
  }

  /// The rows of the file, whose times are taken as UTC.
  private static func rows(_ url: URL) throws -> [Row] {
    try SharedData.lines(ofGzipped: url).compactMap { line in
      let cells = line.split(separator: ",").map { $0.filter { $0 != "\"" } }
      guard cells.count == 8, let time = Timestamp(rfc3339: cells[1] + "Z"), let co2 = Double(cells[5]) else {
        return nil
      }
      return Row(time: time, co2: co2)
    }
  }

  /// `above: x`: raised when that has held for `hold`, each reading that is not above breaking the hold; then cleared at
  /// ≤ x − d.
  private static func expected(_ rows: [Row], above x: Double, deadband d: Double, hold: Int64) -> [String] {
    var lines: [String] = []
    var trueSince: Timestamp?
    var isRaised = false
    for row in rows {
      if let since = trueSince, !isRaised, row.time - since >= hold {
        lines.append("\((since + hold).rfc3339) raised")
        isRaised = true
      }
      if row.co2 > x {
        trueSince = trueSince ?? row.time
      } else if row.co2 <= (isRaised ? x - d : x) {
        if isRaised { lines.append("\(row.time.rfc3339) cleared") }
        isRaised = false
        trueSince = nil
      }
    }
    return lines
  }

  @Test(.enabled(if: SharedData.isPresent, "no real recordings beside the checkout"), arguments: [(1000.0, 100.0)])
  func staleAirIsRaisedExactlyAsDefined(_ above: Double, _ deadband: Double) throws {
    let rows = try Self.rows(#require(Self.recording))
    #expect(rows.count == 8143)
    let community = try TestCommunity(Self.files)
    #expect(community.problems == [])
    let tape = rows.map {
      #"{"tst":"\#($0.time.rfc3339)","topic":"office/7/air","payload":{"co2":\#($0.co2)}}"#
    }
    let (changes, _, malformed) = try community.replay([tape])
    #expect(malformed == [])
    let got = changes.filter { $0.rule == "stale-air" }
    let wanted = Self.expected(rows, above: above, deadband: deadband, hold: 600_000)
    #expect(got.map { "\($0.at.rfc3339) \($0.change)" } == wanted)
    #expect(wanted.count == 6)
    #expect(Set(got.map(\.subject)) == ["air/co2"])
    #expect(changes.map(\.at) == changes.map(\.at).sorted())
    // The same bytes every time.
    #expect(try community.replay([tape]).changes.map(\.json) == changes.map(\.json))
  }
}
