import API
import Alerts
import ArgumentParser
import Community
import Foundation

struct Alerts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "The open alerts, most urgent first.")

  @Argument(help: "A place path; alerts there and below.")
  var place: String?
  @Flag(help: "Closed ones too.")
  var all = false
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let alerts = try await ServiceClient(service).get(
      "/api/v1/alerts",
      ["scope": place, "all": all ? "true" : nil, "limit": "100000", "lang": output.language.rawValue],
      as: [AlertView].self)
    if output.json { return try Terminal.json(alerts) }
    if alerts.isEmpty { return Terminal.line(output.say("没有未处理的报警。", "No open alerts.")) }
    var table = Table(
      "ID", output.say("级别", "PRIORITY"), output.say("自", "SINCE"), output.say("报警", "ALERT"),
      output.say("对象", "SUBJECT"), output.say("值", "VALUE"), output.say("状态", "STATE"))
    for alert in alerts {
      table.add([
        .init(alert.id), Wording.priority(alert.priority, output), .init(Wording.time(alert.raisedAt)),
        .init(alert.title), .init(alert.subject), .init(Wording.value(of: alert)),
        .init(state(of: alert), alert.active && !alert.acknowledged ? .red : nil),
      ])
    }
    table.print()
  }

  private func state(of alert: AlertView) -> String {
    var words: [String] = []
    if alert.closedAt != nil {
      words.append(output.say("已关闭", "closed"))
    } else {
      words.append(alert.active ? output.say("报警中", "active") : output.say("已恢复", "cleared"))
      words.append(alert.acknowledged ? output.say("已确认", "acknowledged") : output.say("未确认", "unacknowledged"))
    }
    if let person = alert.assignedTo { words.append("→ \(person)") }
    if alert.shelvedUntil != nil { words.append(output.say("搁置", "shelved")) }
    if alert.latched { words.append(output.say("待复位", "latched")) }
    if let kind = alert.suppressed { words.append(Wording.suppression(kind, output)) }
    return words.joined(separator: " ")
  }
}

struct AlertStory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "alert", abstract: "One alert with its whole story.")

  @Argument(help: "Id of the alert.")
  var id: String
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if id.isEmpty {
      throw ValidationError(zh: "请写明报警的编号（见 `linli alerts`）", en: "name an alert id (see `linli alerts`)")
    }
  }

  func run() async throws {
    let story = try await ServiceClient(service).get(
      "/api/v1/alerts/\(ServiceClient.step(id))", ["lang": output.language.rawValue],
      as: AlertStoryView.self)
    if output.json { return try Terminal.json(story) }
    let alert = story.alert
    Terminal.line("\(alert.id)  \(alert.title)  [\(Wording.priority(alert.priority, output).text)]")
    facts(of: alert).print()
    Terminal.line("")
    for step in story.steps {
      let comment = step.comment.map { "  “\($0)”" } ?? ""
      let to = asked(by: step).map { "  → \($0)" } ?? ""
      Terminal.line("  \(Wording.time(step.at))  \(stepWord(step.kind))  \(step.by)\(to)\(comment)")
    }
    for delivery in story.deliveries {
      Terminal.line("  " + Wording.delivery(delivery, of: stepWord(delivery.event), output))
    }
  }

  /// What it is about, who has it, until when, and what keeps it quiet.
  private func facts(of alert: AlertView) -> Facts {
    var facts = Facts()
    func add(_ zh: String, _ en: String, _ text: String?) { facts.add(output.say(zh, en), text) }
    add("规则", "rule", alert.rule)
    add("对象", "subject", "\(alert.subject)  \(Wording.value(of: alert))")
    add("位置", "place", alert.place)
    add("建议", "advice", alert.advice)
    for responsible in [alert.responsible, alert.care].compactMap(\.self) {
      add(
        "负责", "responsible",
        [responsible.unit, names(responsible.people)].filter { !$0.isEmpty }.joined(separator: " · "))
    }
    add("应答截止", "answer by", alert.answerDue.map { Wording.time($0) })
    add("完成截止", "finish by", alert.finishDue.map { Wording.time($0) })
    add("指派", "assigned to", alert.assignedTo)
    add("搁置至", "shelved until", alert.shelvedUntil.map { Wording.time($0) })
    if let kind = alert.suppressed {
      let until = alert.suppressedUntil.map { " → \(Wording.time($0))" } ?? ""
      let who = alert.suppressedWho.map { "  \($0)" } ?? ""
      let why = alert.suppressedReason.map { "  “\($0)”" } ?? ""
      add("抑制", "suppressed", "\(Wording.suppression(kind, output)) (\(alert.suppressedBy ?? ""))\(until)\(who)\(why)")
    }
    if alert.latched { add("待复位", "latched", "linli reset \(alert.id)") }
    add("工单", "order", alert.order)
    return facts
  }

  private func asked(by step: AlertStoryView.Step) -> String? {
    let text = [step.unit ?? "", names(step.to ?? [])].filter { !$0.isEmpty }.joined(separator: " · ")
    guard let until = step.answerDue, !text.isEmpty else { return text.isEmpty ? nil : text }
    return text + output.say("（\(Wording.time(until)) 前应答）", " (answer by \(Wording.time(until)))")
  }

  private func names(_ people: [String]) -> String { people.joined(separator: output.say("、", ", ")) }

  private func stepWord(_ kind: String) -> String {
    AlertEvent.Kind(rawValue: kind)?.text[output.language] ?? kind
  }
}
