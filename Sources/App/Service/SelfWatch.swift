import Alerts
import Community
import Logging
import MQTT
import Notify
import Pipeline
import Store
import Synchronization

/// Remembers which troubles were reported, so that each is reported once and taken back once.
final class SelfWatch: Sendable {
  struct Subject: Hashable, Sendable {
    var trouble: SelfTrouble
    var name: String
  }

  /// Ms that a broker may be away before it is an alert, and that it must have stayed before that is over: one that comes and goes
  /// is one alert.
  static let brokerPatience: Int64 = 60_000
  static let brokerStable: Int64 = 30_000

  /// - Parameter time: that the broker has been there, or away, ms.
  static func isBrokerTrouble(isConnected: Bool, for time: Int64, wasReported: Bool) -> Bool {
    isConnected ? wasReported && time < brokerStable : time >= brokerPatience
  }

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

  func isReported(_ trouble: SelfTrouble, _ name: String) -> Bool {
    reported.withLock { $0.contains(Subject(trouble: trouble, name: name)) }
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
    if await desk.setAsideLoad.count > 0 { active.insert(.init(trouble: .record, name: "linli.db")) }
    if historyProblem != nil { active.insert(.init(trouble: .history, name: "history.sqlite")) }
    for lane in lanes {
      if lane.history?.writer.status.withLock({ $0.trouble }) != nil {
        active.insert(.init(trouble: .history, name: lane.id))
      }
      let since = lane.ingest.connectedSince.withLock { $0 } ?? startedAt
      if SelfWatch.isBrokerTrouble(
        isConnected: lane.connection.state.isConnected, for: now - since,
        wasReported: selfWatch.isReported(.broker, lane.id))
      {
        active.insert(.init(trouble: .broker, name: lane.id))
      }
      let status = lane.ingest.status.withLock { $0 }
      if status.storageTrouble != nil { active.insert(.init(trouble: .storage, name: lane.id)) }
      if SelfWatch.isLasting(status.shedding, at: status.now) {
        active.insert(.init(trouble: .overload, name: lane.id))
      }
    }
    for (channel, statistics) in await outbox.statistics() where statistics.isInTrouble {
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
      logger.error("store: \(error.text.en)")
    }
  }
}
