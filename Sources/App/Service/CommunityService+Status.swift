package import API
import Alerts
package import Community
import Foundation
import MQTT
import Notify
import Pipeline
import Rules
import Store
import Synchronization

/// How the service is, in numbers and words.
extension CommunityService: Backend {
  package func status(place: String?, language: Language = .en) async throws -> StatusView {
    let (configuration, rates) = state.withLock { ($0.configuration, $0.rates) }
    let scope = try place.map { try resolve(place: $0, in: configuration) }
    let now = now()
    var messages = StatusView.Messages()
    var journal = StatusView.Journal()
    var devices = StatusView.Devices()
    var troubles: [String] = []
    var oldest: Timestamp?
    for lane in lanes {
      let status = lane.ingest.status.withLock { $0 }
      messages.receivedTotal += lane.connection.counters.received
      messages.rejectedTotal +=
        status.decoder.undecodable + status.decoder.tooLarge + lane.connection.counters.oversized
      messages.droppedTotal +=
        status.journal.lostBeforeCheckpoint + lane.connection.counters.publishRefused + status.shedding.dropped
      messages.duplicateTotal += status.duplicates
      journal.bytes += UInt64(status.journal.bytes)
      oldest = [oldest, status.journal.oldestArrival].compactMap { $0 }.min()
      troubles += Self.troubles(of: lane, status).map { $0[language] }
      devices.unassigned += try await answer(lane.ingest.mailbox) { $0.unassigned.discovered.count }
      let heard =
        try await answer(lane.core.mailbox) { core in
          core.plan.devices.indices.compactMap { index -> (silent: Bool, heard: Bool)? in
            let device = core.plan.devices[index]
            if let scope, !PlaceTree.contains(scope, device.place) { return nil }
            let snapshot = core.snapshot(ofDevice: DeviceID(index))
            return (snapshot.isSilent, snapshot.lastHeard != nil)
          }
        }
      devices.total += heard.count
      devices.silent += heard.count { $0.silent }
      devices.online += heard.count { !$0.silent && $0.heard }
    }
    messages.perSecond = (rates.perSecond(messages.receivedTotal, at: now.milliseconds) * 10).rounded() / 10
    let zone = configuration.settings.timeZone
    journal.oldest = oldest?.rfc3339(in: zone)
    if let trouble = await desk.storageTrouble {
      troubles.append(trouble.error.text[language])
    }
    let setAside = await desk.setAsideLoad
    if let newest = setAside.newest { troubles.append(newest.words(of: setAside.count, language)) }
    troubles += [httpConnections, commandConnections].compactMap { $0.trouble?[language] }
    troubles += historyTroubles.map { $0[language] }
    troubles += ChannelWords.troubles(await self.outbox.statistics(), zone, language)
    let outbox = (try? await store.outboxCounts()) ?? (pending: 0, failed: 0)
    return StatusView(
      version: Version.current, uptimeSeconds: Int((now - startedAt) / 1_000),
      startedAt: startedAt.rfc3339(in: configuration.settings.timeZone), place: scope,
      brokers: lanes.map { broker($0, configuration, language) }, messages: messages, devices: devices,
      alerts: try await activeAlerts(in: scope), journal: journal, history: await historyStatus(zone: zone),
      outbox: .init(pending: outbox.pending, failed: outbox.failed), rules: configuration.ruleSet.rules.count,
      points: configuration.community.points.count, troubles: troubles)
  }

  private func broker(
    _ lane: Lane, _ configuration: LoadedConfiguration, _ language: Language
  ) -> StatusView.Broker {
    let broker = configuration.lanes.first { $0.broker.clientID == lane.id }?.broker
    let since = lane.ingest.connectedSince.withLock { $0 } ?? startedAt
    return StatusView.Broker(
      id: lane.id, url: broker?.url ?? "", connected: lane.connection.state.isConnected,
      since: since.rfc3339(in: configuration.settings.timeZone), state: Self.connection(of: lane)[language],
      load: load(of: lane, configuration))
  }

  /// The largest rows only: all of them are in the metrics.
  private func load(of lane: Lane, _ configuration: LoadedConfiguration) -> StatusView.Load {
    let shedding = lane.ingest.status.withLock { $0.shedding }
    return StatusView.Load(
      state: shedding.load.name, since: shedding.since.rfc3339(in: configuration.settings.timeZone),
      perSecond: shedding.takenPerSecond.rounded(), droppedTotal: shedding.dropped,
      dropped: shedding.prefixes.prefix(16).map { .init(prefix: $0.prefix, total: $0.count) })
  }

