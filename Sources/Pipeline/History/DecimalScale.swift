/// Numbers as people and loggers write them, as whole numbers: 23.18 is 2318 hundredths. Means of a few samples are no short
/// decimals, but printed with 15 digits they are: 701.666666666667 is 8420 twelfths. Only what comes back bit for bit counts.
struct DecimalScale: Equatable {
  /// 1, 3 or 12: what the samples were divided by. 12 covers means of up to four and six samples.
  var divisor: Int64
  /// Decimal places, 0…17.
  var exponent: Int

  static let divisors: [Int64] = [1, 3, 12]
  static let maximumExponent = 17
  /// Powers of ten that a Double represents exactly.
  private static let powers: [Double] = (0...22).map { exponent in (0..<exponent).reduce(1.0) { power, _ in power * 10 }
  }
  /// Whole numbers up to here are exact as Double.
  private static let exact: Int64 = 1 << 53

  private let power: Double
  private let factor: Double

  init(divisor: Int64, exponent: Int) {
    self.divisor = divisor
    self.exponent = exponent
    power = Self.powers[exponent]
    factor = power * Double(divisor)
  }

  /// The whole number that `value` brings back; nil when none does.
  @inline(__always)
  func whole(_ value: Double) -> Int64? {
    let scaled = (value * factor).rounded(.toNearestOrEven)
    guard scaled.magnitude < Double(Self.exact) else { return nil }
    let whole = Int64(scaled)
    return self.value(whole)?.bitPattern == value.bitPattern ? whole : nil
  }

  /// The number that `whole` stands for; nil when there is none (only damaged bytes ask for those).
  @inline(__always)
  func value(_ whole: Int64) -> Double? {
    guard whole.magnitude <= UInt64(Self.exact) else { return nil }
    // Both are exact, so IEEE 754's division is the nearest number to the decimal, as reading its digits would be.
    return divisor == 1 ? Double(whole) / power : mean(whole)
  }

  /// `whole` / (`divisor` · 10^`exponent`) rounded to 15 significant digits, as `%.15g` prints it and a reader takes it in.
  private func mean(_ whole: Int64) -> Double? {
    if whole == 0 { return 0 }
    // Zeros to append until the quotient has 15 digits.
    var scaled = Int64(whole.magnitude)
    var places = 0
    let wanted = divisor * 100_000_000_000_000
    while scaled < wanted / 10_000 {
      scaled *= 10_000
      places += 4
    }
    while scaled < wanted {
      scaled *= 10
      places += 1
    }
    guard scaled < wanted * 10, places + exponent <= 22 else { return nil }
    let value = Double((scaled + divisor / 2) / divisor) / Self.powers[places + exponent]
    return whole < 0 ? -value : value
  }
}
