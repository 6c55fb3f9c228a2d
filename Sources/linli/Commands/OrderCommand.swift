import API
import Alerts
import ArgumentParser
import Community
import Foundation
import Pipeline

/// `linli order ID`, `linli order create …`, `linli order accept ID …`.
struct OrderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "order", abstract: "One order with its whole story; makes orders and moves them on.",
    subcommands: [
      OrderShow.self, OrderCreate.self, OrderAccept.self, OrderHandOver.self, OrderWait.self, OrderResume.self,
      OrderDone.self, OrderVerify.self, OrderReject.self, OrderCancel.self, OrderComment.self, OrderPhoto.self,
      OrderJoin.self, OrderClaim.self, OrderRelease.self,
    ],
    defaultSubcommand: OrderShow.self)
}

struct OrderShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "One order with its whole story.")

  @Argument(help: "Id of the order.")
  var id: String
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let story = try await ServiceClient(service).get(
      "/api/v1/orders/\(ServiceClient.step(id))", ["lang": output.language.rawValue], as: OrderStoryView.self)
    if output.json { return try Terminal.json(story) }
    let order = story.order
    let state = Wording.orderState(order, output)
    Terminal.line(
      "\(order.id)  \(order.title)  [\(Wording.priority(order.priority, output).text)]  \(Terminal.paint(state.text, state.colour))"
    )
    facts(of: order).print()
    Terminal.line("")
    for step in story.steps {
      let asked = [step.overseer ?? "", step.to.joined(separator: output.say("、", ", "))].filter { !$0.isEmpty }
      let to = asked.isEmpty ? "" : "  → " + asked.joined(separator: " · ")
      let comment = step.comment.map { "  “\($0)”" } ?? ""
      Terminal.line(
        "  \(Wording.time(step.at))  \(Wording.orderStep(step.kind, output))  \(step.by)\(to)\(comment)")
    }
    for delivery in story.deliveries {
      Terminal.line("  " + Wording.delivery(delivery, output))
    }
  }

  private func facts(of order: OrderView) -> Facts {
    var facts = Facts()
    func add(_ zh: String, _ en: String, _ text: String?) { facts.add(output.say(zh, en), text) }
    add("来源", "source", Wording.orderSource(order.source, output) + (order.plan.map { " (\($0))" } ?? ""))
    add("地点", "place", "\(order.placeName)  \(order.place)")
    add("负责", "unit", [order.unit, order.person ?? ""].filter { !$0.isEmpty }.joined(separator: " · "))
    add("督办", "watched by", order.overseer.map { "\($0.unit) (\(Wording.level($0.level, output)))" })
    add("期限", "deadline", order.deadline.map { Wording.time($0) })
    add("接单期限", "accept by", order.acceptDue.map { Wording.time($0) })
    add("报警", "alerts", order.alerts.joined(separator: " "))
    add("说明", "note", order.note)
    add("处理结果", "remark", order.remark)
    add("照片", "photos", order.photos.joined(separator: " "))
    add("志愿服务", "help", order.help.map { $0 + (order.claimedBy.map { " · \($0)" } ?? "") })
    add("报修单号", "ticket", order.ticket)
    add("联系方式", "contact", order.contact)
    return facts
  }
}

struct OrderCreate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Makes an order of alerts, or by hand.")

  @Option(parsing: .upToNextOption, help: "Ids of alerts; several alerts, one order.")
  var alert: [String] = []
  @Option(help: "What is to be done (default: the alert's title).")
  var title: String?
  @Option(help: "More about it.")
  var note: String?
  @Option(help: "Where (default: the alert's place).")
  var place: String?
  @Option(help: "Person: a name, or an id of duty.yaml.")
  var to: String?
  @Option(help: "Responsible unit (default: the one that has duty there).")
  var unit: String?
  @Option(help: "Until when: 4h, 2d, or 2026-01-05T18:00:00+08:00 (default: as orders.yaml says for the priority).")
  var deadline: String?
  @Option(help: "critical, high, medium or low (default: the alert's).")
  var priority: String?
  @Option(help: "Volunteers may claim it: visit, carry, repair, translate, shop, accompany, teach or other.")
  var offer: String?
  @Option(help: "The same key never makes a second order.")
  var key: String?
  @Option(help: "Who orders (default: the user of this shell).")
  var by: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if alert.isEmpty && (title == nil || place == nil) {
      throw ValidationError(
        zh: "请写明报警（--alert 编号…），或写明做什么、在哪里（--title … --place …）",
        en: "name alerts (--alert ID…), or say what and where (--title … --place …)")
    }
  }

  func run() async throws {
    var request = OrderRequest(
      by: Person.name(by), alerts: alert.isEmpty ? nil : alert, title: title, note: note, place: place,
      priority: priority, unit: unit, to: to, help: offer, key: key)
    (request.deadline, request.withinMilliseconds) = try TimeArgument.future(deadline, option: "--deadline")
    let order = try await ServiceClient(service).post(
      "/api/v1/orders?lang=\(output.language.rawValue)", request, as: OrderView.self)
    if output.json { return try Terminal.json(order) }
    Terminal.line(
      "\(order.id)  \(order.title)  \(output.say("期限", "deadline")) \(Wording.time(order.deadline))  \(order.unit)")
  }
}
