package import Community
import ConfigFile

/// The part of `alerts.yaml` that says how people are asked: again, beside the four levels, and after a while once more.
package struct ResponseSettings: Sendable, Equatable {
  package static let keys = ["repeat", "realarm", "climb_after_return", "care"]
  package static let careKeys = ["priority", "chains"]

  /// An unanswered alert is repeated so often, by priority; default: critical ones every 5 minutes.
  package var repeats = Deadlines()
  /// An acknowledged alert that is still active speaks again after so long, by priority, unless its rule says otherwise.
  package var realarm = Deadlines()
  /// Priorities whose unanswered alerts go on climbing although their condition has returned. Latched and momentary alerts do
  /// in any case. Default: all.
  package var climbAfterReturn = Set(Priority.allCases)
  /// Priorities of alerts in a home for which its care plan is asked.
  package var carePriorities: Set<Priority> = [.critical, .high]
  /// Care plans by the `profile` of a home's care.
  package var careChains: [String: [CareStep]] = [:]

  package init() { repeats[Priority.critical.rawValue] = 300_000 }

  init(_ reader: MappingReader) {
    self.init()
    let log = reader.log
    if let given = reader.node("repeat").flatMap({ Deadlines.read($0, "repeat", log: log) }) { repeats = given }
    realarm = reader.node("realarm").flatMap { Deadlines.read($0, "realarm", log: log) } ?? realarm
    if let given = Self.priorities(reader, "climb_after_return") { climbAfterReturn = given }
    guard let care = reader.reader("care", keys: Self.careKeys) else { return }
    if let given = Self.priorities(care, "priority") { carePriorities = given }
    for entry in care.mapping("chains") {
      if let chain = CareStep.readChain(entry.value, log: log) { careChains[entry.key] = chain }
    }
  }

  private static func priorities(_ reader: MappingReader, _ key: String) -> Set<Priority>? {
    guard let node = reader.node(key) else { return nil }
    return Set((node.sequence ?? [node]).compactMap { $0.choice(reader.log, key, as: Priority.self) })
  }
}
