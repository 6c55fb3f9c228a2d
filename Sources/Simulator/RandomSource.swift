import Pipeline

/// Reproducible random numbers (SplitMix64, Steele, Lea and Flood 2014). Everything that lives in the simulation has a
/// source of its own, derived from the seed and its name, so that one more device does not change what the others do.
struct RandomSource: Sendable {
  private var state: UInt64

  init(seed: UInt64, _ parts: String...) {
    var hash = FNV1a(seed: seed)
    for part in parts {
      hash.mix(part)
      hash.mix(0xff)
    }
    state = hash.value
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// 0 ..< 1
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func number(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + unit() * (range.upperBound - range.lowerBound)
  }

  /// Whole milliseconds.
  mutating func span(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(unit() * Double(range.upperBound - range.lowerBound))
  }

  mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// About normal, from twelve uniform numbers.
  mutating func noise(_ deviation: Double) -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += unit() }
    return sum * deviation
  }
}
