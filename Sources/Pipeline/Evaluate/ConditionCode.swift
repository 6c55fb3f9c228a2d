/// A condition of a rule in the form that the evaluation runs on: plain values only, shared by all subjects of the rule.
struct ConditionCode: BitwiseCopyable {
  enum Kind: UInt8 { case last, window, changes, quiet, silent, stuck, bad, all, any, not }

  var kind: Kind
  var comparison = Comparison.above(0)
  /// The comparison once it is active: by the deadband wider.
  var widened = Comparison.above(0)
  var function = WindowFunction.average
  /// Width of a window, or how long quiet, silent, stuck: ms.
  var span: Int64 = 0
  /// `changes`: by how much; rose, else fell; and what is enough to stay active.
  var by = 0.0
  var rises = true
  var widenedBy = 0.0
  /// `bad`: one bit for each reason.
  var reasons: UInt16 = 0
  /// `all`, `any`, `not`: range in `RuleTable.children`.
  var firstChild: Int32 = 0
  var childCount: Int32 = 0
  /// The condition above, as an index within the rule; -1 = root.
  var parent: Int32 = -1
  var hold: Int64
  var clearHold: Int64
  var deadband: Double
  var hasPeriod: Bool
  var period: DuringPlan

  init(_ plan: ConditionPlan, children: inout [Int32]) {
    hold = max(0, plan.hold)
    clearHold = max(0, plan.clearHold)
    deadband = max(0, plan.deadband)
    hasPeriod = plan.during != nil
    period = plan.during ?? DuringPlan(from: 0, to: 1440)
    kind = .any
    switch plan.predicate {
    case .compare(.last, let comparison):
      kind = .last
      self.comparison = comparison
    case .compare(.window(let function, let width), let comparison):
      kind = .window
      // What a window says is rounded.
      self.comparison = comparison.rounded
      self.function = function
      span = max(1, width)
    case .changes(let by, let within):
      kind = .changes
      self.by = Decimals.rounded(by.magnitude)
      rises = by >= 0
      widenedBy = Decimals.sum(self.by, -deadband)
      span = max(1, within)
    case .quiet(let span): (kind, self.span) = (.quiet, max(1, span))
    case .silent(let span): (kind, self.span) = (.silent, max(1, span))
    case .stuck(let span): (kind, self.span) = (.stuck, max(1, span))
    case .bad(let reasons):
      kind = .bad
      for reason in reasons { self.reasons |= Self.bit(reason) }
    case .all(let list): take(.all, list, &children)
    case .any(let list): take(.any, list, &children)
    case .not(let child): take(.not, [child], &children)
    }
    widened = comparison.widened(by: deadband)
  }

  private mutating func take(_ kind: Kind, _ list: [Int], _ children: inout [Int32]) {
    self.kind = kind
    firstChild = Int32(children.count)
    childCount = Int32(list.count)
    children += list.map { Int32($0) }
  }

  static func bit(_ reason: QualityReason) -> UInt16 { 1 << UInt16(reason.rawValue) }

  var isLeaf: Bool { kind != .all && kind != .any && kind != .not }

  /// Whether several points must all satisfy the leaf, or one is enough.
  var joinsByAnd: Bool { kind == .quiet || kind == .stuck }

  var windowKind: SlidingWindow.Kind {
    if kind == .changes { return rises ? .minimum : .maximum }
    return function == .minimum ? .minimum : function == .maximum ? .maximum : .total
  }

  /// Windows: values that, as long as all buckets of the window have such ones, keep a false condition false whatever leaves
  /// it. An average lies between its parts (with a billionth of room for rounding); a sum of what is not negative only
  /// shrinks; so does a maximum, and a minimum grows. Empty (∞, −∞) where nothing of the kind is true.
  var calmBuckets: (low: Double, high: Double) {
    let none = (low: Double.infinity, high: -Double.infinity)
    guard kind == .window else { return none }
    switch (function, comparison) {
    case (.average, _):
      let (low, high) = comparison.calm
      return (
        low.isFinite ? low + 1e-9 * max(1, low.magnitude) : low,
        high.isFinite ? high - 1e-9 * max(1, high.magnitude) : high
      )
    case (.sum, .above), (.count, .above), (.increase, .above), (.ratePerHour, .above): return (0, .infinity)
    case (.maximum, .above), (.minimum, .below): return (-.infinity, .infinity)
    default: return none
    }
  }

  /// Count, increase and rate can only grow with what is not known yet.
  var growsOnly: Bool { function == .count || function == .increase || function == .ratePerHour }
}
