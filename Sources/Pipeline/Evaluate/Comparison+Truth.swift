/// Comparisons with their hysteresis: what a value says, and what a bound on a value says already. An `outside` whose
/// deadband is wider than half of its range never clears; the reader of rules refuses it.
extension Comparison {
  /// Whether the value satisfies the comparison.
  /// - Parameters:
  ///   - deadband: how far the value must be back before a comparison that was true becomes false.
  ///   - latched: whether it was true at the last known value.
  func holds(_ value: Double, deadband: Double, latched: Bool) -> Bool {
    let d = latched ? deadband : 0
    switch self {
    case .above(let x): return value > x - d
    case .below(let x): return value < x + d
    case .outside(let a, let b): return !(value >= a + d && value <= b - d)
    case .inside(let a, let b): return value >= a - d && value <= b + d
    case .equals(let x): return value == x
    case .notEquals(let x): return value != x
    }
  }

  /// What is certain when the value is known to be at least `bound`.
  func certain(atLeast bound: Double, deadband: Double, latched: Bool) -> Truth {
    let d = latched ? deadband : 0
    switch self {
    case .above(let x): return bound > x - d ? .yes : .unknown
    case .below(let x): return bound >= x + d ? .no : .unknown
    case .outside(let a, let b): return bound > b - d || a + d > b - d ? .yes : .unknown
    case .inside(_, let b): return bound > b + d ? .no : .unknown
    case .equals(let x): return bound > x ? .no : .unknown
    case .notEquals(let x): return bound > x ? .yes : .unknown
    }
  }

  /// What is certain when the value is known to be at most `bound`.
  func certain(atMost bound: Double, deadband: Double, latched: Bool) -> Truth {
    let d = latched ? deadband : 0
    switch self {
    case .above(let x): return bound <= x - d ? .no : .unknown
    case .below(let x): return bound < x + d ? .yes : .unknown
    case .outside(let a, let b): return bound < a + d || a + d > b - d ? .yes : .unknown
    case .inside(let a, _): return bound < a - d ? .no : .unknown
    case .equals(let x): return bound < x ? .no : .unknown
    case .notEquals(let x): return bound < x ? .yes : .unknown
    }
  }

  /// A closed range of values that do not satisfy the comparison: most readings of a healthy house lie in it, and one look
  /// at two numbers is enough for them. It need not be all of them; empty (∞, −∞) where there is none.
  var calm: (low: Double, high: Double) {
    switch self {
    case .above(let x): (-.infinity, x)
    case .below(let x): (x, .infinity)
    case .outside(let a, let b): (a, b)
    case .inside(let a, _): (-.infinity, a.nextDown)
    case .equals(let x): x > 0 ? (-.infinity, x.nextDown) : (x.nextUp, .infinity)
    case .notEquals(let x): (x, x)
    }
  }
}
