import ConfigFile
import Pipeline
import Words

/// Reads `during: {from: "22:00", to: "06:00", days: [sat, sun]}`. Without from and to the whole day is meant.
enum DuringReader {
  static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// nil, with the reason in the log, when something is wrong.
  static func read(_ node: ConfigNode, log: ProblemLog) -> DuringPlan? {
    guard let reader = MappingReader(node, keys: ["from", "to", "days"], as: "during", log: log) else { return nil }
    if !reader.has("from"), !reader.has("to"), !reader.has("days") {
      log.error(at: node.location, zh: "during：应有 from、to 或 days", en: "during: expected from, to or days")
      return nil
    }
    let from = reader.has("from") ? minutes(reader, "from") : 0
    let to = reader.has("to") ? minutes(reader, "to") : 1440
    var mask: UInt8 = 0x7f
    if let words = reader.strings("days") {
      mask = 0
      for word in words {
        guard let day = days.firstIndex(of: word.lowercased()) else {
          log.error(
            at: reader.location(of: "days"), zh: "days：未知的星期“\(word)”", en: "days: unknown day \"\(word)\"",
            hint: Suggestion.hint(for: word, among: days))
          continue
        }
        mask |= 1 << UInt8(day)
      }
    }
    guard let from, let to, mask != 0 else { return nil }
    return DuringPlan(from: from, to: to, days: mask)
  }

  /// `HH:MM`, 00:00 … 24:00, in minutes.
  private static func minutes(_ reader: MappingReader, _ key: String) -> Int? {
    guard let node = reader.node(key), let text = node.string(reader.log, key) else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(\.isNumber) }),
      parts[1].count == 2,
      let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60, hours * 60 + minutes <= 1440
    {
      return hours * 60 + minutes
    }
    return node.wrong(reader.log, key, .init(zh: "时间，如“22:00”", en: "a time like \"22:00\""))
  }
}
