import Alerts
import Community
import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Notify

/// How an order's step reads on a robot and in a webhook, and who hears of it.
@Suite struct OrderNoticeTests {
  private func event(speaks: Bool = true, to: [Responder] = []) -> AlertEvent {
    let time = Timestamp(milliseconds: 1_767_582_000_000)
    var alert = Alert(
      id: "w-1", lane: "linli", rule: OrderNotice.rule, subject: "lifts", place: "hedong/b3",
      traits: AlertTraits(priority: .high, title: LocalizedText(zh: "电梯故障", en: "Lift fault"), audience: ["order"]),
      point: nil, value: nil, unit: "", raisedAt: time, noticedAt: time)
    alert.step = 3
    var event = AlertEvent(
      kind: .ordered, alert: alert, at: time, comment: Remark(zh: "超时未接单", en: "not accepted in time"), to: to)
    event.order = OrderNotice(
      step: "escalated", state: LocalizedText(zh: "工单升级", en: "ORDER ESCALATED"), unit: LocalizedText("电梯维保"),
      person: "刘洋", deadline: time + 7_200_000, answer: "linli order accept w-1", speaks: speaks)
    return event
  }

  private func router() -> Router {
    var configuration = NotifyConfiguration()
    configuration.channels = [
      Channel(id: "hook", kind: .webhook), Channel(id: "robot", kind: .wecom), Channel(id: "mirror", kind: .mqtt),
      Channel(id: "person", kind: .dingtalk),
    ]
    configuration.routes = [Route(to: ["hook", "robot", "mirror"])]
    return Router(configuration)
  }

  @Test func peopleHearWhatAsksThemProgramsEveryStep() {
    let person = Responder(name: "刘洋", channel: "person")
    #expect(router().channels(for: event(to: [person])) == ["hook", "person"])
    #expect(router().channels(for: event()) == ["hook", "robot"])
    #expect(router().channels(for: event(speaks: false, to: [person])) == ["hook"])
    // The alert's own step, that it became an order, is news to nobody.
    var plain = event(to: [person])
    plain.order = nil
    #expect(router().channels(for: plain).isEmpty)
  }

  @Test func theWordsAreThoseOfTheOrder() {
    let writer = MessageWriter(channel: Channel(id: "c", kind: .wecom), style: .plain, settings: Sample.settings)
    let text = writer.message(for: event(), bytes: 4_096).text
    for words in ["工单升级【高】电梯故障", "负责：电梯维保 刘洋", "要求", "前完成；超时未接单", "处理：linli order accept w-1"] {
      #expect(text.contains(words), "\(text)")
    }
    #expect(!text.contains("not accepted") && !text.contains("#alert="), "the console shows no orders")
  }

  @Test func aWebhookTellsTheStep() {
    let document = WebhookDocument(event: event(), receiver: "hook", language: .en, settings: Sample.settings)
    #expect(document.status == "firing" && document.commonLabels["alertname"] == "order")
    #expect(document.alerts.map(\.generatorURL) == [""])
    #expect(document.commonAnnotations["order_step"] == "escalated")
    #expect(document.commonAnnotations["order_unit"] == "电梯维保")
    #expect(document.commonAnnotations["order_deadline"]?.isEmpty == false)
  }
}
