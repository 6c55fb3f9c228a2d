/// The last readings of a point in a checkpoint: their number and the time of the oldest; then for each one byte with its reason
/// and its decimal places, the ms since the one before, and the value as a whole number, or as it is where it is no short decimal.
/// The bytes depend on the readings alone, not on how they lie in memory: after a restart they must be the same.
extension PointTable {
  /// In place of the number of decimal places: the value's bits follow.
  private static let asItIs: UInt8 = 15

  func write(readingsOf point: Int, to writer: inout CheckpointWriter) {
    let state = states[point]
    var count = 0
    var time = state.time
    while count < state.ring.count {
      count += 1
      let pause = reading(point, age: count - 1).pause
      if count == state.ring.count || pause == .max { break }
      time -= Int64(pause)
    }
    writer.put(UInt32(count))
    if count == 0 { return }
    writer.put(time)
    for age in stride(from: count - 1, through: 0, by: -1) {
      let stored = reading(point, age: age)
      let decimal = ShortDecimal(stored.value)
      writer.put(stored.reason.rawValue | (decimal?.places ?? Self.asItIs) << 4)
      writer.putNumber(age == count - 1 ? 0 : UInt64(stored.pause))
      if let decimal { writer.putNumber(decimal.whole.zigzag) } else { writer.put(stored.value) }
    }
  }

  /// - Parameter body: gets time, value and reason of each, the oldest first.
  static func read(
    from reader: inout CheckpointReader, _ body: (_ time: Int64, _ value: Double, _ reason: QualityReason) -> Void
  ) throws(CheckpointError) {
    let count = try reader.count(ofSize: 3)
    if count == 0 { return }
    var time = try reader.milliseconds()
    for _ in 0..<count {
      let head: UInt8 = try reader.integer()
      guard let reason = QualityReason(rawValue: head & 15) else { throw .damaged }
      let pause = try reader.number()
      guard pause <= UInt64(UInt32.max) else { throw .damaged }
      time += Int64(pause)
      guard time.magnitude < 1 << 50 else { throw .damaged }
      if head >> 4 == Self.asItIs {
        body(time, try reader.value(), reason)
      } else {
        guard let decimal = ShortDecimal(places: head >> 4, whole: try reader.number().unzigzag) else {
          throw .damaged
        }
        body(time, decimal.value, reason)
      }
    }
  }
}

/// A number as people write it, with up to nine decimal places.
private struct ShortDecimal {
  private static let placesMax = 9
  private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
  /// Below it a number and its ninth decimal place are both exact.
  private static let wholeMax = 1e15

  var places: UInt8
  var whole: Int64

  /// nil where there is none that comes back bit for bit.
  init?(_ value: Double) {
    let scaled = value * Self.powers[Self.placesMax]
    guard scaled.magnitude < Self.wholeMax else { return nil }
    whole = Int64(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
    places = UInt8(Self.placesMax)
    guard self.value.bitPattern == value.bitPattern else { return nil }
    while places >= 3, whole % 1_000 == 0 { (whole, places) = (whole / 1_000, places - 3) }
    while places > 0, whole % 10 == 0 { (whole, places) = (whole / 10, places - 1) }
  }

  init?(places: UInt8, whole: Int64) {
    guard places <= Self.placesMax, whole.magnitude < UInt64(Self.wholeMax) else { return nil }
    self.places = places
    self.whole = whole
  }

  var value: Double { Double(whole) / Self.powers[Int(places)] }
}
