/// Prometheus text exposition format 0.0.4: `# HELP`, `# TYPE`, samples with escaped label values.
struct MetricsText {
  enum Kind: String { case counter, gauge }

  /// Lines of each metric. The format wants all samples of a metric together, whatever the order in which they come.
  private var families: [String: String] = [:]
  private var order: [String] = []

  var text: String { order.compactMap { families[$0] }.joined() }

  mutating func add(
    _ name: String, _ kind: Kind, _ help: String, _ labels: [(String, String)] = [], _ value: Double
  ) {
    if families[name] == nil {
      families[name] = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
      order.append(name)
    }
    let set = labels.map { "\($0)=\"\(Self.escape($1))\"" }.joined(separator: ",")
    let number = value.rounded() == value && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    families[name]? += set.isEmpty ? "\(name) \(number)\n" : "\(name){\(set)} \(number)\n"
  }

  private static func escape(_ value: String) -> String {
    var result = ""
    // By scalars: a quote with a combining mark behind it is one character, and still a quote to whoever reads bytes.
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
