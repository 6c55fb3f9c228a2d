import ConfigFile
import Pipeline

/// A rule's conditions as a flat list, children before parents, each leaf with the points that it selects.
struct ConditionTree {
  struct Node {
    var condition: Condition
    /// The leaf's own `on` inside those of the conditions around it.
    var selector: Selector
    var children: [Int]
    var points: [PointID] = []
  }

  /// How deep conditions may be nested, and how many a rule may have.
  static let depthLimit = 8
  static let countLimit = 64

  var nodes: [Node] = []

  init(_ rule: Rule) { _ = add(rule.condition, around: rule.on) }

  private mutating func add(_ condition: Condition, around outer: Selector) -> Int {
    let selector = condition.on.merged(into: outer)
    let children = condition.children.map { add($0, around: selector) }
    nodes.append(Node(condition: condition, selector: selector, children: children))
    return nodes.count - 1
  }

  var leaves: [Int] { nodes.indices.filter { nodes[$0].condition.isLeaf } }

  /// Whether a subject has what the tree needs: of `all` and `not` every part, of `any` at least one.
  func isComplete(_ node: Int? = nil, has: (Int) -> Bool) -> Bool {
    let index = node ?? nodes.count - 1
    switch nodes[index].condition.test {
    case .all, .not: return nodes[index].children.allSatisfy { isComplete($0, has: has) }
    case .any: return nodes[index].children.contains { isComplete($0, has: has) }
    default: return has(index)
    }
  }
}
