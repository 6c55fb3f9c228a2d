import Community
import Foundation
import Pipeline
import Testing

/// Zone tables agree with Foundation at every hour that matters.
@Suite struct LocalTimeTableTests {
  @Test(arguments: [
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC",
  ])
  func agreesWithFoundation(name: String) throws {
    let zone = try #require(TimeZone(identifier: name))
    let table = try #require(LocalTimeTable(named: name))
    #expect(table.name == zone.identifier)
    #expect(table.changes.first?.at == .distantPast)
    #expect(zip(table.changes, table.changes.dropFirst()).allSatisfy { $0.at < $1.at && $0.offset != $1.offset })
    var generator = SystemRandomNumberGenerator()
    let probes =
      (0..<2_000).map { _ in Int64.random(in: 0..<4_000_000_000, using: &generator) }
      + table.changes.dropFirst().flatMap { [$0.at.milliseconds / 1000, $0.at.milliseconds / 1000 - 1] }
    for seconds in probes {
      let at = Timestamp(milliseconds: seconds * 1000)
      let offset = table.changes.last { $0.at <= at }?.offset
      #expect(offset == Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))) * 1000)
    }
  }

  @Test func knownChanges() throws {
    let berlin = try #require(LocalTimeTable(named: "Europe/Berlin"))
    // 2026-03-29T01:00:00Z, 2026-10-25T01:00:00Z
    #expect(berlin.changes.contains(.init(at: Timestamp(milliseconds: 1_774_746_000_000), offset: 7_200_000)))
    #expect(berlin.changes.contains(.init(at: Timestamp(milliseconds: 1_792_890_000_000), offset: 3_600_000)))
    #expect(LocalTimeTable(named: "Mars/Olympus") == nil)
  }
}
