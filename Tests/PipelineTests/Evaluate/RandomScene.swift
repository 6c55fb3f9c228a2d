import Pipeline

/// Draws scenes for property tests: a few devices, rules of every kind and nesting, messages with every fault.
struct RandomScene {
  var scene = Scene()
  var messages: [Scene.Message] = []
  let end: Int64
  private var numbers: SeededNumbers

  /// - Parameter hasPeriods: a step is ten minutes, so that `during` and a change of the clock take part.
  init(seed: Int, hasPeriods: Bool) {
    numbers = SeededNumbers(seed)
    scene.unit = hasPeriods ? 600_000 : 1
    end = Int64(numbers.pick(60...140))
    if hasPeriods {
      let change = Timestamp(milliseconds: Int64(numbers.pick(20...90)) * scene.unit)
      let offset = Int64(numbers.pick(-11...13)) * 3_600_000
      let jump: Int64 = numbers.chance(50) ? 3_600_000 : -3_600_000
      scene.plan.zones = [
        LocalTimeTable(
          name: "Test/Zone",
          changes: [.init(at: .distantPast, offset: offset), .init(at: change, offset: offset + jump)])
      ]
    }
    for _ in 0..<numbers.pick(1...3) { addDevice() }
    for number in 0..<numbers.pick(1...3) { addRule("r\(number)", hasPeriods) }
    addMessages()
  }

  private mutating func addDevice() {
    var kinds: [PointPlan] = []
    for _ in 0..<numbers.pick(1...3) {
      switch numbers.pick(0...4) {
      case 0: kinds.append(.boolean)
      case 1: kinds.append(.button)
      default: kinds.append(.number(mustChangeWithin: numbers.chance(30) ? Int64(numbers.pick(5...30)) : nil))
      }
    }
    scene.device(silentAfter: numbers.chance(40) ? Int64(numbers.pick(5...40)) : nil, points: kinds)
  }

  private mutating func addRule(_ id: String, _ hasPeriods: Bool) {
    var conditions: [ConditionPlan] = []
    var inputs: [[Int]] = []
    _ = addCondition(depth: numbers.pick(0...2), hasPeriods, &conditions, &inputs)
    scene.rule(id, conditions, inputs: inputs)
  }

  private mutating func addCondition(
    depth: Int, _ hasPeriods: Bool, _ conditions: inout [ConditionPlan], _ inputs: inout [[Int]]
  ) -> Int {
    var predicate: Predicate
    var points: [Int] = []
    if depth == 0 {
      let all = scene.plan.points.indices.shuffled(using: &numbers)
      points = Array(all.prefix(numbers.chance(60) ? 1 : numbers.pick(1...3)))
      predicate = leaf()
    } else {
      let count = numbers.pick(1...3)
      var children: [Int] = []
      for _ in 0..<count {
        children.append(addCondition(depth: numbers.pick(0...depth - 1), hasPeriods, &conditions, &inputs))
      }
      switch numbers.pick(0...4) {
      case 0...1: predicate = .all(children)
      case 2...3: predicate = .any(children)
      default:
        predicate = children.count == 1 ? .not(children[0]) : .all(children)
      }
    }
    var plan = ConditionPlan(predicate: predicate)
    if numbers.chance(50) { plan.hold = Int64(numbers.pick(1...12)) * scene.unit }
    if numbers.chance(30) { plan.clearHold = Int64(numbers.pick(1...10)) * scene.unit }
    if numbers.chance(30) { plan.deadband = Double(numbers.pick(1...4)) / 2 }
    if hasPeriods && numbers.chance(50) {
      plan.during = DuringPlan(
        from: numbers.pick(0...143) * 10, to: numbers.pick(0...144) * 10, days: UInt8(numbers.pick(0...127)) | 0x18)
    }
    conditions.append(plan)
    inputs.append(points)
    return conditions.count - 1
  }

  private mutating func leaf() -> Predicate {
    let span = Int64(numbers.pick(1...30)) * scene.unit
    switch numbers.pick(0...11) {
    case 0...3: return .compare(.last, comparison())
    case 4...6:
      let function = WindowFunction.allCases[numbers.pick(0...WindowFunction.allCases.count - 1)]
      return .compare(.window(function, span), comparison(scale: function == .ratePerHour ? span : nil))
    case 7: return .changes(by: Double(numbers.pick(1...5) * (numbers.chance(50) ? 1 : -1)), within: span)
    case 8: return .quiet(span)
    case 9: return .silent(span)
    case 10: return .stuck(span)
    default: return .bad([[.silent], [.stuck], [.outOfRange, .sensorFault]][numbers.pick(0...2)])
    }
  }

  private mutating func comparison(scale width: Int64? = nil) -> Comparison {
    // A rate is in the order of the readings an hour over the width.
    let lower = numbers.pick(-2...5)
    let upper = lower + numbers.pick(0...4)
    func scaled(_ value: Int) -> Double { width.map { Double(value) * 3_600_000 / Double($0) } ?? Double(value) }
    let (a, b) = (scaled(lower), scaled(upper))
    switch numbers.pick(0...5) {
    case 0: return .above(a)
    case 1: return .below(a)
    case 2: return .outside(a, b)
    case 3: return .inside(a, b)
    case 4: return .equals(a)
    default: return .notEquals(a)
    }
  }

  private mutating func addMessages() {
    let pace = numbers.pick(1...12)
    var at: Int64 = 0
    while true {
      at += Int64(numbers.chance(10) ? numbers.pick(10...50) : numbers.pick(0...pace))
      guard at <= end else { return }
      let device = numbers.pick(0...scene.plan.devices.count - 1)
      var message = Scene.Message(at: at, device: device)
      for point in scene.plan.points.indices where Int(scene.plan.points[point].device) == device {
        if numbers.chance(70) { message.readings.append(reading(point)) }
      }
      messages.append(message)
    }
  }

  private mutating func reading(_ point: Int) -> Scene.Item {
    if numbers.chance(12) {
      let reasons: [QualityReason] = [.outOfRange, .sensorFault, .undecodable]
      return Scene.Item(point: point, value: 0, reason: reasons[numbers.pick(0...2)])
    }
    let isNumber = scene.plan.points[point].values == .number
    let value = isNumber ? numbers.pick(-2...6) : numbers.pick(0...1)
    return Scene.Item(point: point, value: Double(value), reason: numbers.chance(10) ? .clock : .none)
  }
}
