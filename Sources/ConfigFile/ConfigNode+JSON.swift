/// A value as JSON text, for payloads that a file writes as YAML.
extension ConfigNode {
  package var jsonText: String {
    switch content {
    case .scalar(let text, let plain):
      if isNull { return "null" }
      if plain {
        if text == "true" || text == "false" { return text }
        if let value = Self.number(text) { return Self.isJSONNumber(text) ? text : NumberText.plain(value) }
      }
      return JSONText.quoted(text)
    case .sequence(let nodes):
      return "[" + nodes.map(\.jsonText).joined(separator: ",") + "]"
    case .mapping(let entries):
      return "{" + entries.map { JSONText.quoted($0.key) + ":" + $0.value.jsonText }.joined(separator: ",") + "}"
    }
  }

  /// JSON's grammar is narrower: no `+`, no bare point at either end.
  private static func isJSONNumber(_ text: String) -> Bool {
    let mantissa = text.split(whereSeparator: { $0 == "e" || $0 == "E" }).first ?? ""
    let digits = mantissa.drop { $0 == "-" }
    return mantissa.first != "+" && digits.first != "." && digits.last != "."
  }
}

/// Texts as JSON strings (RFC 8259), with as few escapes as it allows.
package enum JSONText {
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
