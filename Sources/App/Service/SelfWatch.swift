import Alerts
import Community
import Logging
import MQTT
import Notify
import Pipeline
import Store
import Synchronization

/// Linli watches itself: a broker that is away, a disk that refuses, notifications that cannot be delivered become alerts
/// like any other, in a lane of their own.
enum SelfTrouble: String, CaseIterable {
  case broker = "linli-broker"
  case storage = "linli-storage"
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
    case .history:
      AlertTraits(
        priority: .high, title: LocalizedText(zh: "历史记录无法保存", en: "History cannot be kept"),
        advice: LocalizedText(
          zh: "检查磁盘空间和权限；读数暂存于日志中", en: "Check disk space and permissions; readings wait in the journal meanwhile"),
        audience: ["linli"])
    case .outbox:
      AlertTraits(
        priority: .high, title: LocalizedText(zh: "通知发送失败", en: "Notifications cannot be delivered"),
        advice: LocalizedText(zh: "检查 channels.yaml 中的地址和密钥", en: "Check addresses and keys in channels.yaml"),
        audience: ["linli"])
    case .channel:
      AlertTraits(
        priority: .high, title: LocalizedText(zh: "通知通道失效", en: "A channel has stopped working"),
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

/// Remembers which troubles were reported, so that each is reported once and taken back once.
final class SelfWatch: Sendable {
  struct Subject: Hashable, Sendable {
    var trouble: SelfTrouble
    var name: String
  }

  /// Ms that a broker may be away before it is an alert.
  static let brokerPatience: Int64 = 60_000

  /// Ms that a lane may be overloaded before it is an alert.
  static let overloadPatience: Int64 = 30_000

  static func isLasting(_ shedding: Ingest.Shedding, at now: Timestamp) -> Bool {
    shedding.load == .overloaded && now - shedding.since >= overloadPatience
  }

  private let reported = Mutex<Set<Subject>>([])

  /// Alerts of the life before that are still open.
  func restore(_ open: some Sequence<Alert>) {
    let subjects = open.compactMap { alert in
      SelfTrouble(rawValue: alert.rule).map { Subject(trouble: $0, name: alert.subject) }
    }
    reported.withLock { $0.formUnion(subjects) }
  }

  /// What began and what ended since the last call, given everything that is in trouble now.
  func changes(_ active: Set<Subject>) -> (begun: [Subject], ended: [Subject]) {
    reported.withLock { reported in
      defer { reported = active }
      let order: (Subject, Subject) -> Bool = { ($0.trouble.rawValue, $0.name) < ($1.trouble.rawValue, $1.name) }
      return (active.subtracting(reported).sorted(by: order), reported.subtracting(active).sorted(by: order))
    }
  }
}

extension CommunityService {
  func watchItself(at now: Timestamp) async {
    var active: Set<SelfWatch.Subject> = []
    if await desk.storageTrouble != nil { active.insert(.init(trouble: .storage, name: "linli.db")) }
    if historyProblem != nil { active.insert(.init(trouble: .history, name: "history.sqlite")) }
    for lane in lanes {
      if lane.history?.writer.status.withLock({ $0.trouble }) != nil {
        active.insert(.init(trouble: .history, name: lane.id))
      }
      let since = lane.ingest.connectedSince.withLock { $0 } ?? startedAt
      if !lane.connection.state.isConnected, now - since >= SelfWatch.brokerPatience {
        active.insert(.init(trouble: .broker, name: lane.id))
      }
      let status = lane.ingest.status.withLock { $0 }
      if status.storageTrouble != nil { active.insert(.init(trouble: .storage, name: lane.id)) }
      if SelfWatch.isLasting(status.shedding, at: status.now) {
        active.insert(.init(trouble: .overload, name: lane.id))
      }
    }
    for (channel, statistics) in await outbox.statistics() where statistics.lastError != nil && statistics.failed > 0 {
      active.insert(.init(trouble: .outbox, name: channel))
    }
    for (channel, statistics) in await outbox.statistics() where statistics.lacksProof {
      active.insert(.init(trouble: .channel, name: channel))
    }
    let (begun, ended) = selfWatch.changes(active)
    for subject in begun { await report(subject, .raised, now) }
    for subject in ended { await report(subject, .cleared, now) }
  }

  private func report(_ subject: SelfWatch.Subject, _ kind: ConditionChange.Kind, _ now: Timestamp) async {
    let change = ConditionChange(
      kind: kind, rule: subject.trouble.rawValue, subject: subject.name, place: "", at: now, noticedAt: now, value: nil,
      unit: "", point: nil, position: 0, ordinal: 0)
    _ = await desk.report(change, traits: subject.trouble.traits)
  }

  func noteRates(at now: Timestamp) {
    let total = lanes.reduce(UInt64(0)) { $0 + $1.connection.counters.received }
    state.withLock { $0.rates.note(total, at: now.milliseconds) }
  }

  func prune(at now: Timestamp) async {
    let kept = configuration.settings.closedAlertsKept
    do {
      let rows = try await store.prune(alertsClosedBefore: now - kept, auditBefore: now - 2 * kept)
      try await store.pruneOrders(endedBefore: now - 2 * kept)
      if rows > 0 { logger.info("\(rows) old records removed") }
    } catch {
      logger.error("store: \(error.message(in: .en))")
    }
  }
}
