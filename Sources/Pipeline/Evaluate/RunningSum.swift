/// A sum to which values are added and taken away again without drift: the exact sum as two doubles, the second holding what
/// the first cannot (error-free transformations: Knuth's TwoSum, TAOCP vol. 2, 4.2.2; Dekker 1971).
///
/// Two doubles hold 106 bits. Readings are decimals of a few digits, so their exact sum fits, however often they come and
/// go: then the order does not matter, nothing is left over when all have gone, and a core restored from a checkpoint has
/// the same sum. Where it does not fit (1e300 beside 1e-9) `isExact` says so, and the owner adds up anew.
struct RunningSum: BitwiseCopyable {
  /// The sum, correctly rounded while it is exact.
  private(set) var value = 0.0
  private var rest = 0.0
  private(set) var isExact = true

  mutating func add(_ number: Double) {
    let (sum, error) = Self.twoSum(value, number)
    guard sum.isFinite else {
      (value, rest, isExact) = (sum, 0, false)
      return
    }
    let (low, lost) = Self.twoSum(rest, error)
    (value, rest) = Self.twoSum(sum, low)
    isExact = isExact && lost == 0
  }

  mutating func subtract(_ number: Double) { add(-number) }

  private static func twoSum(_ a: Double, _ b: Double) -> (sum: Double, error: Double) {
    let sum = a + b
    let part = sum - a
    return (sum, (a - (sum - part)) + (b - part))
  }
}
