import Notify
import Pipeline

/// What stands behind `/a/` in a one-tap link, or lines of an alert, a number, an end and a name. Nothing counts but what was
/// signed with the key; what was signed says the same again; no link can be read with another key.
enum LinksTarget {
  private static let key = Array("a key of the data directory".utf8)

  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    if let link = AnswerLink(token: text, key: key) {
      try require(AnswerLink(token: link.token(key: key), key: key) == link, "a link is not what it says: \(link)")
      try require(link.who.utf8.count <= 120, "a name of \(link.who.utf8.count) bytes")
    }
    let lines = text.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count == 4, let number = Int(lines[1]), let seconds = Int64(lines[2]), abs(Double(seconds)) < 1e14,
      lines[0].utf8.count <= 200
    else { return }
    let link = AnswerLink(
      alert: String(lines[0]), number: number, who: String(lines[3]), until: Timestamp(milliseconds: seconds * 1000))
    let token = link.token(key: key)
    try require(
      token.utf8.allSatisfy {
        ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || (0x30...0x39).contains($0) || "-_.".utf8.contains($0)
      },
      "not for an address: \(token)")
    try require(AnswerLink(token: token, key: key) == link, "\(link) is read otherwise")
    try require(AnswerLink(token: token, key: [1, 2, 3]) == nil, "another key reads \(token)")
    var changed = Array(token.utf8)
    changed[changed.count / 3] = changed[changed.count / 3] == 0x41 ? 0x42 : 0x41
    try require(AnswerLink(token: String(decoding: changed, as: UTF8.self), key: key) == nil, "changed: \(token)")
  }
}
