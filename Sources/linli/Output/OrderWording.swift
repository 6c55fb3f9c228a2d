import API
import Community
import Foundation
import Orders

/// States, steps and sources of orders as people read them.
extension Wording {
  static func orderState(_ order: OrderView, _ output: OutputOptions) -> Table.Cell {
    let word = Order.State(rawValue: order.state)?.text[output.language] ?? order.state
    var words = [word]
    if order.overdue { words.append(output.say("已超时", "overdue")) }
    if let until = order.waitingUntil {
      let reason = order.waitingFor.map { waitReason($0, output) } ?? ""
      words.append(output.say("（\(reason)，至 \(time(until))）", "(\(reason), until \(time(until)))"))
    }
    return Table.Cell(words.joined(separator: " "), order.overdue ? .red : order.state == "ordered" ? .yellow : nil)
  }

  static func waitReason(_ reason: String, _ output: OutputOptions) -> String {
    let names = ["part": "配件已订", "access": "无法入户", "contractor": "等外单位", "weather": "天气", "other": "其他"]
    return output.say(names[reason] ?? reason, reason)
  }

  static func orderStep(_ kind: String, _ output: OutputOptions) -> String {
    let names = [
      "ordered": "派单", "accepted": "接单", "waiting": "等待", "resumed": "继续", "done": "完成", "rejected": "退回",
      "verified": "验收", "closed": "办结", "cancelled": "取消", "commented": "备注", "joined": "合并", "handed-over": "转派",
      "escalated": "升级", "repeated": "催办", "photographed": "照片", "claimed": "认领", "released": "取消认领",
    ]
    return output.say(names[kind] ?? kind, kind)
  }

  static func orderSource(_ source: String, _ output: OutputOptions) -> String {
    let names = ["alert": "报警", "person": "人工", "maintenance": "计划维保", "resident": "居民报修"]
    return output.say(names[source] ?? source, source)
  }
}
