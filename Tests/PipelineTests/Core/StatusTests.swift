import Pipeline
import Testing

@Suite struct StatusTests {
  @Test func aPointTellsItsLastReadings() {
    var scene = Scene()
    scene.device(points: [.number()])
    let core = scene.core()
    let messages = (0..<100).map {
      Scene.Message(
        at: Int64($0 * $0), device: 0,
        readings: [.init(point: 0, value: Double($0), reason: $0 == 98 ? .outOfRange : .none)])
    }
    for entry in scene.entries(messages) { core.process(entry) }
    let readings = core.readings(ofPoint: 0)
    #expect(readings.map(\.value) == (36..<100).map { Double($0) })
    #expect(readings.map(\.time.milliseconds) == (36..<100).map { Int64($0 * $0) })
    #expect(readings[62].reason == .outOfRange)
    #expect(core.counters.bad == [.outOfRange: 1])
  }

  @Test func aPauseOfMonthsEndsTheRing() {
    var scene = Scene()
    scene.device(points: [.number()])
    let core = scene.core()
    let messages = [0, 1, 5_000_000_000, 5_000_000_001].map {
      Scene.Message(at: $0, device: 0, readings: [.init(point: 0, value: 1)])
    }
    for entry in scene.entries(messages) { core.process(entry) }
    #expect(core.readings(ofPoint: 0).map(\.time.milliseconds) == [5_000_000_000, 5_000_000_001])
  }

  @Test func whatChangedSince() {
    var scene = Scene()
    scene.device(silentAfter: 50, points: [.number(), .number()])
    scene.device(points: [.number()])
    let core = scene.core()
    #expect(core.snapshot(ofPoint: 0).quality == nil)
    let messages: [Scene.Message] = [
      .init(at: 1, device: 0, readings: [.init(point: 1, value: 5)]),
      .init(at: 2, device: 1, readings: [.init(point: 2, value: 6, reason: .sensorFault)]),
    ]
    for entry in scene.entries(messages) { core.process(entry) }
    #expect(core.points(changedSince: 0) == [1, 2])
    let version = core.version
    #expect(core.points(changedSince: version) == [])
    core.advance(to: Timestamp(milliseconds: 60))
    #expect(core.points(changedSince: version) == [0, 1] && core.silentDevices == 1)
    #expect(core.snapshot(ofPoint: 1).reason == .silent && core.snapshot(ofPoint: 1).value == 5)
    #expect(core.snapshot(ofPoint: 2).quality == .bad && core.snapshot(ofPoint: 2).value == nil)
  }

  @Test func strangeIndicesAreCounted() {
    var scene = Scene()
    scene.device(points: [.number()])
    let core = scene.core()
    core.process(Entry(kind: .message, index: 9, time: Timestamp(milliseconds: 1), position: 1))
    core.process(Entry(kind: .reading, index: 9, time: Timestamp(milliseconds: 1), position: 1))
    core.process(Entry(kind: .message, time: Timestamp(milliseconds: 2), position: 2))
    #expect(core.counters.unknownIndex == 2 && core.counters.messages == 2 && core.position == 2)
  }
}
