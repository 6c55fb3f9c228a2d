/// Times as text: RFC 3339, read leniently where devices and brokers deviate, written with milliseconds.
extension Timestamp {
  /// RFC 3339 (`2026-01-05T11:20:00.25+08:00`): `T` may be `t` or a space, the fraction may have any number of digits
  /// (`.` or `,`; cut to milliseconds), the offset may be `Z`, `±hh:mm`, `±hhmm`, `±hh`, and mosquitto's `Z+0800` counts
  /// as `+0800`. A leap second (`:60` in the last second of an hour) is the first moment of the next minute. Nil for anything
  /// else, also for a time without an offset, and outside of the years 1 to 9999.
  package init?(rfc3339 text: String) {
    var text = text
    guard let time = text.withUTF8({ Timestamp(rfc3339: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = time
  }

  /// The same from UTF-8 bytes. Never allocates.
  package init?(rfc3339 bytes: UnsafeRawBufferPointer) {
    var scan = DigitScan(bytes: bytes)
    guard let year = scan.number(digits: 4), scan.take("-"), let month = scan.number(digits: 2), scan.take("-"),
      let day = scan.number(digits: 2), scan.take("T") || scan.take("t") || scan.take(" "),
      let hour = scan.number(digits: 2), scan.take(":"), let minute = scan.number(digits: 2), scan.take(":"),
      let second = scan.number(digits: 2), year >= 1, (1...12).contains(month), day >= 1,
      day <= CivilDate.days(in: month, of: year), hour < 24, minute < 60,
      second < 60 || (second == 60 && minute == 59), let fraction = scan.fraction(), let offset = scan.offset(),
      scan.isAtEnd
    else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSince1970
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
    self.init(milliseconds: Int64(seconds) * 1000 + Int64(second == 60 ? 0 : fraction))
    guard self >= .distantPast, self <= .distantFuture else { return nil }
  }

  /// UTC with milliseconds: `2026-01-05T03:20:00.000Z`. Times beyond the years 1 to 9999 are written as the nearest.
  package var rfc3339: String { text(offset: 0, suffix: "Z") }

  /// Local time with milliseconds and offset: `2026-01-05T11:20:00.000+08:00`.
  /// - Parameter offset: local time minus UTC, ms, as in `LocalTimeTable.Change`; cut to whole minutes.
  package func rfc3339(offset: Int64) -> String {
    let minutes = offset / 60_000
    let size = abs(minutes)
    var suffix = minutes < 0 ? "-" : "+"
    suffix += Self.padded(Int(size / 60 % 100), 2) + ":" + Self.padded(Int(size % 60), 2)
    return text(offset: minutes * 60_000, suffix: suffix)
  }

  private func text(offset: Int64, suffix: String) -> String {
    let local = min(max(self + offset, .distantPast), .distantFuture).milliseconds
    let day = local >= 0 ? local / 86_400_000 : (local - 86_399_999) / 86_400_000
    let rest = Int(local - day * 86_400_000)
    let date = CivilDate(daysSince1970: Int(day))
    let ymd = Self.padded(date.year, 4) + "-" + Self.padded(date.month, 2) + "-" + Self.padded(date.day, 2)
    let hm = Self.padded(rest / 3_600_000, 2) + ":" + Self.padded(rest / 60_000 % 60, 2)
    let s = Self.padded(rest / 1000 % 60, 2) + "." + Self.padded(rest % 1000, 3)
    return ymd + "T" + hm + ":" + s + suffix
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

/// Reads digits and signs from left to right.
private struct DigitScan {
  let bytes: UnsafeRawBufferPointer
  var at = 0

  var isAtEnd: Bool { at == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, UInt32(bytes[at]) == character.value else { return false }
    at += 1
    return true
  }

  mutating func digit() -> Int? {
    guard at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 else { return nil }
    at += 1
    return Int(bytes[at - 1]) - 0x30
  }

  mutating func number(digits: Int) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard let next = digit() else { return nil }
      value = value * 10 + next
    }
    return value
  }

  /// Milliseconds of an optional fraction; nil for a point without digits.
  mutating func fraction() -> Int? {
    guard take(".") || take(",") else { return 0 }
    guard let first = digit() else { return nil }
    var value = first * 100
    var weight = 10
    while let next = digit() {
      value += next * weight
      weight /= 10
    }
    return value
  }

  /// Minutes east of Greenwich.
  mutating func offset() -> Int? {
    let zulu = take("Z") || take("z")
    if zulu && isAtEnd { return 0 }
    let sign: Int
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
    guard let hours = number(digits: 2), hours < 24 else { return nil }
    if isAtEnd { return sign * hours * 60 }
    _ = take(":")
    guard let minutes = number(digits: 2), minutes < 60 else { return nil }
    return sign * (hours * 60 + minutes)
  }
}
