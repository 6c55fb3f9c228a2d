package import Community
package import Pipeline

/// Why an action on an alert was refused. Nothing has changed then.
package enum AlertError: Error, Sendable, Equatable {
  case unknown(id: String)
  case closed(id: String, at: Timestamp)
  case stillActive(id: String)
  /// Latched: it wants a reset.
  case latched(id: String)
  case notLatched(id: String)
  case shelfInPast(until: Timestamp)
  /// `longest` in ms.
  case shelfTooLong(longest: Int64)
  case commentMissing
  case commentTooLong(limit: Int)
  case nameMissing
  case nameTooLong(limit: Int)
}

extension AlertError {
  /// One sentence for people: what is wrong and what to do.
  package var text: LocalizedText {
    switch self {
    case .unknown(let id):
      return .init(zh: "没有编号为 \(id) 的报警", en: "there is no alert \(id); `linli alerts --all` lists all")
    case .closed(let id, _):
      return .init(zh: "报警 \(id) 已关闭，只能再添加备注", en: "alert \(id) is closed; only comments can be added")
    case .stillActive(let id):
      return .init(
        zh: "报警 \(id) 的条件仍然成立；请先确认或搁置，确需关闭请用强制关闭",
        en: "the condition of alert \(id) still holds; acknowledge or shelve it, or close it by force")
    case .latched(let id):
      return .init(
        zh: "报警 \(id) 已锁定，现场处理后请用 linli reset \(id) 复位",
        en: "alert \(id) is latched; once it is dealt with, end it with `linli reset \(id)`")
    case .notLatched(let id): return .init(zh: "报警 \(id) 无需复位", en: "alert \(id) needs no reset")
    case .shelfInPast: return .init(zh: "搁置的截止时间必须在将来", en: "a shelf must end in the future")
    case .shelfTooLong(let longest):
      let hours = longest / 3_600_000
      return .init(zh: "搁置最长 \(hours) 小时", en: "a shelf lasts at most \(hours) h")
    case .commentMissing: return .init(zh: "备注不能为空", en: "the comment is empty")
    case .commentTooLong(let limit):
      return .init(zh: "备注最长 \(limit) 个字符", en: "a comment has at most \(limit) characters")
    case .nameMissing: return .init(zh: "请写明姓名", en: "a name is needed")
    case .nameTooLong(let limit):
      return .init(zh: "姓名最长 \(limit) 个字符", en: "a name has at most \(limit) characters")
    }
  }
}
