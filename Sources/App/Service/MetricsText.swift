/// Prometheus text exposition format 0.0.4: `# HELP`, `# TYPE`, samples with escaped label values.
struct MetricsText {
  enum Kind: String { case counter, gauge }

  private(set) var text = ""
  private var described: Set<String> = []

  mutating func add(
    _ name: String, _ kind: Kind, _ help: String, _ labels: [(String, String)] = [], _ value: Double
  ) {
    if described.insert(name).inserted {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }
    let set = labels.map { "\($0)=\"\(Self.escape($1))\"" }.joined(separator: ",")
    let number = value.rounded() == value && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    text += set.isEmpty ? "\(name) \(number)\n" : "\(name){\(set)} \(number)\n"
  }

  private static func escape(_ value: String) -> String {
    var result = ""
    for character in value {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result
  }
}
