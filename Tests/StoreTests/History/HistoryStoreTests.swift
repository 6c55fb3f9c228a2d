import Foundation
import Pipeline
import Testing

@testable import Store

/// The history store's promises: what a flush wrote can be read back, and each batch counts once.
@Suite struct HistoryStoreTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.url.appendingPathComponent("history.sqlite").path
  }

  @Test func readsBackAndAppliesOnce() throws {
    let store = try HistoryStore(path: path)
    let readings = (0..<100).map { HistoryReading(time: at(Int64($0) * 60), value: Double($0)) }
    let batch = HistoryBatch(
      lane: "main", position: 7,
      points: [.init(point: "room/temperature", isBoolean: false, holdLimit: 600_000, readings: readings)])
    #expect(try store.position(lane: "main") == 0)
    #expect(try store.write(batch))
    #expect(try !store.write(batch))
    #expect(try store.position(lane: "main") == 7)
    #expect(try store.readings(point: "room/temperature", from: at(0), to: at(6000), limit: 1000) == readings)
    #expect(
      try store.readings(point: "room/temperature", from: at(60), to: at(6000), limit: 2) == Array(readings[1...2]))
    #expect(try store.last(point: "room/temperature") == readings[99])
    #expect(try store.last(point: "room/temperature", at: at(119)) == readings[1])
    try store.close()
    let again = try HistoryStore(path: path)
    #expect(try !again.write(batch))
    #expect(
      try again.rollups(point: "room/temperature", from: at(0), to: at(7200), step: .hour).map(\.count) == [60, 40])
  }
}
