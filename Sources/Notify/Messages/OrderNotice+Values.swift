// What a message says of an order: its own words for the step, who has it, until when, what to type.
import Alerts
import Community

extension OrderNotice {
  func fill(
    _ values: inout [Template.Field: String], _ language: Language, _ style: TextStyle, _ settings: MessageSettings
  ) {
    values[.state] = state[language]
    let unit = unit[language]
    values[.responsible] = style.escape(
      person.map { language == .zh ? "\(unit) \($0)" : "\(unit): \($0)" } ?? unit)
    if let answer { values[.answer] = style.escape(answer) }
    guard let deadline else { return }
    let until = LocalTime.short(deadline, in: settings.timeZone)
    let remark = language == .zh ? "要求 \(until) 前完成" : "to be done by \(until)"
    values[.comment] = [style.escape(remark), values[.comment] ?? ""].filter { !$0.isEmpty }.joined(
      separator: language == .zh ? "；" : "; ")
  }
}
