// The words of messages in both languages: built-in templates, names of steps and priorities, symbols of units.
import Alerts
import Community

enum MessageWords {
  static func template(_ language: Language, _ style: TextStyle) -> String {
    let bold = style == .markdown ? "**" : ""
    switch language {
    case .zh:
      return """
        \(bold){state}【{priority}】{title}\(bold)
        地点：{place}
        {quantity}：{value}
        开始：{since}
        持续：{duration}
        处理人：{by}
        说明：{comment}
        建议：{advice}
        编号：{id}
        处理：{answer}
        {link}
        """
    case .en:
      return """
        \(bold){state} [{priority}] {title}\(bold)
        Place: {place}
        {quantity}: {value}
        Since: {since}
        Lasted: {duration}
        By: {by}
        Note: {comment}
        Advice: {advice}
        Alert: {id}
        Answer: {answer}
        {link}
        """
    }
  }

  static func state(_ kind: AlertEvent.Kind, _ language: Language) -> String {
    let words: (zh: String, en: String) =
      switch kind {
      case .raised: ("告警", "ALERT")
      case .cleared: ("已恢复", "RESOLVED")
      case .acknowledged: ("已确认", "ACKNOWLEDGED")
      case .assigned: ("已派单", "ASSIGNED")
      case .commented: ("备注", "COMMENT")
      case .shelved: ("已搁置", "SHELVED")
      case .unshelved: ("恢复提醒", "UNSHELVED")
      case .closed: ("已关闭", "CLOSED")
      }
    return language == .zh ? words.zh : words.en
  }

  static func priority(_ priority: Priority, _ language: Language) -> String {
    guard language == .zh else { return priority.rawValue }
    switch priority {
    case .critical: return "紧急"
    case .high: return "重要"
    case .medium: return "一般"
    case .low: return "提示"
    }
  }

  static func value(_ language: Language) -> String { language == .zh ? "数值" : "Value" }
  static func system(_ language: Language) -> String { language == .zh ? "邻里" : "Linli" }

  /// What a reader expects in place of a UCUM code.
  static func symbol(ofUnit unit: String) -> String {
    switch unit {
    case "Cel": "°C"
    case "[degF]": "°F"
    case "kW.h": "kWh"
    case "W.h": "Wh"
    case "m3": "m³"
    case "m3/h": "m³/h"
    case "ug/m3": "µg/m³"
    case "mg/m3": "mg/m³"
    case "[ppm]": "ppm"
    case "[ppb]": "ppb"
    case "Ohm": "Ω"
    case "1": ""
    default: unit.hasPrefix("dB[") ? "dB" : unit
    }
  }

  /// At most two decimals, none that say nothing: 15.2, 16, -0.25.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if abs(value) >= 1e15 { return "\(value)" }
    let hundredths = (value * 100).rounded()
    guard abs(hundredths) < 1e15 else { return "\(Int64(value.rounded()))" }
    let whole = Int64(abs(hundredths)) / 100
    let rest = Int64(abs(hundredths)) % 100
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    let decimals = rest % 10 == 0 ? "\(rest / 10)" : (rest < 10 ? "0\(rest)" : "\(rest)")
    return "\(sign)\(whole).\(decimals)"
  }
}
