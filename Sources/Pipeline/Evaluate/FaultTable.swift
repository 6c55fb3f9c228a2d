/// The plain fault rules: "the point's newest reading is bad for one of these reasons", at once and at any time of day. There
/// are some at every point and hardly any of them ever raises, so they have no instances: what rules a point has is a number
/// (points with the same rules share it), and a state begins with the first raise.
struct FaultTable: ~Copyable {
  struct Rule: BitwiseCopyable {
    /// Index into the plan's rules.
    var rule: Int32
    /// One bit for each reason.
    var reasons: UInt16
  }

  /// A fault rule at a point.
  struct Key: Hashable, Comparable {
    static let slots = 16
    /// Point and slot in one number.
    var number: Int32

    init(_ number: Int32) { self.number = number }
    init(point: Int, slot: Int) { number = Int32(point * Self.slots + slot) }

    var point: Int { Int(number) / Self.slots }
    var slot: Int { Int(number) % Self.slots }

    static func < (a: Key, b: Key) -> Bool { a.number < b.number }
  }

  struct State {
    var isActive = false
    /// When it last raised or cleared, ms; neither happens before this again.
    var clock: Int64
  }

  /// Of points with the same rules the range in `rules`, in the order of the plan.
  private let setStart: Slab<Int32>
  private let rules: Slab<Rule>
  private let setOfPoint: Slab<Int32>
  /// The rules of the plan that are plain faults.
  let planRules: [Int]
  /// Of those that were ever raised.
  var states: [Key: State] = [:]

  init(_ builder: FaultTableBuilder) {
    var start: [Int32] = [0]
    var list: [Rule] = []
    for set in builder.sets {
      list += set.map { builder.rules[$0] }
      start.append(Int32(list.count))
    }
    setStart = Slab(start)
    rules = Slab(list)
    setOfPoint = Slab(builder.setOfPoint)
    planRules = builder.rules.map { Int($0.rule) }
  }

  /// How many fault rules look at the point.
  func count(at point: Int) -> Int {
    let set = Int(setOfPoint[point])
    return Int(setStart[set + 1] - setStart[set])
  }

  func rule(_ key: Key) -> Rule { rules[Int(setStart[Int(setOfPoint[key.point])]) + key.slot] }

  func isActive(_ key: Key) -> Bool { states[key]?.isActive ?? false }

  func keys(at point: Int) -> some Sequence<Key> { (0..<count(at: point)).lazy.map { Key(point: point, slot: $0) } }

  /// Those that hold now, in the order of rules and points.
  var active: [Key] {
    states.filter(\.value.isActive).keys.sorted {
      (rule($0).rule, $0.point) < (rule($1).rule, $1.point)
    }
  }
}

/// Finds out which rules of a plan are plain faults, and which points have the same ones.
struct FaultTableBuilder {
  var rules: [FaultTable.Rule] = []
  /// Numbers of rules; the first set is empty.
  var sets: [[Int]] = [[]]
  var setOfPoint: [Int32]
  private var grown: [Int: Int32] = [:]

  init(points: Int) { setOfPoint = [Int32](repeating: 0, count: points) }

  /// False: the rule needs instances.
  mutating func add(_ rule: RulePlan, _ index: Int) -> Bool {
    guard rule.conditions.count == 1, let condition = rule.conditions.first,
      case .bad(let reasons) = condition.predicate,
      condition.hold <= 0, condition.clearHold <= 0, condition.during == nil,
      let points = rule.instances.ascendingPoints,
      points.allSatisfy({ Int($0) < setOfPoint.count && sets[Int(setOfPoint[Int($0)])].count < FaultTable.Key.slots })
    else { return false }
    let number = rules.count
    rules.append(
      FaultTable.Rule(rule: Int32(index), reasons: reasons.reduce(0) { $0 | ConditionCode.bit($1) }))
    grown.removeAll(keepingCapacity: true)
    for point in points {
      let set = Int(setOfPoint[Int(point)])
      if let known = grown[set] {
        setOfPoint[Int(point)] = known
      } else {
        let new = Int32(sets.count)
        sets.append(sets[set] + [number])
        grown[set] = new
        setOfPoint[Int(point)] = new
      }
    }
    return true
  }
}
