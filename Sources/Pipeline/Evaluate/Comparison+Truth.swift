/// Comparisons with their hysteresis: what a value says, and what a bound on a value says already. An `outside` whose
/// deadband is wider than half of its range never clears; the reader of rules refuses it.
extension Comparison {
  /// Whether the value satisfies the comparison.
  func holds(_ value: Double) -> Bool {
    switch self {
    case .above(let x): value > x
    case .below(let x): value < x
    case .outside(let a, let b): !(value >= a && value <= b)
    case .inside(let a, let b): value >= a && value <= b
    case .equals(let x): value == x
    case .notEquals(let x): value != x
    }
  }

  /// What stays true until the value is back by the deadband.
  func widened(by d: Double) -> Comparison {
    switch self {
    case .above(let x): .above(Decimals.sum(x, -d))
    case .below(let x): .below(Decimals.sum(x, d))
    case .outside(let a, let b): .outside(Decimals.sum(a, d), Decimals.sum(b, -d))
    case .inside(let a, let b): .inside(Decimals.sum(a, -d), Decimals.sum(b, d))
    case .equals, .notEquals: self
    }
  }

  /// For values that are rounded themselves.
  var rounded: Comparison {
    switch self {
    case .above(let x): .above(Decimals.rounded(x))
    case .below(let x): .below(Decimals.rounded(x))
    case .outside(let a, let b): .outside(Decimals.rounded(a), Decimals.rounded(b))
    case .inside(let a, let b): .inside(Decimals.rounded(a), Decimals.rounded(b))
    case .equals(let x): .equals(Decimals.rounded(x))
    case .notEquals(let x): .notEquals(Decimals.rounded(x))
    }
  }

  /// What is certain when the value is known to be at least `bound`.
  func certain(atLeast bound: Double) -> Truth {
    switch self {
    case .above(let x): return bound > x ? .yes : .unknown
    case .below(let x): return bound >= x ? .no : .unknown
    case .outside(let a, let b): return bound > b || a > b ? .yes : .unknown
    case .inside(_, let b): return bound > b ? .no : .unknown
    case .equals(let x): return bound > x ? .no : .unknown
    case .notEquals(let x): return bound > x ? .yes : .unknown
    }
  }

  /// What is certain when the value is known to be at most `bound`.
  func certain(atMost bound: Double) -> Truth {
    switch self {
    case .above(let x): return bound <= x ? .no : .unknown
    case .below(let x): return bound < x ? .yes : .unknown
    case .outside(let a, let b): return bound < a || a > b ? .yes : .unknown
    case .inside(let a, _): return bound < a ? .no : .unknown
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
