// What MQTT and Pipeline know no Chinese for: what is wrong with a connection or a topic filter.
package import Community
package import MQTT
package import Pipeline

extension TopicFilter {
  /// That a text is no filter, and why; nil when it is one.
  package static func refusal(of text: String) -> LocalizedText? {
    problem(in: text).map { problem in
      LocalizedText(
        zh: "“\(text)”不是主题过滤器：\(problem.chinese)", en: "'\(text)' is not a topic filter: \(problem)")
    }
  }
}

extension TopicFilter.Problem {
  fileprivate var chinese: String {
    switch self {
    case .empty: "它是空的"
    case .tooLong: "它超过 65,535 字节"
    case .nullCharacter: "它含有空字符"
    case .restNotAlone: "“#”要单独一级，并且在最后"
    case .anyNotAlone: "“+”要占满一级"
    }
  }
}

extension ConnectionSettings.Problem: WordedError {
  package var text: LocalizedText { LocalizedText(zh: chinese, en: description) }

  private var chinese: String {
    switch self {
    case .qualityOfService(2):
      "不提供 qos 2：握手的前一半之后客户端库只把消息留在内存里，一旦崩溃就会丢失；请用 qos 1（以 QoS 2 发布的消息按 QoS 1 到达，"
        + "先写入消息日志再确认）"
    case .qualityOfService(let qos): "qos 应为 0 或 1，不能是 \(qos)"
    case .clientID(let id): "client_id“\(id)”应为 1 到 200 个字符，不含“/”“+”“#”和控制字符"
    case .host(let host): "“\(host)”不是主机名"
    case .port(let port): "端口 \(port) 不在 1…65535 之内"
    case .subscription(let filter): "“\(filter)”不是有效的主题过滤器"
    case .passwordWithoutUser: "有密码就要有用户名（MQTT 3.1.1）"
    case .keepalive(let seconds): "keepalive 的 \(seconds) 秒不在 5…65535 之内"
    case .receiveMaximum(let count): "receive maximum 的 \(count) 不在 1…65535 之内"
    case .certificateWithoutKey: "cert 和 key 要成对：缺了一个"
    case .unreadable(let path, let reason): "无法读取 \(path)：\(SystemReason.text(reason).zh)"
    case .library(let reason): "MQTT 库不接受这些设置：\(BrokerReason.text(reason).zh)"
    }
  }
}
