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
      troubles += Self.troubles(of: lane, status, language)
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
      troubles.append(trouble.error.message(in: language))
    }
    let setAside = await desk.setAsideLoad
    if let newest = setAside.newest { troubles.append(newest.words(of: setAside.count, language)) }
    troubles += historyTroubles
    troubles += ChannelWords.troubles(await self.outbox.statistics(), zone, language)
    let outbox = (try? await store.outboxCounts()) ?? (pending: 0, failed: 0)
    return StatusView(
      version: Version.current, uptimeSeconds: Int((now - startedAt) / 1_000),
      startedAt: startedAt.rfc3339(in: configuration.settings.timeZone), place: scope,
      brokers: lanes.map { broker($0, configuration) }, messages: messages, devices: devices,
      alerts: try await activeAlerts(in: scope), journal: journal, history: await historyStatus(zone: zone),
      outbox: .init(pending: outbox.pending, failed: outbox.failed), rules: configuration.ruleSet.rules.count,
      points: configuration.community.points.count, troubles: troubles)
  }

  private func broker(_ lane: Lane, _ configuration: LoadedConfiguration) -> StatusView.Broker {
    let broker = configuration.lanes.first { $0.broker.clientID == lane.id }?.broker
    let since = lane.ingest.connectedSince.withLock { $0 } ?? startedAt
    return StatusView.Broker(
      id: lane.id, url: broker?.url ?? "", connected: lane.connection.state.isConnected,
      since: since.rfc3339(in: configuration.settings.timeZone), state: Self.words(lane.connection.state),
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

  static func words(_ state: ConnectionState) -> String {
    switch state {
    case .idle: "starting"
    case .connecting: "connecting"
    case .connected: "connected, subscribing"
    case .subscribed: "connected"
    case .holding(let reason): "connected, acknowledgements held: \(reason)"
    case .waiting(let reason, let pause): "\(reason); next attempt in \((pause + 999) / 1_000) s"
    case .stopped: "stopped"
    }
  }

  private static func troubles(of lane: Lane, _ status: Ingest.Status, _ language: Language) -> [String] {
    var troubles: [String] = []
    if let trouble = status.storageTrouble { troubles.append("\(lane.id): \(trouble)") }
    if case .subscribed(_, let rejected) = lane.connection.state, !rejected.isEmpty {
      troubles.append("\(lane.id): the broker refuses \(rejected.joined(separator: ", "))")
    }
    if !lane.connection.state.isConnected { troubles.append("\(lane.id): \(words(lane.connection.state))") }
    if status.shedding.load == .overloaded {
      troubles.append(OverloadWords.text(lane: lane.id, status.shedding, language))
    }
    if status.journal.damagedRecords > 0 {
      troubles.append("\(lane.id): \(status.journal.damagedRecords) damaged messages in the journal were skipped")
    }
    return troubles
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

  package func notReadyReason() async -> String? {
    for lane in lanes {
      guard case .subscribed = lane.connection.state else {
        return "lane \(lane.id) is not subscribed: \(Self.words(lane.connection.state))"
      }
      if let trouble = lane.ingest.status.withLock({ $0.storageTrouble }) { return trouble }
    }
    if let trouble = await desk.storageTrouble { return trouble.error.message(in: .en) }
    return nil
  }

  /// A place by its whole path or by the end of it, as people type it (`b3/f3/301`).
  func resolve(place: String, in configuration: LoadedConfiguration) throws -> String {
    let places = configuration.community.places
    if places[place] != nil { return place }
    let found = places.places.map(\.path).filter { $0.hasSuffix("/" + place) }
    if found.count == 1 { return found[0] }
    if found.isEmpty {
      throw BackendError(
        .notFound, "there is no place '\(place)'; places are paths like \(places.places.first?.path ?? "a/b/c")")
    }
    throw BackendError(
      .invalid, "'\(place)' could be \(found.prefix(5).joined(separator: ", ")); give more of the path")
  }
}
