import Community
import ConfigFile
import Pipeline

/// Lines of text as the small things that people and devices write: times, durations, sizes, numbers, JSON Pointers,
/// secrets, misspelt words. What is read must be what was meant: written out and read again it is the same.
enum ScalarsTarget {
  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    var previous = ""
    for line in bytes.split(separator: 10, omittingEmptySubsequences: false).prefix(16) where line.count <= 400 {
      let text = String(decoding: line, as: UTF8.self)
      try time(text)
      try amounts(text)
      try pointer(text)
      try secret(text)
      try distance(Array(previous.utf8.prefix(40)), Array(text.utf8.prefix(40)))
      _ = Suggestion.hint(for: text, among: [previous, "temperature", "relative-humidity"])
      previous = text
    }
  }

  private static func time(_ text: String) throws(Violation) {
    let time = Timestamp(rfc3339: text)
    let naive = NaiveTime.milliseconds(text)
    if let naive { try require(time?.milliseconds == naive, "\(text) is \(time as Any), not \(naive)") }
    guard let time else { return }
    try require(time >= .distantPast && time <= .distantFuture, "\(text) is beyond the years 1 to 9999")
    try require(Timestamp(rfc3339: time.rfc3339) == time, "\(text) is written as \(time.rfc3339)")
    try require(NaiveTime.milliseconds(time.rfc3339) == time.milliseconds, "\(text) is written as \(time.rfc3339)")
    for minutes: Int64 in [480, -210, 825] {
      let local = time.rfc3339(offset: minutes * 60_000)
      let isCut = time + minutes * 60_000 < .distantPast || time + minutes * 60_000 > .distantFuture
      try require(isCut || Timestamp(rfc3339: local) == time, "\(text) is written as \(local)")
    }
  }

  private static func amounts(_ text: String) throws(Violation) {
    if let duration = DurationText.parse(text) {
      try require(duration >= 0 && duration <= 100 * 31_536_000_000, "\(text) is \(duration) ms")
      let written = DurationText.text(duration)
      try require(DurationText.parse(written) == duration, "\(text) is written as \(written)")
    }
    if let size = ByteSize.parse(text) {
      try require(size >= 0 && size <= 1 << 60, "\(text) is \(size) bytes")
      try require(ByteSize.parse(ByteSize.text(size)) == size, "\(text) is written as \(ByteSize.text(size))")
    }
    if let number = ConfigNode.number(text) {
      try require(number.isFinite, "\(text) is \(number)")
      let written = NumberText.plain(number)
      try require(ConfigNode.number(written) == number, "\(text) is written as \(written)")
      _ = ValueText.text(number, unit: "Cel")
    }
    try require(
      NaiveJSON.parse(Array(JSONText.quoted(text).utf8)) == .text(Array(text.utf8)), "quoted wrongly: \(text)")
  }

  private static func pointer(_ text: String) throws(Violation) {
    guard let tokens = JSONPointer.tokens(text) else { return }
    // RFC 6901: ~ becomes ~0 and / becomes ~1.
    var bytes: [UInt8] = []
    for token in tokens {
      bytes.append(0x2f)
      for byte in token.utf8 {
        switch byte {
        case 0x7e: bytes += Array("~0".utf8)
        case 0x2f: bytes += Array("~1".utf8)
        default: bytes.append(byte)
        }
      }
    }
    try require(bytes == Array(text.utf8), "the pointer \(text) has the tokens \(tokens)")
  }

  private static func secret(_ text: String) throws(Violation) {
    // Files are no scalars.
    guard !text.hasPrefix("file:") else { return }
    let log = ProblemLog()
    let place = SourceLocation(file: "linli.yaml", line: 1, column: 1)
    let secret = SecretSource(environment: ["A": "x", "EMPTY": ""]).resolve(text, at: place, log: log)
    try require((secret == nil) == log.hasErrors, "a secret without a problem, or the other way round: \(text)")
    if !text.utf8.contains(UInt8(ascii: "$")) { try require(secret?.value == text, "\(text) has changed") }
  }

  private static func distance(_ a: [UInt8], _ b: [UInt8]) throws(Violation) {
    let naive = NaiveDistance.of(a, b)
    for limit in [0, 2, 5, 100] {
      let found = Suggestion.distance(a, b, limit: limit)
      try require(found == (naive <= limit ? naive : nil), "the distance is \(naive), found \(found as Any)")
    }
  }
}

/// `YYYY-MM-DDThh:mm:ss[.mmm](Z|±hh:mm)`, counted out day by day.
private enum NaiveTime {
  static func milliseconds(_ text: String) -> Int64? {
    var bytes = Array(text.utf8)
    var offset: Int64 = 0
    if bytes.last == UInt8(ascii: "Z") {
      bytes.removeLast()
    } else {
      guard bytes.count > 6, let hours = number(bytes.suffix(5).prefix(2)), let minutes = number(bytes.suffix(2)),
        bytes[bytes.count - 3] == UInt8(ascii: ":"), hours < 24, minutes < 60
      else { return nil }
      switch bytes[bytes.count - 6] {
      case UInt8(ascii: "+"): offset = (hours * 60 + minutes) * 60_000
      case UInt8(ascii: "-"): offset = -(hours * 60 + minutes) * 60_000
      default: return nil
      }
      bytes.removeLast(6)
    }
    var fraction: Int64 = 0
    if bytes.count == 23, bytes[19] == UInt8(ascii: ".") {
      guard let digits = number(bytes.suffix(3)) else { return nil }
      fraction = digits
      bytes.removeLast(4)
    }
    let signs: [(Int, Unicode.Scalar)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
    guard bytes.count == 19, signs.allSatisfy({ bytes[$0.0] == UInt8(ascii: $0.1) }), let year = number(bytes[0..<4]),
      let month = number(bytes[5..<7]), let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
      let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]), year >= 1, (1...12).contains(month),
      day >= 1, day <= days(month, year), hour < 24, minute < 60, second < 60
    else { return nil }
    var count: Int64 = 0
    for past in 1..<max(year, 1) { count += isLeap(past) ? 366 : 365 }
    for past in 1..<max(month, 1) { count += days(past, year) }
    count += day - 1 - 719_162
    let result = ((count * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + fraction - offset
    let range = Timestamp.distantPast.milliseconds...Timestamp.distantFuture.milliseconds
    return range.contains(result) ? result : nil
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  private static func isLeap(_ year: Int64) -> Bool { year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) }

  private static func days(_ month: Int64, _ year: Int64) -> Int64 {
    [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month) - 1]
  }
}

/// Edit distance with swapped neighbours (optimal string alignment), the whole table.
private enum NaiveDistance {
  static func of(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count {
      for j in 0...b.count {
        if i == 0 || j == 0 {
          table[i][j] = max(i, j)
          continue
        }
        var best = min(table[i - 1][j] + 1, table[i][j - 1] + 1)
        best = min(best, table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, table[i - 2][j - 2] + 1) }
        table[i][j] = best
      }
    }
    return table[a.count][b.count]
  }
}
