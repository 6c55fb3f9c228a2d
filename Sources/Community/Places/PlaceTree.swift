/// All places, found by path; answers who is responsible and what kind of place something stands in.
package struct PlaceTree: Sendable {
  /// Parents before their children, else in the order of the file.
  package let places: [Place]
  /// Index of the parent of each place; -1 at the top.
  package let parents: [Int]
  private let indexByPath: [String: Int]
  private let childIndices: [[Int]]

  init(places: [Place], parents: [Int]) {
    self.places = places
    self.parents = parents
    indexByPath = Dictionary(zip(places.map(\.path), places.indices), uniquingKeysWith: { first, _ in first })
    var children = [[Int]](repeating: [], count: places.count)
    for (index, parent) in parents.enumerated() where parent >= 0 { children[parent].append(index) }
    childIndices = children
  }

  package static let empty = PlaceTree(places: [], parents: [])

  package subscript(path: String) -> Place? { index(of: path).map { places[$0] } }

  package func index(of path: String) -> Int? { indexByPath[path] }

  /// The place itself, its parent, … up to the district; none for an unknown path.
  package func ancestry(of path: String) -> [Place] {
    var result: [Place] = []
    var index = index(of: path) ?? -1
    while index >= 0 {
      result.append(places[index])
      index = parents[index]
    }
    return result
  }

  /// The places that have someone on duty, from the nearest upwards: the way an alert climbs (四级联动).
  package func chain(from path: String) -> [Place] {
    ancestry(of: path).filter { $0.duty != nil }
  }

  /// The kind of the nearest place that has one; empty when none has.
  package func kind(of path: String) -> String {
    ancestry(of: path).first { !$0.kind.isEmpty }?.kind ?? ""
  }

  /// Tags of the place and of all above it.
  package func tags(of path: String) -> Set<String> {
    Set(ancestry(of: path).flatMap(\.tags))
  }

  /// The place of a level that a place lies in (or is).
  package func place(at level: Place.Level, above path: String) -> Place? {
    ancestry(of: path).first { $0.level == level }
  }

  package func children(of path: String) -> [Place] {
    index(of: path).map { childIndices[$0].map { places[$0] } } ?? []
  }

  /// Whether `path` is `ancestor` or lies in it. An empty ancestor contains everything.
  package static func contains(_ ancestor: String, _ path: String) -> Bool {
    ancestor.isEmpty || path == ancestor
      || (path.hasPrefix(ancestor) && path.utf8.dropFirst(ancestor.utf8.count).first == 47)
  }
}
