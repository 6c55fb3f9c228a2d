/// A device's own time in a payload: RFC 3339, or seconds, milliseconds, microseconds or nanoseconds since 1970.
enum DeviceTime {
  /// Nil when the scalar is no time.
  static func read(_ scalar: borrowing Scalar) -> Timestamp? {
    switch scalar.kind {
    case .number: unix(scalar.number, integer: scalar.isInteger ? scalar.integer : nil)
    case .text:
      if let time = Timestamp(rfc3339: scalar.text) {
        time
      } else {
        unixText(scalar.text)
      }
    default: nil
    }
  }

  private static func unixText(_ text: UnsafeRawBufferPointer) -> Timestamp? {
    let number = Scalar.number(in: text)
    guard number.kind == .number else { return nil }
    return unix(number.number, integer: number.isInteger ? number.integer : nil)
  }

  /// The unit follows from the magnitude: below 10¹¹ seconds (until the year 5138), below 10¹⁴ milliseconds, below 10¹⁷
  /// microseconds, above nanoseconds. The plausibility check that follows catches what this guesses wrong. Integers are
  /// exact, so nanoseconds do not lose their milliseconds to a double.
  static func unix(_ number: Double, integer: Int64?) -> Timestamp? {
    let size = number.magnitude
    guard size.isFinite, size < 1e19 else { return nil }
    if let integer {
      let milliseconds: Int64 =
        switch size {
        case ..<1e11: integer &* 1000
        case ..<1e14: integer
        case ..<1e17: floorDivide(integer, 1000)
        default: floorDivide(integer, 1_000_000)
        }
      return Timestamp(milliseconds: milliseconds)
    }
    let milliseconds: Double =
      switch size {
      // A decimal fraction of a second is rarely exact in binary: 0.001 ms of tolerance before cutting.
      case ..<1e11: number * 1000 + 0.001
      case ..<1e14: number
      case ..<1e17: number / 1000
      default: number / 1e6
      }
    return Timestamp(milliseconds: Int64(milliseconds.rounded(.down)))
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    a >= 0 ? a / b : -((-1 - a) / b) - 1
  }
}

extension DeviceTime {
  /// A message that waited at the broker may be as old as its session, ms.
  static let backlogLate: Int64 = 7 * 86_400_000

  /// The event time of a message's readings: the device's own where it is plausible (DESIGN §6), else nil.
  static func plausible(
    _ scalar: Scalar, arrival: Timestamp, backlog: Bool, limits: LanePlan.Limits
  ) -> Timestamp? {
    guard let time = read(scalar) else { return nil }
    let late = backlog ? max(limits.maxLate, backlogLate) : limits.maxLate
    return time <= arrival + limits.maxAhead && time >= arrival - late ? time : nil
  }
}
