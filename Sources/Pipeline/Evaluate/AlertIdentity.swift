/// Names an occurrence of an alert. The id is derived from what happened, never drawn at random, so a replay of the same
/// messages finds the same ids.
package enum AlertIdentity {
  /// Crockford's base 32: no i, l, o, u, so an id survives being read over the telephone; lower case, because people type
  /// it on a shell.
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  /// Ten characters: the low 50 bits of the 64-bit FNV-1a of `rule|subject|raised_at in ms`; from the second occurrence
  /// with the same three on, `|2`, `|3` … is appended before hashing.
  package static func id(rule: String, subject: String, raisedAt: Timestamp, occurrence: Int = 1) -> String {
    var hash = FNV1a()
    hash.mix("\(rule)|\(subject)|\(raisedAt.milliseconds)")
    if occurrence > 1 { hash.mix("|\(occurrence)") }
    let digits = (0..<10).map { alphabet[Int((hash.value >> (UInt64(9 - $0) * 5)) & 31)] }
    return String(decoding: digits, as: UTF8.self)
  }

  /// The first id of this rule, subject and time that no earlier occurrence has.
  package static func unused(
    rule: String, subject: String, raisedAt: Timestamp, isTaken: (String) -> Bool
  ) -> String {
    var occurrence = 1
    while true {
      let candidate = id(rule: rule, subject: subject, raisedAt: raisedAt, occurrence: occurrence)
      if !isTaken(candidate) { return candidate }
      occurrence += 1
    }
  }
}
