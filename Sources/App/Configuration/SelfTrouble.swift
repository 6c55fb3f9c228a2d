import Alerts
import Community

/// Linli watches itself: a broker that is away, a disk that refuses, notifications that cannot be delivered become alerts
/// like any other, in a lane of their own.
enum SelfTrouble: String, CaseIterable {
  case broker = "linli-broker"
  case storage = "linli-storage"
  case record = "linli-record"
  case history = "linli-history"
  case outbox = "linli-outbox"
  case overload = "linli-overload"
  case channel = "linli-channel"

  var traits: AlertTraits {
    switch self {
    case .broker:
      AlertTraits(
        priority: .critical, title: LocalizedText(zh: "与 MQTT 代理失去连接", en: "MQTT broker out of reach"),
        advice: LocalizedText(zh: "检查代理和网络；期间收不到任何传感器数据", en: "Check broker and network; no sensor is heard meanwhile"),
        audience: ["linli"])
    case .storage:
      AlertTraits(
        priority: .critical, title: LocalizedText(zh: "存储不可写", en: "Storage refuses to write"),
        advice: LocalizedText(
          zh: "检查磁盘空间和权限；消息暂由代理保存", en: "Check disk space and permissions; the broker keeps the messages meanwhile"),
        audience: ["linli"])
    case .record:
      AlertTraits(
        priority: .high, title: LocalizedText(zh: "有记录无法写入数据库", en: "A record cannot be written"),
        advice: LocalizedText(
          zh: "linli status 与日志写明是哪条报警及原因；其通知照常发出，但重启后该记录会缺失。请将日志内容报告给开发者",
          en:
            "linli status and the log name the alert and the reason; its notifications go out all the same, but the record is gone after"
            + " a restart. Please report what the log says"),
        audience: ["linli"])
    case .history:
      AlertTraits(
        priority: .high, title: LocalizedText(zh: "历史记录无法保存", en: "History cannot be kept"),
        advice: LocalizedText(
          zh: "检查磁盘空间和权限；读数暂存于消息日志中", en: "Check disk space and permissions; readings wait in the journal meanwhile"),
        audience: ["linli"])
    case .outbox:
      AlertTraits(
        priority: .high, title: LocalizedText(zh: "通知发送失败", en: "Notifications cannot be delivered"),
        advice: LocalizedText(zh: "检查 channels.yaml 中的地址和密钥", en: "Check addresses and keys in channels.yaml"),
        audience: ["linli"])
    case .channel:
      AlertTraits(
        priority: .high, title: LocalizedText(zh: "通知渠道失效", en: "A channel has stopped working"),
        advice: LocalizedText(
          zh: "每日自检消息未送达；检查 channels.yaml 中的地址和密钥，以及群里的机器人是否还在",
          en:
            "Its daily proof of life was not taken; check its address and key in channels.yaml, and whether the robot is still there"
        ),
        audience: ["linli"])
    case .overload:
      AlertTraits(
        priority: .high, title: LocalizedText(zh: "消息过多，处理不及", en: "More messages than can be taken in"),
        advice: LocalizedText(
          zh: "linli status 会说明是哪些主题；减少订阅或上报频率，把地点分给第二个代理连接，重要设备用 QoS 1；并提高代理的 max_queued_messages",
          en:
            "linli status says which topics; narrow the subscription, let devices report less often, or give places a broker entry of"
            + " their own; use QoS 1 for what matters, and raise the broker's max_queued_messages"),
        audience: ["linli"])
    }
  }
}
