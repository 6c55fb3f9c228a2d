// What MQTT knows no Chinese for while it runs: why there is no connection, what the broker does not take.
package import Community
package import MQTT

extension ConnectionLoss {
  var text: LocalizedText { LocalizedText(zh: chinese, en: description) }

  private var chinese: String {
    switch self {
    case .refused(let reason): "代理拒绝连接：\(BrokerReason.text(reason).zh)"
    case .disconnected(let reason?): "代理断开了连接：\(BrokerReason.text(reason).zh)"
    case .disconnected(nil): "代理断开了连接"
    case .takenOver(let id): "另一个客户端用 client_id“\(id)”连接；每个客户端要有自己的 client_id"
    case .closed(let id): "代理关闭了连接：它已停止，或另一个客户端在用 client_id“\(id)”"
    case .noAnswer(let seconds): "代理在 \(seconds) 秒内没有应答 CONNECT"
    case .closedInHandshake: "代理在握手时关闭了连接"
    case .lost: "连接已中断"
    case .lostWhileHeld: "无法提交期间连接已中断"
    case .unresolved(let host, let reason): "\(host)：\(BrokerReason.text(reason).zh)"
    case .library(let reason): BrokerReason.text(reason).zh
    }
  }
}

extension RejectedSubscription {
  var text: LocalizedText { LocalizedText(zh: "\(filter)（\(BrokerReason.text(reason).zh)）", en: description) }
}

extension PublishFailure: WordedError {
  package var text: LocalizedText { LocalizedText(zh: chinese, en: description) }

  private var chinese: String {
    switch self {
    case .queueFull: "待发的 MQTT 消息已满"
    case .stopped: "MQTT 连接已停止"
    case .connectionLost: "MQTT 连接已中断"
    case .refused(let reason): "消息被拒绝：\(BrokerReason.text(reason).zh)"
    }
  }
}
