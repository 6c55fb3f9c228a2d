import Alerts
import Store

extension World {
  /// At the end: what is in the trail, and what was told of it.
  func checkTrail(_ process: LaneProcess) async throws {
    let numbered = try await store.events(after: 0, limit: 1_000_000)
    let trail = numbered.map(\.event)
    try replay(numbered)
    try checkDeeds(trail)
    try checkDeliveries(trail)
    try Hearing(trail, told: told).check(chance)
    await note(trail, of: process)
  }

  /// The alerts' steps are those of an alert book that was never interrupted: no deadline missed, none twice, each at its time;
  /// and so is what hid them and let them speak.
  private func replay(_ trail: [NumberedEvent]) throws {
    var replay = TrailReplay(log: deskLog, noticed: ledger.noticed, deeds: ledger.deeds.mapValues(\.at))
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

  /// Every event reached its channel, once, but for where a death stood between the delivery and its being noted. Reminders
  /// may be left out: of those that came all at once only the newest is told, and none right behind another one that waited.
  private func checkDeliveries(_ trail: [AlertEvent]) throws {
    for event in trail {
      for channel in LaneProcess.channels(event) {
        let key = event.key(channel)
        if event.isReminder, deliveries[key] == nil { continue }
        guard let count = deliveries[key] else { throw Violation(description: "\(key) was never delivered") }
        if count > 1, !mayDeliverTwice { throw Violation(description: "\(key) was delivered \(count) times") }
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
