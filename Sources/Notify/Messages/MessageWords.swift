// The words of messages in both languages: built-in templates, steps as calls.
import Alerts
import Community

enum MessageWords {
  /// - Parameter assigns: somebody gives the alert to a person, and is not the one who deals with it.
  static func template(_ language: Language, _ style: TextStyle, assigns: Bool = false) -> String {
    let bold = style == .markdown ? "**" : ""
    switch language {
    case .zh:
      return """
        \(bold){state}【{priority}】{title}\(bold)
        地点：{place}
        {quantity}：{value}
        开始：{since}
        持续：{duration}
        负责：{responsible}
        应答截止：{until}
        \(assigns ? "指派人" : "处理人")：{by}
        说明：{comment}
        建议：{advice}
        编号：{id}
        处理：{answer}
        一键确认：{confirm}
        {link}
        """
    case .en:
      return """
        \(bold){state} [{priority}] {title}\(bold)
        Place: {place}
        {quantity}: {value}
        Since: {since}
        Lasted: {duration}
        Responsible: {responsible}
        Answer by: {until}
        \(assigns ? "Assigned by" : "By"): {by}
        Note: {comment}
        Advice: {advice}
        Id: {id}
        Answer: {answer}
        I am on it: {confirm}
        {link}
        """
    }
  }

  static func state(_ kind: AlertEvent.Kind, _ language: Language) -> String {
    let words: (zh: String, en: String) =
      switch kind {
      case .raised: ("报警", "ALERT")
      case .cleared: ("已恢复", "RESOLVED")
      case .acknowledged: ("已确认", "ACKNOWLEDGED")
      case .assigned: ("指派", "ASSIGNED")
      case .commented: ("备注", "COMMENT")
      case .shelved: ("已搁置", "SHELVED")
      case .unshelved: ("取消搁置", "UNSHELVED")
      case .closed: ("已关闭", "CLOSED")
      case .escalated: ("升级报警", "ESCALATED")
      case .repeated: ("再次提醒", "STILL UNANSWERED")
      case .realarmed: ("仍未恢复", "STILL ACTIVE")
      case .suppressed: ("已抑制", "SUPPRESSED")
      case .released: ("报警", "ALERT")
      case .reset: ("已复位", "RESET")
      case .ordered: ("已派工单", "ORDERED")
      }
    return language == .zh ? words.zh : words.en
  }

  /// What a digest says of an alert that was given to somebody.
  static func assigned(_ event: AlertEvent, _ language: Language) -> String {
    let to = event.alert.assignee?.name ?? event.alert.assignedTo ?? ""
    return language == .zh ? "\(event.by)指派给\(to)" : "given to \(to) by \(event.by)"
  }

  static func value(_ language: Language) -> String { language == .zh ? "数值" : "Value" }
  static func system(_ language: Language) -> String { language == .zh ? "邻里" : "Linli" }
}
