/// Recognises a rule whose conditions are still the same in a new configuration.
extension RulePlan {
  /// FNV-1a (64 bit) over all conditions with their timing; the subjects and their points are not part of it.
  package var digest: UInt64 {
    var hash = ConditionHash()
    for condition in conditions { hash.mix(condition) }
    return hash.value
  }

  /// For each condition a number that says what it keeps of its points: the kind, the width and function of a window, what it
  /// joins. Thresholds and times are not part of it: where they alone are edited, what was kept is good for the new ones.
  var measures: [UInt64] {
    conditions.map {
      var hash = ConditionHash()
      hash.mix(measureOf: $0.predicate)
      return hash.value
    }
  }
}

private struct ConditionHash {
  private var hash = FNV1a()
  var value: UInt64 { hash.value }

  mutating func mix(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: UInt64(truncatingIfNeeded: number).littleEndian) {
      for byte in $0 { hash.mix(byte) }
    }
  }

  mutating func mix(_ number: Double) { mix((number == 0 ? 0 : number).bitPattern) }

  mutating func mix(_ condition: ConditionPlan) {
    mix(condition.predicate)
    mix(condition.hold)
    mix(condition.clearHold)
    mix(condition.deadband)
    guard let during = condition.during else { return mix(UInt8(0)) }
    mix(during.from + 1)
    mix(during.to)
    mix(during.days)
  }

  mutating func mix(measureOf predicate: Predicate) {
    switch predicate {
    case .compare(.last, _): mix(1)
    case .compare(.window(let function, let width), _): mix(function, over: width)
    case .changes(let by, let within):
      mix(3)
      mix(by < 0 ? 1 : 0)
      mix(within)
    case .quiet: mix(4)
    case .silent: mix(5)
    case .stuck: mix(6)
    case .bad: mix(7)
    case .all, .any, .not: mix(predicate)
    }
  }

  private mutating func mix(_ function: WindowFunction, over width: Int64) {
    mix(2)
    for byte in function.rawValue.utf8 { mix(byte) }
    mix(width)
  }

  mutating func mix(_ predicate: Predicate) {
    switch predicate {
    case .compare(.last, let comparison):
      mix(1)
      mix(comparison)
    case .compare(.window(let function, let width), let comparison):
      mix(function, over: width)
      mix(comparison)
    case .changes(let by, let within):
      mix(3)
      mix(by)
      mix(within)
    case .quiet(let span): mix(4, then: [Int(span)])
    case .silent(let span): mix(5, then: [Int(span)])
    case .stuck(let span): mix(6, then: [Int(span)])
    case .bad(let reasons): mix(7, then: reasons.map { Int($0.rawValue) }.sorted())
    case .all(let list): mix(8, then: list)
    case .any(let list): mix(9, then: list)
    case .not(let child): mix(10, then: [child])
    }
  }

  private mutating func mix(_ tag: Int, then numbers: [Int]) {
    mix(tag)
    mix(numbers.count)
    for number in numbers { mix(number) }
  }

  private mutating func mix(_ comparison: Comparison) {
    switch comparison {
    case .above(let x): mix(1, x, x)
    case .below(let x): mix(2, x, x)
    case .outside(let a, let b): mix(3, a, b)
    case .inside(let a, let b): mix(4, a, b)
    case .equals(let x): mix(5, x, x)
    case .notEquals(let x): mix(6, x, x)
    }
  }

  private mutating func mix(_ tag: Int, _ a: Double, _ b: Double) {
    mix(tag)
    mix(a)
    mix(b)
  }
}
