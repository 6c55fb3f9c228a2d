package import ConfigFile

/// How long an alert may wait, by its priority: `answer_within: 10m`, or `{critical: 2m, high: 10m, other: 1h}`.
package struct Deadlines: Sendable, Equatable {
  /// The words of priorities, and of all the others.
  package static let keys = ["critical", "high", "medium", "low", "other"]
  /// 1 s … 31 days.
  static let range: ClosedRange<Int64> = 1000...31 * 86_400_000

  private var byPriority: [String: Int64] = [:]
  private var other: Int64?

  /// The same for all, ms; nil: no deadline.
  package init(_ all: Int64? = nil) { other = all }

  /// Ms; nil: no deadline.
  package subscript(priority: String) -> Int64? {
    get { byPriority[priority] ?? other }
    set { byPriority[priority] = newValue }
  }

  package var isEmpty: Bool { byPriority.isEmpty && other == nil }
  /// Every priority has one.
  package var isComplete: Bool { other != nil || Self.keys.dropLast().allSatisfy { byPriority[$0] != nil } }

  package static func read(_ node: ConfigNode, _ what: String, log: ProblemLog) -> Deadlines? {
    if node.scalar != nil { return node.duration(log, what, in: range).map { Deadlines($0) } }
    guard let reader = MappingReader(node, keys: keys, as: what, log: log) else { return nil }
    var deadlines = Deadlines(reader.duration("other", in: range))
    for key in keys.dropLast() { deadlines.byPriority[key] = reader.duration(key, in: range) }
    return deadlines
  }
}
