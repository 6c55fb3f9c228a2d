// When something ends, as people write it: the beginning of a day, or a moment.
import ConfigFile
package import Pipeline

package enum DayOrTime: Sendable, Equatable {
  case day(LocalDay)
  case time(Timestamp)

  /// `2026-02-15`, `2026-02-15T08:00:00+08:00`; nil for anything else, also for a time without an offset.
  package init?(_ text: String) {
    if let time = Timestamp(rfc3339: text) {
      self = .time(time)
    } else if let day = LocalDay(text) {
      self = .day(day)
    } else {
      return nil
    }
  }

  /// A day stands for its beginning.
  package func instant(in zone: LocalTimeTable) -> Timestamp {
    switch self {
    case .day(let day): zone.instant(day)
    case .time(let time): time
    }
  }
}

extension ConfigNode {
  func dayOrTime(_ log: ProblemLog, _ what: String) -> DayOrTime? {
    guard let text = string(log, what) else { return nil }
    if let value = DayOrTime(text) { return value }
    let example = LocalizedText(
      zh: "请写 2026-02-15 或 2026-02-15T08:00:00+08:00", en: "write 2026-02-15 or 2026-02-15T08:00:00+08:00")
    if let local = [text, text + ":00"].first(where: { Timestamp(rfc3339: $0 + "Z") != nil }) {
      log.error(
        at: location,
        LocalizedText(zh: "时间\(kindName.zh)没有时区偏移", en: "the time \(kindName.en) has no offset").of(what),
        hint: .init(zh: "请加上偏移，如 +08:00：\(local)+08:00", en: "add one such as +08:00: \(local)+08:00"))
    } else if Self.looksLikeADay(text), LocalDay(text.prefix(10)) == nil {
      let message = LocalizedText(zh: "没有这一天：\(kindName.zh)", en: "no such day: \(kindName.en)")
      log.error(at: location, message.of(what), hint: example)
    } else {
      return wrong(log, what, .init(zh: "日期", en: "a date"), hint: example)
    }
    return nil
  }

  /// Digits where a date has them.
  private static func looksLikeADay(_ text: String) -> Bool {
    let bytes = Array(text.utf8.prefix(10))
    return bytes.count == 10
      && bytes.indices.allSatisfy { $0 == 4 || $0 == 7 ? bytes[$0] == 45 : (48...57).contains(bytes[$0]) }
  }
}
