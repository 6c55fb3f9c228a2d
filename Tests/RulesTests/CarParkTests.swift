import Foundation
import Pipeline
import Rules
import TestSupport
import Testing

/// Real car parks (CityPulse, Aarhus open data) with their real faults: a counter that stood still for two months, and
/// holes in the recording that must show up as silence.
@Suite struct CarParkTests {
  private static let recording = SharedData.folder?.appendingPathComponent("aarhus_parking/aarhus_parking.csv.gz")
  private static let garages = ["SKOLEBAKKEN", "BRUUNS", "BUSGADEHUSET", "SALLING"]

  private static let files = [
    "places.yaml": "places:\n  - {id: a, level: district, places: [{id: centre, level: community, kind: car-park}]}\n",
    "devices.yaml": "devices:\n"
      + garages.map { "  - {id: \($0.lowercased()), profile: garage, place: a/centre, match: {garage: \($0)}}\n" }
      .joined(),
    "devices/garage.yaml": """
    profile: garage
    kind: car-park
    topic: parking/{garage}
    format: json
    interval: 30m
    points:
      cars: {from: /cars, quantity: count, must_change_within: 7d}
      spaces: {from: /spaces, quantity: count}
    """,
  ]

  private struct Row {
    var time: Timestamp
    var garage: String
    var line: String
  }

  private static func rows(_ url: URL) throws -> [Row] {
    try SharedData.lines(ofGzipped: url).dropFirst().compactMap { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 7, let time = Timestamp(rfc3339: cells[2] + "Z") else { return nil }
      let text =
        #"{"tst":"\#(time.rfc3339)","topic":"parking/\#(cells[5])","payload":{"cars":\#(cells[1]),"spaces":\#(cells[4])}}"#
      return Row(time: time, garage: cells[5].lowercased(), line: text)
    }
  }

  @Test(.enabled(if: SharedData.isPresent, "no real recordings beside the checkout"))
  func standstillAndHolesAreFound() throws {
    let rows = try Self.rows(#require(Self.recording))
    #expect(rows.count == 27_632)
    let community = try TestCommunity(Self.files)
    #expect(community.problems == [])
    let (changes, _, malformed) = try community.replay([rows.map(\.line)])
    #expect(malformed == [])

    let stuck = changes.filter { $0.rule == "device-stuck" }
    #expect(Set(stuck.map(\.subject)) == ["skolebakken/cars"])
    // 512 cars since 2014-09-02 11:01:49.823, to the end of the recording.
    let standstill = try #require(Timestamp(rfc3339: "2014-09-02T11:01:49.823Z"))
    let last = try #require(stuck.last { $0.change == "raised" && $0.at <= standstill + 8 * 86_400_000 })
    #expect(last.at == standstill + 7 * 86_400_000)

    // A hole is a pause of more than three reporting intervals.
    let limit: Int64 = 3 * 1_800_000
    for garage in Self.garages.map({ $0.lowercased() }) {
      let times = rows.filter { $0.garage == garage }.map(\.time)
      let wanted = zip(times, times.dropFirst()).filter { $1 - $0 > limit }
        .flatMap { ["\(($0 + limit).rfc3339) raised", "\($1.rfc3339) cleared"] }
      let got = changes.filter { $0.rule == "device-silent" && $0.subject == garage }
      #expect(got.map { "\($0.at.rfc3339) \($0.change)" } == wanted)
      #expect(wanted.count == 34)
    }
  }
}
