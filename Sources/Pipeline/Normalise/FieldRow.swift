/// A field of a payload as the hot path needs it: plain numbers and ranges of `TextRow`s, no references.
struct FieldRow: BitwiseCopyable {
  /// Where the JSON reader puts the value; 0 for text payloads.
  var value: Int32
  /// Which point of the device.
  var slot: UInt32
  var scale: Double
  var offset: Double
  /// Texts with their canonical values. Empty with `hasMap` false: the value itself counts.
  var map: TextRange
  var faults: TextRange
  /// NaN when there is none.
  var substitute: Double
  var hasMap: Bool
  var ignoresUnmapped: Bool
  /// A number means itself: neither `map` nor `faults` may say otherwise.
  var isPlain: Bool

  /// Canonical unit. What is not converted stays bit for bit.
  @inline(__always)
  func canonical(_ number: Double) -> Double {
    let value = number * scale + offset
    return scale == 1 && offset == 0 ? value : Decimals.rounded(value, largest: max(value.magnitude, offset.magnitude))
  }
}

/// What normalising needs to know about one point.
struct PointRow: BitwiseCopyable, Hashable {
  /// Plausible values; −∞ and ∞ without a range.
  var lowest: Double
  var highest: Double
  /// Battery level below which the device counts as low; NaN where the point is no battery.
  var low: Double
  var isBoolean: Bool

  init(_ point: PointPlan) {
    lowest = point.range?.lowerBound ?? -.infinity
    highest = point.range?.upperBound ?? .infinity
    low = point.low ?? .nan
    isBoolean = point.values == .boolean
  }

  /// By their bits: no battery (NaN) is the same as no battery.
  private var bits: [UInt64] {
    [lowest.bitPattern, highest.bitPattern, low.bitPattern, isBoolean ? 1 : 0]
  }
  static func == (a: PointRow, b: PointRow) -> Bool { a.bits == b.bits }
  func hash(into hasher: inout Hasher) { hasher.combine(bits) }
}

/// A text of a `map` or of `faults`.
struct TextRow: BitwiseCopyable {
  var bytes: UnsafeRawBufferPointer
  /// The number the text spells, so that `1`, `1.0` and `"1"` are the same; NaN when it spells none.
  var number: Double
  /// The canonical value it stands for.
  var value: Double
}

/// A stretch of the plan's `TextRow`s.
struct TextRange: BitwiseCopyable {
  var first: Int32
  var count: Int32
  static let none = TextRange(first: 0, count: 0)
}
