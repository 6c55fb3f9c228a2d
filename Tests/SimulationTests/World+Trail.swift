import Alerts
import Notify
import Orders
import Pipeline
import Store

extension World {
  /// At the end: what is in the trail, and what was told of it.
  func checkTrail(_ process: LaneProcess) async throws {
    let numbered = try await store.events(after: 0, limit: 1_000_000)
    let trail = numbered.map(\.event)
    try replay(numbered)
    try checkDeeds(trail)
    try await checkOrdersAtEnd(process)
    try checkDeliveries(trail)
    try await checkWorkerAtRest(process)
    try Hearing(trail, told: told, refused: chronicle.post.refused).check(chance)
    await note(trail, of: process)
  }

  /// The alerts' steps are those of an alert book that was never interrupted: no deadline missed, none twice, each at its time;
  /// and so is what hid them and let them speak.
  private func replay(_ trail: [NumberedEvent]) throws {
    var times: [Int64: Timestamp] = [:]
    for commit in chronicle.steps {
      for numbered in commit.events { times[numbered.sequence] = commit.time(of: numbered.event) }
    }
    var replay = TrailReplay(log: deskLog, noticed: ledger.noticed, deeds: ledger.deeds.mapValues(\.at), times: times)
    do {
      for event in trail { try replay.take(event) }
      try replay.finish()
    } catch { throw Violation(description: "the trail of the alerts is not what it should be: \(error)") }
  }

  /// What a person was told is stored is in the trail, once; what nobody was told of, at most once.
  private func checkDeeds(_ trail: [AlertEvent]) throws {
    var counts: [String: Int] = [:]
    var alerts: [String: Set<Int>] = [:]
    for event in trail {
      if event.by != AlertEvent.system { counts[event.by, default: 0] += 1 }
      if !alerts[event.alert.id, default: []].insert(event.number).inserted {
        throw Violation(description: "two steps are number \(event.number) of \(event.alert.id)")
      }
    }
    for (alert, numbers) in alerts.sorted(by: { $0.key < $1.key }) where numbers != Set(1...numbers.count) {
      throw Violation(description: "steps of \(alert) are missing: \(numbers.sorted())")
    }
    for (name, deed) in ledger.deeds.sorted(by: { $0.key < $1.key }) where deed.isStored && counts[name] == nil {
      throw Violation(description: "what \(name) did was stored and is not there")
    }
  }

  private func note(_ trail: [AlertEvent], of process: LaneProcess) async {
    noteEnd(of: process)
    if await process.desk.skippedChanges > 0 { chance.saw(.changesSkipped) }
    var hidden: Set<String> = []
    for event in trail {
      trace.note("step", event.kind.rawValue)
      trace.note("of", event.alert.id)
      if let occurrence = event.occurrence { chance.saw(occurrence) }
      if event.kind == .suppressed, !hidden.insert(event.alert.id).inserted { chance.saw(.handedOver) }
      if event.kind == .released { hidden.remove(event.alert.id) }
    }
  }

  /// Every event, and every step of an order, was on its way to its channels. Reminders may be left out: of those that came all at
  /// once only the newest is told, and none right behind another one that waited.
  private func checkDeliveries(_ trail: [AlertEvent]) throws {
    let notices = chronicle.steps.flatMap(\.orders.events).map(\.notice)
    for event in trail + notices where !event.isReminder {
      guard chronicle.post.letters[event.key(SimulatedPost.hook)]?.isCommitted == true else {
        throw Violation(description: "there is no notification of \(event.words)")
      }
      guard Channel.Kind.wecom.takes(event) else { continue }
      let keys = SimulatedPost.robots.map(event.key)
      if !keys.contains(where: { chronicle.post.letters[$0]?.isCommitted == true }) {
        throw Violation(description: "people do not hear of \(event.words)")
      }
    }
  }
}

extension AlertEvent {
  fileprivate var occurrence: Occurrence? {
    switch kind {
    case .acknowledged: .acknowledged
    case .assigned: .assigned
    case .commented: .commented
    case .shelved: .shelved
    case .unshelved: by == AlertEvent.system ? .shelfEnded : .unshelved
    case .closed where by != AlertEvent.system: alert.isActive ? .closedByForce : .closed
    case .closed where comment == AlertBook.orphanedWords: .orphaned
    case .closed where alert.isSuppressed && !alert.isTold: .hiddenToTheEnd
    case .cleared where comment == AlertBook.lapsedWords: .broughtInLine
    case .reset: .reset
    case .escalated: isAside ? .escalatedAside : .escalated
    case .repeated: .repeated
    case .realarmed: .realarmed
    case .suppressed: alert.suppression?.occurrence
    case .released: .released
    default: nil
    }
  }

  func key(_ channel: String) -> String { "\(alert.id)-\(number)-\(channel)" }
}

extension Suppression {
  fileprivate var occurrence: Occurrence {
    switch kind {
    case .silenced: .silenced
    case .maintenance: who == nil ? .weeklyWindow : .maintained
    case .outOfService: .outOfService
    case .away: who == nil ? .awayBySite : .away
    case .inhibited: until == nil ? .inhibited : .waitedForCause
    case .damped: by == Flutter.fleeting.rawValue ? .fleeting : .damped
    }
  }
}
