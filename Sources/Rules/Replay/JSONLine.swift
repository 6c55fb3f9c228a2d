import ConfigFile

/// Writes one JSON object on one line, keys in the order given, numbers in their shortest form that reads back exactly: the
/// same values give the same bytes on every machine.
struct JSONLine {
  private var body = ""

  var text: String { "{\(body)}" }

  mutating func add(_ key: String, _ value: String) {
    begin(key)
    body += JSONText.quoted(value)
  }

  mutating func add(_ key: String, _ value: Double?) {
    begin(key)
    body += value.flatMap { $0.isFinite ? NumberText.plain($0 == 0 ? 0 : $0) : nil } ?? "null"
  }

  private mutating func begin(_ key: String) {
    if !body.isEmpty { body += "," }
    body += JSONText.quoted(key) + ":"
  }
}