  static func connection(of lane: Lane) -> LocalizedText {
    switch lane.connection.state {
    case .idle: LocalizedText(zh: "正在启动", en: "starting")
    case .connecting: LocalizedText(zh: "正在连接", en: "connecting")
    case .connected: LocalizedText(zh: "已连接，正在订阅", en: "connected, subscribing")
    case .subscribed: LocalizedText(zh: "已连接", en: "connected")
    case .holding(let reason):
      held(by: lane.ingest.status.withLock { $0.storageTrouble }?.text ?? LocalizedText(reason))
    case .waiting(let reason, let pause):
      LocalizedText(
        zh: "\(reason.text.zh)；\((pause + 999) / 1_000) 秒后重试",
        en: "\(reason.text.en); next attempt in \((pause + 999) / 1_000) s")
    case .stopped: LocalizedText(zh: "已停止", en: "stopped")
    }
  }

  private static func troubles(of lane: Lane, _ status: Ingest.Status) -> [LocalizedText] {
    var troubles: [LocalizedText] = []
    if let trouble = status.storageTrouble { troubles.append(trouble.text.of(lane.id)) }
    if case .subscribed(_, let rejected) = lane.connection.state, !rejected.isEmpty {
      let refused = LocalizedText(
        zh: "代理拒绝了 \(rejected.map(\.text.zh).joined(separator: "、"))",
        en: "the broker refuses \(rejected.map(\.text.en).joined(separator: ", "))")
      troubles.append(refused.of(lane.id))
    }
    if !lane.connection.state.isConnected { troubles.append(connection(of: lane).of(lane.id)) }
    if status.shedding.load == .overloaded {
      troubles.append(OverloadWords.text(lane: lane.id, status.shedding))
    }
    let damaged = status.journal.damagedRecords
    if damaged > 0 {
      let skipped = LocalizedText(
        zh: "已跳过消息日志中 \(damaged) 条损坏的消息", en: "\(damaged) damaged messages in the journal were skipped")
      troubles.append(skipped.of(lane.id))
    }
    return troubles
  }

  private static func held(by reason: LocalizedText) -> LocalizedText {
    LocalizedText(zh: "已连接，暂不确认消息：\(reason.zh)", en: "connected, acknowledgements held: \(reason.en)")
  }

  private func activeAlerts(in scope: String?) async throws -> StatusView.Alerts {
    var query = AlertQuery(places: scope.map { [$0] }, limit: 10_000)
    var open: [Alert] = []
    while true {
      let page = try await desk.list(query)
      open += page.alerts
      guard let next = page.next else { break }
      query.cursor = next
    }
    var counts = StatusView.Alerts()
    for alert in open where alert.isActive {
      switch alert.traits.priority {
      case .critical: counts.critical += 1
      case .high: counts.high += 1
      case .medium: counts.medium += 1
      case .low: counts.low += 1
      }
    }
    return counts
  }

  package func notReadyReason() async -> LocalizedText? {
    for lane in lanes {
      guard case .subscribed = lane.connection.state else {
        let state = Self.connection(of: lane)
        return LocalizedText(
          zh: "通道 \(lane.id) 没有完成订阅：\(state.zh)", en: "lane \(lane.id) is not subscribed: \(state.en)")
      }
      if let trouble = lane.ingest.status.withLock({ $0.storageTrouble }) { return trouble.text }
    }
    return await desk.storageTrouble?.error.text
  }

  /// A place by its whole path or by the end of it, as people type it (`b3/f3/301`).
  func resolve(place: String, in configuration: LoadedConfiguration) throws -> String {
    let places = configuration.community.places
    if places[place] != nil { return place }
    let found = places.places.map(\.path).filter { $0.hasSuffix("/" + place) }
    if found.count == 1 { return found[0] }
    if found.isEmpty {
      let example = places.places.first?.path ?? "a/b/c"
      throw BackendError(
        .notFound, zh: "没有场所“\(place)”；场所写成路径，如 \(example)",
        en: "there is no place '\(place)'; places are paths like \(example)")
    }
    let shown = found.prefix(5)
    throw BackendError(
      .invalid, zh: "“\(place)”可能是 \(shown.joined(separator: "、"))；请把路径写得更全",
      en: "'\(place)' could be \(shown.joined(separator: ", ")); give more of the path")
  }
}
