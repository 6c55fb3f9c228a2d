/// Durations as configuration files write them: `90s 10m 12h 3d`, also `500ms`, `2w`, `5y`, `1.5h`.
package enum DurationText {
  /// Milliseconds of each unit; a year is 365 days.
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
    ("ms", 1),
  ]

  /// Milliseconds, 0 … 100 years; nil when the text is no duration.
  package static func parse(_ text: String) -> Int64? {
    if text == "0" { return 0 }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let unit = units.first(where: { $0.name == text[digits.endIndex...] }),
      digits.first != ".", digits.last != ".", let count = Double(digits)
    else { return nil }
    let milliseconds = count * Double(unit.milliseconds)
    guard milliseconds <= 100 * 31_536_000_000, abs(milliseconds.rounded() - milliseconds) < 0.001 else { return nil }
    return Int64(milliseconds.rounded())
  }

  /// The shortest exact form: `90000` → `90s`, `600000` → `10m`.
  package static func text(_ milliseconds: Int64) -> String {
    if milliseconds == 0 { return "0s" }
    for unit in units.dropFirst(2) where milliseconds % unit.milliseconds == 0 {
      return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
    return "\(milliseconds)ms"
  }
}

/// Byte sizes: `1GiB 512MiB 64KiB 10MB 4096`.
package enum ByteSize {
  private static let units: [(name: String, bytes: Int64)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("KB", 1_000), ("B", 1), ("", 1),
  ]

  /// Bytes, 0 … 2^60; nil when the text is no size.
  package static func parse(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let name = text[digits.endIndex...].drop { $0 == " " }
    guard let unit = units.first(where: { $0.name == name }), digits.first != ".", digits.last != ".",
      let count = Double(digits), count * Double(unit.bytes) <= Double(1 << 60 as Int64)
    else { return nil }
    return Int64(count * Double(unit.bytes))
  }

  /// `16 MiB`, `65536` → `64 KiB`.
  package static func text(_ bytes: Int64) -> String {
    for unit in units.prefix(4) where bytes >= unit.bytes && bytes % unit.bytes == 0 {
      return "\(bytes / unit.bytes) \(unit.name)"
    }
    return "\(bytes) B"
  }
}
