import Alerts
import Foundation
import Pipeline
import Reports
import TestSupport
import Testing

/// The bins and floods of ISA-18.2 against their definitions, written out.
@Suite struct AlarmLoadTests {
  private static let start = Timestamp(milliseconds: 1_714_521_600_000)

  private static func load(_ minutes: [Double], hours: Int = 2) -> AlarmLoad {
    let times = minutes.map { start + Int64($0 * 60_000) }
    return AlarmLoad(person: "p", times: times, from: start, to: start + Int64(hours) * 3_600_000)
  }

  @Test func binsBeginWithThePeriodAndHoldTheirFirstInstant() {
    let load = Self.load([0, 9.999, 10, 119.999, 120, -0.001])
    #expect(load.calls == 4)
    #expect(load.bins == 12)
    #expect(load.peak == 2)
    #expect(load.mean == 4.0 / 12)
  }

  @Test func tenAreNoFloodElevenAre() {
    #expect(Self.load(Array(repeating: 3, count: 10)).floodBins == 0)
    let load = Self.load(Array(repeating: 3, count: 11))
    #expect(load.floodBins == 1)
    #expect(load.floods.map(\.calls) == [11])
    #expect(load.floods.map { $0.to - $0.from } == [600_000])
    #expect(load.floodShare == 1.0 / 12)
  }

  @Test func aFloodLastsUntilFewerThanFiveComeInABin() {
    let minutes =
      Array(repeating: 1.0, count: 12) + Array(repeating: 11.0, count: 5) + Array(repeating: 21.0, count: 11)
      + Array(repeating: 31.0, count: 4)
    let load = Self.load(minutes)
    #expect(load.floodBins == 2)
    #expect(load.floods.map(\.calls) == [28])
    #expect(load.floods.map { $0.to - $0.from } == [1_800_000])
    #expect(load.floodTimeShare == 0.25)
  }

  @Test func anEmptyPeriodHasNoBins() {
    let load = AlarmLoad(person: "p", times: [Self.start], from: Self.start, to: Self.start)
    #expect(load.bins == 0)
    #expect(load.mean == 0 && load.floodShare == 0 && load.floodTimeShare == 0)
  }

  /// Real alarm logs: bins counted the plain way, one after the other.
  @Test(
    .enabled(if: SharedData.isPresent, "../shared/data is not here"),
    arguments: ["original", "filter", "deadband"])
  func plantLogs(kind: String) throws {
    for log in try PlantAlarms.logs(kind) {
      let raises = log.filter(\.isRaise).map(\.at)
      let from = Timestamp(milliseconds: raises[0].milliseconds / 600_000 * 600_000)
      let to = raises[raises.count - 1] + 1
      let load = AlarmLoad(person: "operator", times: raises, from: from, to: to)
      var (floods, total, bins, peak) = (0, 0, 0, 0)
      var begin = from
      while begin < to {
        var count = 0
        for raise in raises where raise >= begin && raise < begin + 600_000 { count += 1 }
        if count > 10 { floods += 1 }
        total += count
        peak = max(peak, count)
        bins += 1
        begin = begin + 600_000
      }
      #expect(load.bins == bins)
      #expect(load.floodBins == floods)
      #expect(load.calls == total && total == raises.count)
      #expect(load.peak == peak)
    }
  }
}

/// The alarm logs of the simulated plant beside the checkout (Manca 2020): one file a case.
enum PlantAlarms {
  struct Line {
    var at: Timestamp
    var tag: String
    /// L, LL, H, HH.
    var limit: String
    var isRaise: Bool
  }

  static func logs(_ kind: String) throws -> [[Line]] {
    guard let folder = SharedData.folder?.appendingPathComponent("tep_alarm_flood/\(kind)") else { return [] }
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try files.sorted { $0.path < $1.path }.map { file in
      try SharedData.lines(ofGzipped: file).dropFirst().compactMap(line)
    }
  }

  /// `0,2024-05-01 00:00:20.000000000,FIR123,L NR,text`; the log has no zone, so it is read as UTC.
  private static func line(_ text: Substring) -> Line? {
    let fields = text.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count >= 4, fields[1].count >= 19,
      let at = Timestamp(rfc3339: fields[1].prefix(10) + "T" + fields[1].dropFirst(11).prefix(8) + "Z")
    else { return nil }
    let words = fields[3].split(separator: " ")
    return Line(at: at, tag: String(fields[2]), limit: String(words[0]), isRaise: words.count == 1)
  }
}
