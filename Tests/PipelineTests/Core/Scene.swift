import Pipeline

/// A lane for tests: devices with points and rules, and messages written as what they say.
struct Scene {
  struct Message {
    var at: Int64
    var device: Int
    var isRetained = false
    var readings: [Item] = []
  }

  struct Item {
    var point: Int
    var value: Double
    var reason = QualityReason.none
    /// Event time; nil = arrival.
    var time: Int64?
  }

  var plan = LanePlan()
  /// 1 = the numbers of a scene are ms.
  var unit: Int64 = 1

  /// Adds a device `d0`, `d1` … with points `d0/p0` … and returns the indices of its points.
  @discardableResult
  mutating func device(silentAfter: Int64? = nil, points kinds: [PointPlan]) -> [Int] {
    let number = plan.devices.count
    let first = plan.points.count
    plan.devices.append(
      DevicePlan(
        id: "d\(number)", profile: plan.profiles.count, place: "home", match: [:], firstPoint: PointID(first),
        silentAfter: silentAfter.map { $0 * unit }))
    plan.profiles.append(
      ProfilePlan(name: "profile\(number)", points: kinds.indices.map { "p\($0)" }, messages: []))
    for (index, kind) in kinds.enumerated() {
      var point = kind
      point.id = "d\(number)/p\(index)"
      point.device = DeviceID(number)
      point.mustChangeWithin = kind.mustChangeWithin.map { $0 * unit }
      plan.points.append(point)
    }
    return Array(first..<plan.points.count)
  }

  /// A rule with one subject.
  mutating func rule(_ id: String, _ conditions: [ConditionPlan], inputs: [[Int]], subject: String = "home") {
    plan.rules.append(
      RulePlan(
        id: id, conditions: conditions,
        instances: [InstancePlan(subject: subject, place: "home", inputs: inputs.map { $0.map { PointID($0) } })]))
  }

  /// A rule of one leaf.
  mutating func rule(_ id: String, _ condition: ConditionPlan, _ points: Int...) {
    rule(id, [condition], inputs: [points])
  }

  func entries(_ messages: [Message], from position: JournalPosition = 1) -> [Entry] {
    var entries: [Entry] = []
    for (number, message) in messages.enumerated() {
      let position = position + JournalPosition(number)
      let flags: Entry.Flags = message.isRetained ? .retained : []
      let arrival = Timestamp(milliseconds: message.at * unit)
      entries.append(
        Entry(kind: .message, flags: flags, index: DeviceID(message.device), time: arrival, position: position))
      for item in message.readings {
        let time = item.time.map { Timestamp(milliseconds: $0 * unit) } ?? arrival
        entries.append(
          Entry(
            kind: .reading, reason: item.reason, flags: flags, index: PointID(item.point), time: time,
            value: item.value, position: position))
      }
    }
    return entries
  }

  func core(startedAt: Int64 = 0) -> LaneCore {
    LaneCore(plan: plan, startedAt: Timestamp(milliseconds: startedAt * unit))
  }

  /// Runs messages and then the clock up to `until`.
  func run(_ messages: [Message], until: Int64) -> [String] {
    let core = core()
    for entry in entries(messages) { core.process(entry) }
    core.advance(to: Timestamp(milliseconds: until * unit))
    return core.takeChanges().map { $0.told(unit: unit) }
  }
}

extension PointPlan {
  static func number(mustChangeWithin: Int64? = nil) -> PointPlan {
    PointPlan(id: "", device: 0, quantity: "temperature", unit: "Cel", mustChangeWithin: mustChangeWithin)
  }
  static let boolean = PointPlan(id: "", device: 0, quantity: "motion", unit: "1", values: .boolean)
  static let button = PointPlan(id: "", device: 0, quantity: "pressed", unit: "1", values: .boolean, event: true)
}

extension ConditionChange {
  /// "rule raised 10", times in the scene's unit.
  func told(unit: Int64 = 1) -> String {
    let (whole, rest) = at.milliseconds.quotientAndRemainder(dividingBy: unit)
    return "\(rule) \(kind.rawValue) \(whole)" + (rest == 0 ? "" : "+\(rest)ms")
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for a seed on every machine.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678_9abc_def1 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
  mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}
