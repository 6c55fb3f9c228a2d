/// Rounding of what is worked out – conversions, differences, sums, averages – to the decimals that people mean, so that the
/// last bits of a double never decide at a threshold: 91.4 °F is 33 °C, and 20.2 is 0.1 more than 20.1.
package enum Decimals {
  private static let digits = 12
  /// All of them are exact.
  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
  /// Beyond twelve decimal places a sum or a difference is nothing but rounding.
  package static let ofSums = 12

  /// The value to the twelfth significant digit of its largest part; whole numbers stay what they are.
  /// - Parameters:
  ///   - largest: the part's magnitude.
  ///   - places: at most so many decimal places.
  package static func rounded(_ value: Double, largest: Double, places most: Int = 22) -> Double {
    // Not a number fails the second.
    guard largest < 1e12, value.magnitude < 2e12, value != whole(value) else { return value }
    let largest = Swift.max(largest, value.magnitude)
    // 1233 / 4096 is the logarithm of 2: at most one too low, as the magnitude may be nearly twice its power of two.
    var places = Self.digits - 1 - ((Int(largest.exponent) * 1233) >> 12)
    guard places >= 0 else { return value }
    places = min(places, 22)
    if places > 0 && largest * powers[places] >= 1e12 { places -= 1 }
    places = min(places, most)
    // Both are exact, so the quotient is the double nearest to the decimal, as if its digits were read.
    return whole(value * powers[places]) / powers[places]
  }

  /// As `rounded()`, of magnitudes below 2^52, without a call into the mathematics library: it counts in every reading.
  private static func whole(_ value: Double) -> Double {
    let truncated = Double(Int64(value))
    let rest = value - truncated
    return rest >= 0.5 ? truncated + 1 : rest <= -0.5 ? truncated - 1 : truncated
  }

  package static func rounded(_ value: Double) -> Double { rounded(value, largest: value.magnitude) }

  package static func sum(_ a: Double, _ b: Double) -> Double {
    rounded(a + b, largest: Swift.max(a.magnitude, b.magnitude), places: ofSums)
  }
}
