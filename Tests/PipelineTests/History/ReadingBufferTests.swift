import Pipeline
import TestSupport
import Testing

/// The buffer's chains, and the judgement which readings the history keeps, both against something simpler.
@Suite struct ReadingBufferTests {
  @Test func keepsEachPointsReadingsInOrder() {
    var random = SeededGenerator(seed: 3)
    var buffer = ReadingBuffer(points: 20, capacity: 500)
    for _ in 0..<3 {
      var expected: [PointID: [HistoryReading]] = [:]
      var order: [PointID] = []
      while !buffer.isFull {
        let point = PointID.random(in: 0..<15, using: &random)
        let reading = HistoryReading(
          time: Timestamp(
            milliseconds: Int64.random(in: -5...5_000, using: &random) * [1, 1, 1, 1_000_000].randomElement(
              using: &random)!),
          value: Double.random(in: -1...1, using: &random),
          reason: QualityReason.allCases.randomElement(using: &random)!,
          isLate: Bool.random(using: &random))
        buffer.append(reading, of: point)
        if expected[point] == nil { order.append(point) }
        expected[point, default: []].append(reading)
      }
      #expect(buffer.count == 500 && buffer.points == order)
      for point in PointID(0)..<20 { #expect(buffer.readings(of: point) == expected[point] ?? []) }
      buffer.removeAll()
      #expect(buffer.isEmpty && buffer.points.isEmpty && buffer.readings(of: 3).isEmpty)
    }
  }

  /// The history judges lateness and repetition as the core does.
  @Test(arguments: 1...50) func agreesWithTheCore(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var scene = Scene()
    let isEvent = seed % 5 == 0
    scene.device(points: [
      PointPlan(id: "", device: 0, quantity: "temperature", unit: "Cel", event: isEvent)
    ])
    let core = LaneCore(plan: scene.plan, startedAt: Timestamp(milliseconds: 0))
    var accepted: [LaneCore.AcceptedReading] = []
    core.onReading = { accepted.append($0) }
    var memory = PointMemory()
    var kept: [HistoryReading] = []
    var now: Int64 = 1_000
    for position in 1...200 {
      now += Int64.random(in: 0...50, using: &random)
      let entry = Entry(
        kind: .reading,
        reason: Int.random(in: 0..<4, using: &random) == 0
          ? QualityReason.allCases.randomElement(using: &random)! : .none,
        flags: Bool.random(using: &random) ? [.retained] : [], index: 0,
        time: Timestamp(milliseconds: now - Int64.random(in: 0...40, using: &random)),
        value: [1, 2, 3, .nan].randomElement(using: &random)!, position: JournalPosition(position))
      let message = Entry(
        kind: .message, index: 0, time: Timestamp(milliseconds: now), position: JournalPosition(position))
      [message, entry].withUnsafeBufferPointer { core.process($0) }
      if let reading = memory.take(entry, isEvent: isEvent) { kept.append(reading) }
    }
    #expect(kept.map(\.time) == accepted.map(\.time))
    #expect(kept.map(\.reason) == accepted.map(\.reason))
    #expect(kept.map(\.isLate) == accepted.map(\.isLate))
    for (mine, core) in zip(kept, accepted) {
      #expect(mine.reason.quality == .bad ? mine.value.isNaN : mine.value == core.value)
    }
  }
}
