import API
import Alerts
import Community
import Foundation

/// Planned quiet for people.
enum QuietText {
  static func path(_ kind: PlannedQuiet.Kind) -> String {
    switch kind {
    case .silence: "/api/v1/silences"
    case .maintenance: "/api/v1/maintenance"
    case .outOfService: "/api/v1/out-of-service"
    case .away, .back: "/api/v1/away"
    }
  }

  static func show(_ kind: PlannedQuiet.Kind, all: Bool, _ client: ServiceClient, _ output: OutputOptions) async throws
  {
    let views = try await client.get(
      path(kind), ["all": all ? "true" : nil, "lang": output.language.rawValue], as: [QuietView].self)
    if output.json { return try Terminal.json(views) }
    if views.isEmpty { return Terminal.line(output.say("没有。", "None.")) }
    var table = Table(
      "ID", output.say("状态", "STATE"), output.say("自", "FROM"), output.say("至", "UNTIL"),
      output.say("正在抑制", "HIDES"), output.say("范围", "WHAT"), output.say("原因", "WHY"), output.say("登记人", "BY"))
    for view in views {
      table.add([
        .init(view.id), .init(state(view, output), view.state == "active" ? .yellow : nil),
        .init(Wording.time(view.startsAt)), .init(Wording.time(view.endsAt)), .init("\(view.hiding)"),
        .init(what(view, output), view.critical ? .red : nil), .init(view.reason), .init(view.by),
      ])
    }
    table.print()
  }

  static func printOne(_ view: QuietView, _ output: OutputOptions) {
    let until = view.endsAt.map { Wording.time($0) } ?? output.say("取消为止", "it is taken back")
    Terminal.line(
      output.say(
        "\(view.id)  \(what(view, output))：\(Wording.time(view.startsAt)) 至 \(until)，正在抑制 \(view.hiding) 条报警",
        "\(view.id)  \(what(view, output)): \(Wording.time(view.startsAt)) until \(until); hides \(view.hiding) alerts now"
      ))
  }

  static func print(_ preview: QuietPreview, _ output: OutputOptions) {
    Terminal.line(
      output.say(
        "过去一周会抑制 \(preview.count) 条报警：", "would have hidden these \(preview.count) last week:"))
    if preview.alerts.isEmpty { return }
    var table = Table(
      "ID", output.say("级别", "PRIORITY"), output.say("自", "SINCE"), output.say("报警", "ALERT"),
      output.say("对象", "SUBJECT"))
    for alert in preview.alerts {
      table.add([
        .init(alert.id), Wording.priority(alert.priority, output), .init(Wording.time(alert.raisedAt)),
        .init(alert.title), .init(alert.subject),
      ])
    }
    table.print()
  }

  private static func state(_ view: QuietView, _ output: OutputOptions) -> String {
    let names = ["active": "生效", "pending": "未开始", "expired": "已结束"]
    let word = output.say(names[view.state] ?? view.state, view.state)
    return view.recurring ? output.say("\(word)（每周）", "\(word) (weekly)") : word
  }

  /// `hedong/…/b3 rule=lift-* ≤medium !critical`
  private static func what(_ view: QuietView, _ output: OutputOptions) -> String {
    var words = view.places
    if !view.rules.isEmpty { words.append("rule=" + view.rules.joined(separator: ",")) }
    if !view.devices.isEmpty { words.append("device=" + view.devices.joined(separator: ",")) }
    if !view.audience.isEmpty { words.append("audience=" + view.audience.joined(separator: ",")) }
    if let upTo = view.upTo { words.append("≤" + Wording.priority(upTo, output).text) }
    if view.critical { words.append(output.say("含紧急", "critical too")) }
    return words.joined(separator: " ")
  }
}
