import API
import ArgumentParser
import Community
import Foundation

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Broker, rates, devices online and silent, active alerts, storage, outbox.")

  @Argument(help: "A place path; counts devices and alerts there and below.")
  var place: String?
  @Flag(help: "Print again every two seconds until Ctrl-C.")
  var watch = false
  @Flag(help: "Exit with 1 while a critical alert is active.")
  var exitCode = false
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = ServiceClient(service)
    while true {
      let status = try await client.get(
        "/api/v1/status", ["place": place, "lang": output.language.rawValue], as: StatusView.self)
      if watch { Terminal.clear() }
      if output.json {
        try Terminal.json(status, pretty: !watch)
      } else {
        show(status)
      }
      if !watch {
        if exitCode, status.alerts.critical > 0 { throw CommandFailure(.problem) }
        return
      }
      try await Task.sleep(for: .seconds(2))
    }
  }

  private func show(_ status: StatusView) {
    let title = place.map { " · \($0)" } ?? ""
    Terminal.line(
      "Linli \(status.version)\(title)  \(output.say("已运行", "up")) \(Wording.duration(seconds: status.uptimeSeconds))")
    var facts = Facts()
    for broker in status.brokers {
      let state =
        broker.connected
        ? Terminal.paint(output.say("已连接", "connected"), .green) : Terminal.paint(broker.state, .red)
      facts.add(
        output.say("代理", "broker"),
        "\(broker.id)  \(broker.url)  \(state)  \(output.say("自", "since")) \(Wording.time(broker.since))"
          + load(broker.load))
    }
    let messages = status.messages
    facts.add(
      output.say("消息", "messages"),
      String(format: "%.1f", messages.perSecond) + output.say(" 条/秒", "/s") + "  \(messages.receivedTotal) "
        + output.say("收到", "received") + "  \(messages.rejectedTotal) " + output.say("拒收", "rejected")
        + "  \(messages.droppedTotal) " + output.say("丢弃", "dropped"))
    let devices = status.devices
    facts.add(
      output.say("设备", "devices"),
      "\(devices.online)/\(devices.total) \(output.say("在线", "online"))  "
        + Terminal.paint("\(devices.silent) \(output.say("失联", "silent"))", devices.silent > 0 ? .yellow : nil)
        + "  \(devices.unassigned) \(output.say("待认领", "unassigned"))  \(status.points) \(output.say("测点", "points"))"
        + "  \(status.rules) \(output.say("规则", "rules"))")
    let alerts = status.alerts
    facts.add(
      output.say("报警", "alerts"),
      Terminal.paint("\(alerts.critical) \(output.say("紧急", "critical"))", alerts.critical > 0 ? .red : nil)
        + "  \(alerts.high) \(output.say("高", "high"))  \(alerts.medium) \(output.say("中", "medium"))"
        + "  \(alerts.low) \(output.say("低", "low"))")
    facts.add(
      output.say("存储", "journal"),
      "\(Wording.bytes(status.journal.bytes))  \(output.say("最早", "oldest")) \(Wording.time(status.journal.oldest))")
    facts.add(output.say("历史", "history"), text(of: status.history))
    facts.add(
      output.say("待发", "outbox"),
      "\(status.outbox.pending) \(output.say("待发送", "pending"))  "
        + Terminal.paint("\(status.outbox.failed) \(output.say("失败", "failed"))", status.outbox.failed > 0 ? .red : nil)
    )
    facts.print()
    for trouble in status.troubles { Terminal.line(Terminal.paint("! \(trouble)", .red)) }
  }

  private func text(of history: StatusView.History) -> String {
    var text = "\(Wording.bytes(history.bytes))  \(output.say("最早", "oldest")) \(Wording.time(history.oldest))"
    text += "  \(history.bufferedReadings) \(output.say("读数待写", "readings waiting"))"
    if history.lagMessages > 0 {
      text += "  \(output.say("落后", "behind by")) \(history.lagMessages) \(output.say("条消息", "messages"))"
    }
    if history.lostMessages > 0 {
      let lost = "\(history.lostMessages) \(output.say("条消息缺失", "messages missed"))"
      text += "  " + Terminal.paint(lost, .red)
    }
    return text
  }

  /// Nothing while a lane has room; `troubles` says the rest.
  private func load(_ load: StatusView.Load) -> String {
    switch load.state {
    case "busy": "  " + Terminal.paint(output.say("繁忙", "busy"), .yellow)
    case "overloaded": "  " + Terminal.paint(output.say("过载", "overloaded"), .red)
    default: ""
    }
  }
}
