import Words
import Yams

/// Yams' nodes → ConfigNodes, bounded in depth and in number (aliases share their target in Yams, here they are copies).
struct NodeConversion {
  let file: String
  let nodesMax: Int
  let doubled: DoubledKeys
  let log: ProblemLog
  private var nodes = 0
  private var isOver = false

  init(file: String, nodesMax: Int, doubled: DoubledKeys, log: ProblemLog) {
    self.file = file
    self.nodesMax = nodesMax
    self.doubled = doubled
    self.log = log
  }

  /// nil, with an error, when the file is too deep or too large.
  mutating func convert(_ root: Node) -> ConfigNode? {
    let node = convert(root, depth: 0)
    return isOver ? nil : node
  }

  private mutating func convert(_ node: Node, depth: Int) -> ConfigNode {
    let location = location(of: node)
    nodes += 1
    guard !isOver, nodes <= nodesMax, depth <= ConfigReader.depthMax else {
      if !isOver {
        let message =
          nodes > nodesMax
          ? LocalizedText(
            zh: "别名把这个文件展开成超过 \(nodesMax) 个值",
            en: "aliases expand this file to more than \(nodesMax) values")
          : LocalizedText(
            zh: "列表和映射嵌套超过 \(ConfigReader.depthMax) 层",
            en: "more than \(ConfigReader.depthMax) lists and mappings within each other")
        log.error(at: location, message)
      }
      isOver = true
      return ConfigNode(.scalar("", plain: true), at: location)
    }
    switch node {
    case .scalar(let scalar):
      return ConfigNode(.scalar(scalar.string, plain: scalar.style == .plain), at: location)
    case .sequence(let sequence):
      var values: [ConfigNode] = []
      values.reserveCapacity(sequence.count)
      for element in sequence {
        values.append(convert(element, depth: depth + 1))
        if isOver { break }
      }
      return ConfigNode(.sequence(values), at: location)
    case .mapping(let mapping):
      return ConfigNode(.mapping(entries(of: mapping, depth: depth)), at: location)
    case .alias:
      return ConfigNode(.scalar("", plain: true), at: location)
    }
  }

  private mutating func entries(of mapping: Node.Mapping, depth: Int) -> [ConfigNode.Entry] {
    var entries: [ConfigNode.Entry] = []
    entries.reserveCapacity(mapping.count)
    var merged: [ConfigNode.Entry] = []
    var firsts: [String: SourceLocation] = [:]
    for (key, value) in mapping {
      let keyLocation = location(of: key)
      guard case .scalar(let scalar) = key else {
        log.error(at: keyLocation, zh: "键必须是普通文本", en: "a key must be a plain text")
        continue
      }
      if let name = doubled.original(of: scalar.string) {
        reportDouble(name, first: keyLocation, in: mapping)
        continue
      }
      let converted = convert(value, depth: depth + 1)
      if isOver { break }
      if scalar.string == "<<", scalar.style == .plain {
        let sources = converted.sequence ?? [converted]
        for source in sources { merged += source.entries ?? [] }
        continue
      }
      // To the parser keys with different tags (`!x a`, `a`) are different keys.
      if let first = firsts.updateValue(keyLocation, forKey: scalar.string) {
        reportDouble(scalar.string, first: first, second: keyLocation)
        continue
      }
      entries.append(ConfigNode.Entry(key: scalar.string, keyLocation: keyLocation, value: converted))
    }
    if !merged.isEmpty {
      // `<<: *base`: what the mapping says itself goes first, then the earlier of the merged ones.
      var known = Set(entries.map(\.key))
      for entry in merged where known.insert(entry.key).inserted { entries.append(entry) }
    }
    return entries
  }

  private func reportDouble(_ name: String, first: SourceLocation, in mapping: Node.Mapping) {
    for (key, _) in mapping {
      guard case .scalar(let other) = key, other.string == name else { continue }
      reportDouble(name, first: first, second: location(of: key))
    }
  }

  private func reportDouble(_ name: String, first: SourceLocation, second: SourceLocation) {
    log.error(
      at: second, zh: "键“\(name.prefix(60))”写了两次；第一次在第 \(first.line) 行",
      en: "key \"\(name.prefix(60))\" is given twice; the first is in line \(first.line)")
  }

  private func location(of node: Node) -> SourceLocation {
    SourceLocation(file: file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
  }
}
