import Foundation
import Yams

/// Finds the second place of a key that is given twice. The parser names only the first and stops; so the first is renamed
/// to a private character and the file is parsed again, until every doubled key has been seen.
struct DoubledKeys {
  /// By private-use character: no file has those as a key.
  private var names: [Character: String] = [:]

  var count: Int { names.count }

  /// The source with the key at `mark` renamed; nil when it is not written there as it reads (escapes, anchors).
  mutating func rename(_ name: String, at mark: Mark, in source: String) -> String? {
    guard let marker = Unicode.Scalar(0xE000 + UInt32(names.count)).map(Character.init), !name.isEmpty else {
      return nil
    }
    var start = source.startIndex
    let scalars = source.unicodeScalars
    for _ in 1..<max(1, mark.line) {
      guard let end = scalars[start...].firstIndex(of: "\n") else { return nil }
      start = scalars.index(after: end)
    }
    guard var place = scalars.index(start, offsetBy: mark.column - 1, limitedBy: scalars.endIndex) else { return nil }
    if place < scalars.endIndex, scalars[place] == "\"" || scalars[place] == "'" { place = scalars.index(after: place) }
    guard scalars[place...].starts(with: name.unicodeScalars) else { return nil }
    let end = scalars.index(place, offsetBy: name.unicodeScalars.count)
    // As many scalars as before, so that the columns after it stay true.
    let padding = String(repeating: marker, count: name.unicodeScalars.count)
    names[marker] = name
    return String(scalars[..<place]) + padding + String(scalars[end...])
  }

  /// The name that a renamed key had.
  func original(of key: String) -> String? {
    names.isEmpty ? nil : key.first.flatMap { names[$0] }
  }
}
