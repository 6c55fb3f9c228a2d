import Pipeline

/// Kinds of series, usual and hostile, for properties of the history.
enum HistoryShape: CaseIterable {
  case constant, boolean, decimals, walk, meter, means, floats, noise, anyBits, hostile, bad, anyTimes, jitter, holes

  private static let hostileValues: [Double] = [
    0, -0.0, 1, -1, .nan, -.nan, .signalingNaN, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e22, 1e-22, 0.1, 1.0 / 3,
    9_007_199_254_740_992,
    9_007_199_254_740_991, -9_007_199_254_740_992, 701.666666666667, 1e15, 1e16, 123_456_789.123_456_7,
  ]
  private static let hostileTimes: [Int64] = [.min, .max, .min + 1, .max - 1, 0, -1, 1, 1 << 62, -1 << 62]

  func readings(_ count: Int, _ random: inout some RandomNumberGenerator) -> [HistoryReading] {
    var time: Int64 = 1_767_571_200_000
    var level = Int.random(in: -500...500, using: &random)
    return (0..<count).map { index in
      time = nextTime(time, index, &random)
      var reading = HistoryReading(time: Timestamp(milliseconds: time), value: value(&level, &random))
      if self == .bad || self == .hostile, Int.random(in: 0..<10, using: &random) == 0 {
        reading.reason = QualityReason.allCases.randomElement(using: &random)!
        if self == .bad, reading.reason.quality == .bad { reading.value = .nan }
        reading.isLate = Bool.random(using: &random)
      }
      return reading
    }
  }

  private func nextTime(_ time: Int64, _ index: Int, _ random: inout some RandomNumberGenerator) -> Int64 {
    switch self {
    case .anyTimes:
      Bool.random(using: &random)
        ? .random(in: .min ... .max, using: &random) : time &+ .random(in: -5...5, using: &random)
    case .hostile: Self.hostileTimes.randomElement(using: &random)!
    case .jitter: 1_767_571_200_000 + Int64(index) * 60_000 + .random(in: 0...40, using: &random)
    case .holes:
      time + 60_000 + (Int.random(in: 0..<40, using: &random) == 0 ? .random(in: 0...90_000_000, using: &random) : 0)
    default: time + 60_000
    }
  }

  private func value(_ level: inout Int, _ random: inout some RandomNumberGenerator) -> Double {
    switch self {
    case .constant: return -17.25
    case .boolean:
      if Int.random(in: 0..<20, using: &random) == 0 { level ^= 1 }
      return Double(level & 1)
    case .decimals, .bad, .anyTimes: return Double(Int.random(in: -4000...4000, using: &random)) / 100
    case .walk, .jitter, .holes:
      level += Int.random(in: -2...2, using: &random)
      return Double(level) / 10
    case .meter:
      level += Int.random(in: 90...110, using: &random)
      return Double(level) / 1000
    case .means:
      level += Int.random(in: -5...5, using: &random)
      return Bool.random(using: &random) ? Double(level) / 100 : Self.printed(Double(level) / 300)
    case .floats: return Double(Float(Double.random(in: -50...50, using: &random)))
    case .noise: return Double.random(in: -1...1, using: &random)
    case .anyBits: return Double(bitPattern: random.next())
    case .hostile: return Self.hostileValues.randomElement(using: &random)!
    }
  }

  /// The number that 13 decimals of `value` read back as.
  private static func printed(_ value: Double) -> Double { Double(Int64((value * 1e13).rounded())) / 1e13 }
}
