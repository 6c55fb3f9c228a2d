package import ConfigFile

/// `on`: which points a condition looks at. All keys that are given must match; within a key any of its values may.
package struct Selector: Sendable, Equatable {
  package enum Key: String, Sendable, CaseIterable {
    case quantity
    case placeKind = "place_kind"
    case point
    case device
    case deviceKind = "device_kind"
    case profile
    case place
    case tag
  }

  /// One value with the place where it stands, so that a wrong name can be pointed at.
  package struct Term: Sendable, Equatable {
    package var text: String
    package var location: SourceLocation

    package init(text: String, location: SourceLocation) {
      self.text = text
      self.location = location
    }
  }

  private struct Entry: Equatable {
    var key: Key
    var term: Term
  }

  /// By key. A rule keeps its selector for as long as it lives, mostly of one term: a dictionary would be twice as large.
  private var entries: [Entry] = []

  package var terms: [Key: [Term]] {
    get { Dictionary(grouping: entries, by: \.key).mapValues { $0.map(\.term) } }
    set {
      entries = newValue.sorted { $0.key.rawValue < $1.key.rawValue }
        .flatMap { key, terms in terms.map { Entry(key: key, term: $0) } }
    }
  }

  package init(terms: [Key: [Term]] = [:]) { self.terms = terms }

  package var isEmpty: Bool { entries.isEmpty }

  /// This selector inside of `outer`: its own keys win.
  package func merged(into outer: Selector) -> Selector {
    Selector(terms: outer.terms.merging(terms) { _, own in own })
  }
}

/// A name pattern in which `*` stands for any number of characters.
struct Glob: Sendable {
  private let pattern: [UInt8]
  let hasWildcard: Bool

  init(_ text: String) {
    pattern = Array(text.utf8)
    hasWildcard = pattern.contains(UInt8(ascii: "*"))
  }

  /// Walks both texts once and returns to the last `*` on a mismatch: linear for one `*`, never exponential.
  func matches(_ text: some StringProtocol) -> Bool {
    let text = Array(text.utf8)
    var p = 0
    var t = 0
    var star: (pattern: Int, text: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        p = last.pattern + 1
        t = last.text + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
