import ConfigFile

/// Writes one JSON object on one line, keys in the order given, numbers in their shortest form that reads back exactly: the
/// same values give the same bytes on every machine.
struct JSONLine {
  private var body = ""

  var text: String { "{\(body)}" }

  mutating func add(_ key: String, _ value: String) {
    begin(key)
    Self.quote(value, into: &body)
  }

  mutating func add(_ key: String, _ value: Double?) {
    begin(key)
    body += value.flatMap { $0.isFinite ? NumberText.plain($0 == 0 ? 0 : $0) : nil } ?? "null"
  }

  private mutating func begin(_ key: String) {
    if !body.isEmpty { body += "," }
    Self.quote(key, into: &body)
    body += ":"
  }

  private static func quote(_ text: String, into body: inout String) {
    body += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": body += "\\\""
      case "\\": body += "\\\\"
      case "\n": body += "\\n"
      case "\t": body += "\\t"
      case "\r": body += "\\r"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        body += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: body.unicodeScalars.append(scalar)
      }
    }
    body += "\""
  }
}
