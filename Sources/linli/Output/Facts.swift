import Community

/// Named texts under each other, all texts from one column on, for people.
struct Facts {
  private var rows: [(name: String, text: String)] = []

  /// Nothing for a text that is nil or empty.
  mutating func add(_ name: String, _ text: String?) {
    if let text, !text.isEmpty { rows.append((name, text)) }
  }

  func print() {
    let width = rows.map { DisplayWidth.columns($0.name) }.max() ?? 0
    for (name, text) in rows {
      let gap = String(repeating: " ", count: width - DisplayWidth.columns(name) + 2)
      Terminal.line("  \(name)\(gap)\(text)")
    }
  }
}
