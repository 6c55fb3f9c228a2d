package import Community

/// A node of the tree of places, parents before children.
package struct PlaceView: Codable, Sendable, Equatable {
  package var path: String
  package var level: String
  package var name: LocalizedText
  package var kind: String

  package init(path: String, level: String, name: LocalizedText, kind: String) {
    self.path = path
    self.level = level
    self.name = name
    self.kind = kind
  }
}
