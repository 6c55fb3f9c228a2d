import API
import Alerts
import Community
import Foundation
import Pipeline
import Rules

/// Values and times as people read them.
enum Wording {
  static func value(_ value: Double?, unit: String) -> String {
    value.map { ValueText.text($0, unit: unit) } ?? "–"
  }

  static func value(of alert: AlertView) -> String { alert.text ?? value(alert.value, unit: alert.unit) }

  static func reading(_ point: PointView, _ output: OutputOptions) -> String {
    guard point.at != nil else { return output.say("未收到", "never heard") }
    return point.text ?? value(point.value, unit: point.unit)
  }

  /// `2026-01-05T11:20:00.000+08:00` → `01-05 11:20:00`; nil → "–".
  static func time(_ text: String?) -> String {
    guard let text, text.count >= 19 else { return text ?? "–" }
    let start = text.index(text.startIndex, offsetBy: 5)
    let end = text.index(text.startIndex, offsetBy: 19)
    return text[start..<end].replacingOccurrences(of: "T", with: " ")
  }

  static func priority(_ name: String, _ output: OutputOptions) -> Table.Cell {
    guard let priority = Priority(rawValue: name) else { return Table.Cell(name) }
    let colour: Terminal.Colour =
      switch priority {
      case .critical: .red
      case .high: .yellow
      case .medium: .blue
      case .low: .grey
      }
    return Table.Cell(priority.text[output.language], colour)
  }

  static func level(_ name: String, _ output: OutputOptions) -> String {
    Place.Level(rawValue: name)?.text[output.language] ?? name
  }

  /// `01-05 11:20:00  → ops-hook  raised  delivered`, behind it why not. Without a step where all have the same (orders).
  static func delivery(
    _ delivery: AlertStoryView.Delivery, of step: String? = nil, _ output: OutputOptions
  ) -> String {
    let names = ["pending": "待发送", "delivered": "已送达", "failed": "发送失败"]
    let state = output.say(names[delivery.state] ?? delivery.state, delivery.state)
    let error = delivery.error.map { "  \($0)" } ?? ""
    let of = step.map { "  \($0)" } ?? ""
    return "\(time(delivery.at))  → \(delivery.channel)\(of)  \(state)\(error)"
  }

  static func suppression(_ kind: String, _ output: OutputOptions) -> String {
    let names = [
      "inhibited": "被抑制", "maintenance": "维护中", "silenced": "已静默", "damped": "抖动抑制", "away": "家中无人",
      "out-of-service": "停用",
    ]
    return output.say(names[kind] ?? kind, kind)
  }

  static func quality(_ quality: String, reason: String = "", _ output: OutputOptions) -> Table.Cell {
    let colour: Terminal.Colour? = quality == "bad" ? .red : quality == "uncertain" ? .yellow : nil
    let names = ["good": "好", "uncertain": "存疑", "bad": "坏", "unknown": "未知"]
    let word = output.say(names[quality] ?? quality, quality)
    return Table.Cell(reason.isEmpty ? word : "\(word) (\(reasonWord(reason, output)))", colour)
  }

  private static func reasonWord(_ reason: String, _ output: OutputOptions) -> String {
    let names = [
      "clock": "时钟", "retained": "保留消息", "substituted": "替代值", "low-battery": "电量低", "out-of-range": "超量程",
      "not-a-number": "非数值", "sensor-fault": "传感器故障", "undecodable": "无法解析", "stuck": "卡死", "silent": "失联",
    ]
    return output.say(names[reason] ?? reason, reason)
  }

  /// Why a message could not be used, as `DeadLetter.Reason` says it.
  static func deadLetter(_ reason: String, _ output: OutputOptions) -> String {
    if let problem = JSONProblem(rawValue: reason) { return problem.words[output.language] }
    if let match = reason.wholeMatch(of: /payload of (\d+) bytes is over the limit/) {
      return output.say("负载有 \(match.1) 字节，超过上限", reason)
    }
    let names = ["message understood, none of its fields is in the profile": "消息可以解析，但型号的字段一个都没有"]
    return output.say(names[reason] ?? reason, reason)
  }

  static func duration(seconds: Int) -> String {
    switch seconds {
    case ..<120: "\(seconds)s"
    case ..<7_200: "\(seconds / 60)m"
    case ..<172_800: "\(seconds / 3_600)h \(seconds % 3_600 / 60)m"
    default: "\(seconds / 86_400)d \(seconds % 86_400 / 3_600)h"
    }
  }

  static func bytes(_ count: UInt64) -> String {
    switch count {
    case ..<1_024: "\(count) B"
    case ..<1_048_576: String(format: "%.1f KiB", Double(count) / 1_024)
    case ..<1_073_741_824: String(format: "%.1f MiB", Double(count) / 1_048_576)
    default: String(format: "%.1f GiB", Double(count) / 1_073_741_824)
    }
  }
}
