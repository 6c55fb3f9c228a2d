/// One measured number; with a goal where DESIGN §9 names one.
struct Figure: Encodable {
  struct Goal: Encodable {
    var limit: Double
    /// The figure should stay below the limit, else above it.
    var isMaximum: Bool
  }

  var benchmark: String
  var what: String
  var value: Double
  var unit: String
  var goal: Goal?

  init(
    _ benchmark: BenchmarkName, _ what: String, _ value: Double, _ unit: String, atMost: Double? = nil,
    atLeast: Double? = nil
  ) {
    self.benchmark = benchmark.rawValue
    self.what = what
    self.value = value
    self.unit = unit
    if let atMost { goal = Goal(limit: atMost, isMaximum: true) }
    if let atLeast { goal = Goal(limit: atLeast, isMaximum: false) }
  }

  /// nil without a goal.
  var isReached: Bool? { goal.map { $0.isMaximum ? value <= $0.limit : value >= $0.limit } }
}
