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
  var hasMap: Bool
  var faults: TextRange
  /// NaN when there is none.
  var substitute: Double
  var ignoresUnmapped: Bool
}

/// What normalising needs to know about one point.
struct PointRow: BitwiseCopyable {
  /// Plausible values; −∞ and ∞ without a range.
  var lowest: Double
  var highest: Double
  /// Battery level below which the device counts as low; NaN where the point is no battery.
  var low: Double
  var isBoolean: Bool
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
