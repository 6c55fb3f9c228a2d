import ConfigFile
import Words

/// Reads an `on`: known keys, each with one value or a list of values.
enum SelectorReader {
  /// - Returns: what could be read, and whether that is all; else the reason is in the log.
  static func read(_ node: ConfigNode, log: ProblemLog) -> (selector: Selector, isFine: Bool) {
    let keys = Selector.Key.allCases.map(\.rawValue)
    guard MappingReader(node, keys: keys, as: "on", log: log) != nil else { return (Selector(), false) }
    var selector = Selector()
    var fine = true
    for entry in node.entries ?? [] {
      guard let key = Selector.Key(rawValue: entry.key) else {
        fine = false
        continue
      }
      let values = entry.value.sequence ?? [entry.value]
      if values.isEmpty {
        log.error(
          at: entry.value.location, zh: "\(entry.key)：空列表什么也选不中", en: "\(entry.key): an empty list selects nothing")
        fine = false
      }
      for value in values {
        guard let text = value.string(log, entry.key) else {
          fine = false
          continue
        }
        selector.terms[key, default: []].append(Selector.Term(text: text, location: value.location))
      }
    }
    if selector.isEmpty, fine {
      log.error(
        at: node.location, zh: "“on”是空的", en: "\"on\" is empty",
        hint: .init(
          zh: "请选择测点，例如 on: {quantity: temperature}", en: "select points, e.g. on: {quantity: temperature}"))
      fine = false
    }
    return (selector, fine)
  }
}
