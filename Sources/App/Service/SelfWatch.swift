import Alerts
import Community
import MQTT
import Pipeline
import Synchronization

/// Linli watches itself: a broker that is away, a disk that refuses, notifications that cannot be delivered become alerts
/// like any other, in a lane of their own.
final class SelfWatch: Sendable {
  static let lane = "linli"
  /// Ms that a broker may be away before it is an alert.
  static let brokerPatience: Int64 = 60_000

  enum Trouble: String, CaseIterable {
    case broker = "linli-broker"
    case storage = "linli-storage"
    case outbox = "linli-outbox"
  }

  private struct State {
    /// Subjects in trouble, by rule and subject.
    var raised: [String: Timestamp] = [:]
    var lastPosition: UInt64 = 0
  }

  private let state = Mutex(State())
  private let machine: any MachineClock

  init(machine: any MachineClock) { self.machine = machine }

  static func traits(of rule: String) -> AlertTraits? {
    switch Trouble(rawValue: rule) {
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
    case .outbox:
      AlertTraits(
        priority: .high, title: LocalizedText(zh: "通知发送失败", en: "Notifications cannot be delivered"),
        advice: LocalizedText(zh: "检查 channels.yaml 中的地址和密钥", en: "Check addresses and keys in channels.yaml"),
        audience: ["linli"])
    case nil: nil
    }
  }

  /// Those of the troubles that began or ended, as changes for the alert desk. `active`: every subject in trouble now.
  /// Positions come from the wall clock (ms), so they grow over restarts.
  func changes(active: [(trouble: Trouble, subject: String)], at now: Timestamp) -> [ConditionChange] {
    state.withLock { state in
      let keys = Set(active.map { "\($0.trouble.rawValue)|\($0.subject)" })
      let begun = keys.subtracting(state.raised.keys).sorted()
      let ended = Set(state.raised.keys).subtracting(keys).sorted()
      guard !begun.isEmpty || !ended.isEmpty else { return [] }
      state.lastPosition = max(state.lastPosition + 1, UInt64(clamping: now.milliseconds))
      let position = state.lastPosition
      for key in begun { state.raised[key] = now }
      for key in ended { state.raised[key] = nil }
      return (begun.map { ($0, ConditionChange.Kind.raised) } + ended.map { ($0, .cleared) }).enumerated().map { index, item in
        let parts = item.0.split(separator: "|", maxSplits: 1).map(String.init)
        return ConditionChange(
          kind: item.1, rule: parts[0], subject: parts.count > 1 ? parts[1] : "", place: "", at: now, noticedAt: now,
          value: nil, unit: "", point: nil, position: position, ordinal: UInt32(index))
      }
    }
  }

  /// Alerts of the life before that are still open.
  func restore(_ open: [Alert]) {
    state.withLock { state in
      for alert in open where alert.lane == Self.lane && alert.isActive && !alert.isClosed {
        state.raised["\(alert.rule)|\(alert.subject)"] = alert.raisedAt
      }
    }
  }
}

extension CommunityService {
  func watchItself(at now: Timestamp) async {
    var active: [(trouble: SelfWatch.Trouble, subject: String)] = []
    var storage = await desk.storageTrouble != nil
    for lane in lanes {
      let since = lane.ingest.connectedSince.withLock { $0 } ?? startedAt
      if !lane.connection.state.isConnected, now - since >= SelfWatch.brokerPatience { active.append((.broker, lane.id)) }
      storage = storage || lane.ingest.status.withLock { $0.storageTrouble } != nil
    }
    if storage { active.append((.storage, "linli")) }
    for (channel, statistics) in await outbox.statistics() where statistics.lastError != nil && statistics.failed > 0 {
      active.append((.outbox, channel))
    }
    let changes = selfWatch.changes(active: active, at: now)
    if !changes.isEmpty { _ = await desk.take(changes, lane: SelfWatch.lane) }
  }

  func noteRates(at now: Timestamp) {
    let total = lanes.reduce(UInt64(0)) { $0 + $1.connection.counters.received }
    state.withLock { $0.rates.note(total, at: now.milliseconds) }
  }

  func prune(at now: Timestamp) async {
    let kept = configuration.settings.closedAlertsKept
    do {
      let rows = try await store.prune(alertsClosedBefore: now - kept, auditBefore: now - 2 * kept)
      if rows > 0 { logger.info("\(rows) old records removed") }
    } catch {
      logger.error("store: \(error.message(in: .en))")
    }
  }
}
