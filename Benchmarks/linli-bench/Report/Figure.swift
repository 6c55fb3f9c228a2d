/// One measured number beside a reference that was measured in the same run; with a goal where DESIGN §9 names one.
struct Figure: Encodable {
  /// What the number is compared with: same machine, same minute, same work as far as it goes.
  struct Reference: Encodable {
    var what: String
    var value: Double

    init(_ what: String, _ value: Double) {
      self.what = what
      self.value = value
    }
  }

  struct Goal: Encodable {
    var limit: Double
    /// The figure should stay below the limit, else above it.
    var isMaximum: Bool
    /// The limit is one for the ratio, not for the value.
    var isOfRatio = false

    static func atMost(_ limit: Double) -> Goal { Goal(limit: limit, isMaximum: true) }
    static func atLeast(_ limit: Double) -> Goal { Goal(limit: limit, isMaximum: false) }
    static func ratioAtMost(_ limit: Double) -> Goal { Goal(limit: limit, isMaximum: true, isOfRatio: true) }
    static func ratioAtLeast(_ limit: Double) -> Goal { Goal(limit: limit, isMaximum: false, isOfRatio: true) }
  }

  let benchmark: String
  let what: String
  let value: Double
  let unit: String
  let reference: Reference?
  /// Value by reference.
  let ratio: Double?
  let goal: Goal?
  /// nil without a goal.
  let isReached: Bool?

  init(
    _ benchmark: BenchmarkName, _ what: String, _ value: Double, _ unit: String, to reference: Reference? = nil,
    _ goal: Goal? = nil
  ) {
    self.benchmark = benchmark.rawValue
    self.what = what
    self.value = value
    self.unit = unit
    self.reference = reference
    let ratio = reference.flatMap { $0.value == 0 ? nil : value / $0.value }
    self.ratio = ratio
    self.goal = goal
    isReached = goal.flatMap { goal in
      (goal.isOfRatio ? ratio : value).map { goal.isMaximum ? $0 <= goal.limit : $0 >= goal.limit }
    }
  }
}
