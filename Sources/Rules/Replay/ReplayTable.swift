package import Community
import ConfigFile
package import Pipeline

/// The lines of a replay for people: an aligned table whose columns are as wide as they need to be.
package struct ReplayTable {
  private let language: Language
  private let zone: LocalTimeTable
  private let catalogue: RuleCatalogue
  private let word: (_ point: String, _ value: Double) -> LocalizedText?

  /// Times are shown in `zone`.
  /// - Parameter word: how a value of a point is said, where a number would not do.
  package init(
    language: Language, zone: LocalTimeTable, catalogue: RuleCatalogue,
    word: @escaping (_ point: String, _ value: Double) -> LocalizedText? = { _, _ in nil }
  ) {
    self.word = word
    self.language = language
    self.zone = zone
    self.catalogue = catalogue
  }

  /// The whole table with its head line; without a line it says that nothing happened.
  package func text(_ changes: [ReplayChange]) -> String {
    guard !changes.isEmpty else { return language == .zh ? "没有报警变化" : "no alert changes" }
    let head =
      language == .zh
      ? ["时间", "变化", "级别", "报警", "规则", "标题", "对象", "值"]
      : ["TIME", "CHANGE", "PRIORITY", "ALERT", "RULE", "TITLE", "SUBJECT", "VALUE"]
    let rows = changes.map(row)
    return Self.align([head] + rows)
  }

  package func text(_ readings: [ReplayReading]) -> String {
    let head =
      language == .zh
      ? ["时间", "测点", "值", "单位", "质量", "原因"] : ["TIME", "POINT", "VALUE", "UNIT", "QUALITY", "REASON"]
    let rows = readings.map { reading in
      let value = reading.value.map { word(reading.point, $0)?[language] ?? NumberText.plain($0) } ?? "-"
      return [
        local(reading.at), reading.point, value, reading.unit,
        reading.reason.quality.name, reading.reason.name,
      ]
    }
    return Self.align([head] + rows)
  }

  private func row(_ change: ReplayChange) -> [String] {
    let words = [
      "raised": "触发", "cleared": "恢复", "escalated": "升级", "suppressed": "抑制", "released": "解除抑制",
      "inhibited": "被抑制", "maintenance": "维护中", "damped": "抖动抑制", "away": "家中无人", "critical": "紧急", "high": "高",
      "medium": "中", "low": "低",
    ]
    func word(_ text: String) -> String { language == .zh ? words[text] ?? text : text }
    if let to = change.to ?? change.kind.map({ "\(word($0)) (\(change.by ?? ""))" }) {
      return [
        local(change.at), word(change.change), word(change.priority), change.alert, change.rule,
        catalogue.traits(of: change.rule, subject: change.subject)?.title[language] ?? "", change.subject,
        change.to == nil ? to : "→ \(to)",
      ]
    }
    return [
      local(change.at), word(change.change), word(change.priority), change.alert, change.rule,
      catalogue.traits(of: change.rule, subject: change.subject)?.title[language] ?? "", change.subject,
      value(of: change),
    ]
  }

  private func value(of change: ReplayChange) -> String {
    guard let value = change.value else { return "-" }
    if let word = ValueText.word(of: change.point, value, unit: change.unit, by: word) { return word[language] }
    return NumberText.plain(value) + (change.unit.isEmpty ? "" : " " + change.unit)
  }

  private func local(_ time: Timestamp) -> String {
    let change = zone.changes.last { $0.at <= time }
    return time.rfc3339(offset: change?.offset ?? 0)
  }

  private static func align(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { DisplayWidth.columns($0[column]) }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: max(0, width - DisplayWidth.columns(cell)))
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
