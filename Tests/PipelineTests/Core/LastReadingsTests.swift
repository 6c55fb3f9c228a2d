import Pipeline
import Testing

/// The last 64 readings of a point come back as they came, whatever they are: decimals of any length, long pauses, bad ones;
/// and the same after a restart.
@Suite struct LastReadingsTests {
  private struct Given {
    var time: Int64
    var value: Double
    var reason = QualityReason.none
  }

  private func check(_ given: [Given], _ what: String) throws {
    var scene = Scene()
    scene.device(points: [.number(), .number()])
    let core = scene.core()
    let messages = given.map {
      Scene.Message(
        at: $0.time, device: 0,
        readings: [.init(point: 0, value: $0.value, reason: $0.reason), .init(point: 1, value: 1)])
    }
    for (number, entry) in scene.entries(messages).enumerated() {
      core.process(entry)
      if number % 97 == 0 { try compare(core, scene) }
    }
    var wanted: [Given] = []
    for one in given.suffix(64) {
      // 49 days without a reading end what can be read back.
      if let before = wanted.last, one.time - before.time >= Int64(UInt32.max) { wanted.removeAll() }
      wanted.append(one)
      if one.value.isNaN { wanted[wanted.count - 1].value = 0 }
    }
    let found = core.readings(ofPoint: 0)
    #expect(found.map(\.time.milliseconds) == wanted.map(\.time), "\(what)")
    #expect(found.map(\.value) == wanted.map(\.value) && found.map(\.reason) == wanted.map(\.reason), "\(what)")
    #expect(core.readings(ofPoint: 1).map(\.time.milliseconds) == wanted.map(\.time), "\(what)")
    try compare(core, scene)
  }

  private func compare(_ core: LaneCore, _ scene: Scene) throws {
    let bytes = core.checkpoint()
    let restored = try LaneCore(plan: scene.plan, restoring: bytes)
    for point in [PointID(0), 1] { #expect(restored.readings(ofPoint: point) == core.readings(ofPoint: point)) }
    #expect(restored.checkpoint() == bytes)
  }

  private static let kinds = [
    "decimals", "more and more places", "large", "full precision", "mixed", "pauses", "bad ones", "negative zero",
  ]

  @Test(arguments: kinds, [1, 3, 63, 64, 65, 300])
  func comeBack(kind: String, count: Int) throws {
    var random = SeededNumbers(count + kind.count)
    var time: Int64 = 1_700_000_000_000
    let given = (0..<count).map { number in
      time += Int64(random.pick(0...600_000))
      var one = Given(time: time, value: Double(random.pick(-400...850)) / 10)
      let roll = random.pick(0...99)
      switch kind {
      case "more and more places":
        one.value = Double(random.pick(0...1_000_000)) / [1, 10, 100, 1e6][number * 4 / count]
      case "large": one.value = Double(random.pick(1 << 30...1 << 55)) * (roll < 50 ? 1 : -1)
      case "full precision": one.value = Double(number) / 7
      case "mixed": if roll < 3 { one.value = (roll == 0 ? 1e300 : roll == 1 ? 1.0 / 3 : Double.leastNonzeroMagnitude) }
      case "pauses": time += roll < 2 ? 1 << 28 : roll < 3 ? 1 << 33 : roll < 4 ? Int64(UInt32.max) : 0
      case "bad ones":
        if roll < 30 { one = Given(time: time, value: .nan, reason: roll < 15 ? .outOfRange : .sensorFault) }
      case "negative zero": one.value = roll < 50 ? -0.0 : 21.5
      default: break
      }
      one.time = time
      return one
    }
    try check(given, "\(kind), \(count)")
  }
}
