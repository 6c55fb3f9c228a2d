/// Turns a scalar of a payload into a canonical value with its own reason. Knows nothing of time and device; see `Doubts`
/// for what those add.
struct Normaliser {
  /// What became of one field.
  struct Outcome {
    /// False: no reading at all (field absent, or a text that is deliberately nothing).
    var isReading: Bool
    var reason: QualityReason
    /// 0 for bad readings, except out-of-range ones, which keep what the device said.
    var value: Double

    static let nothing = Outcome(isReading: false, reason: .none, value: 0)
    static func bad(_ reason: QualityReason) -> Outcome { Outcome(isReading: true, reason: reason, value: 0) }
    static func good(_ value: Double) -> Outcome { Outcome(isReading: true, reason: .none, value: value) }
  }

  let texts: UnsafePointer<TextRow>

  /// The usual case by itself: a number that means itself and lies in the point's range. Nil for everything else.
  static func plain(
    _ number: Double, _ field: UnsafePointer<FieldRow>, _ point: UnsafePointer<PointRow>
  ) -> Outcome? {
    guard field.pointee.isPlain, !point.pointee.isBoolean else { return nil }
    let value = field.pointee.canonical(number)
    guard value >= point.pointee.lowest, value <= point.pointee.highest, value.isFinite else { return nil }
    return .good(value)
  }

  func outcome(of raw: Scalar, field: FieldRow, point: PointRow) -> Outcome {
    var scalar = raw
    if scalar.kind == .text { scalar.text = scalar.text.trimmed }
    if scalar.kind == .missing { return .nothing }
    if scalar.kind == .null, !field.substitute.isNaN {
      return Outcome(isReading: true, reason: .substituted, value: field.substitute)
    }
    let spelled = number(in: scalar)
    if find(scalar, spelled: spelled, in: field.faults) != nil { return .bad(.sensorFault) }
    if field.hasMap {
      if let row = find(scalar, spelled: spelled, in: field.map) { return ranged(texts[row].value, point: point) }
      if field.ignoresUnmapped { return .nothing }
      return .bad(scalar.kind == .null ? .sensorFault : .undecodable)
    }
    if scalar.kind == .null { return .bad(.sensorFault) }
    // `true` is no temperature of one degree; a number that devices send as a truth value is said in the profile's map.
    guard spelled.kind == .number || spelled.kind == .boolean && point.isBoolean else {
      return field.ignoresUnmapped ? .nothing : .bad(.undecodable)
    }
    if point.isBoolean, spelled.number != 0, spelled.number != 1 {
      return spelled.number.isNaN ? .bad(.notANumber) : field.ignoresUnmapped ? .nothing : .bad(.undecodable)
    }
    let value = field.canonical(spelled.number)
    return value.isFinite ? ranged(value, point: point) : .bad(.notANumber)
  }

  /// The ends of a range are often converted from another unit, so they are taken with a billionth of tolerance.
  private func ranged(_ value: Double, point: PointRow) -> Outcome {
    if value >= point.lowest && value <= point.highest { return .good(value) }
    let tolerance = 1e-9 * max(1, value.magnitude)
    if value >= point.lowest - tolerance && value <= point.highest + tolerance { return .good(value) }
    return Outcome(isReading: true, reason: .outOfRange, value: value)
  }

  /// The number or truth value of a scalar, also of one written as text; kind `.missing` when it is neither.
  private func number(in scalar: Scalar) -> Scalar {
    switch scalar.kind {
    case .number, .boolean: return scalar
    case .text:
      var read = Scalar.number(in: scalar.text)
      if read.kind != .number, let truth = Self.truth(scalar.text) {
        read.kind = .boolean
        read.number = truth
      }
      return read
    default:
      var none = scalar
      none.kind = .missing
      return none
    }
  }

  private func find(_ scalar: Scalar, spelled: Scalar, in range: TextRange) -> Int? {
    guard range.count > 0, scalar.kind != .object, scalar.kind != .array else { return nil }
    let rows = Int(range.first)..<Int(range.first + range.count)
    for row in rows where texts[row].bytes.equals(scalar.text) { return row }
    guard spelled.kind == .number else { return nil }
    for row in rows where texts[row].number == spelled.number { return row }
    return nil
  }

  /// `true` and `false` in any case.
  private static func truth(_ text: UnsafeRawBufferPointer) -> Double? {
    func spells(_ word: StaticString) -> Bool {
      guard text.count == word.utf8CodeUnitCount else { return false }
      for at in 0..<text.count where text[at] | 0x20 != word.utf8Start[at] { return false }
      return true
    }
    return spells("true") ? 1 : spells("false") ? 0 : nil
  }
}
