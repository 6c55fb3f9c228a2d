/// Looks up in the plan what a checkpoint names. Nearly always the names come in the plan's own order, and comparing with the
/// next one is enough; only when one is another the index of all is made. A restart has no time for it.
struct PlanFinder<Name: Hashable> {
  private let count: Int
  private let name: (Int) -> Name
  private var next = 0
  private var index: [Name: Int]?

  /// - Parameter name: of number 0 ..< `count`.
  init(count: Int, name: @escaping (Int) -> Name) {
    self.count = count
    self.name = name
  }

  mutating func find(_ wanted: Name) -> Int? {
    if next < count, name(next) == wanted {
      next += 1
      return next - 1
    }
    let index = self.index ?? Dictionary((0..<count).map { (name($0), $0) }, uniquingKeysWith: { _, last in last })
    self.index = index
    let found = index[wanted]
    if let found { next = found + 1 }
    return found
  }
}
