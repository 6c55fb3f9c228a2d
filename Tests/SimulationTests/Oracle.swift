import Alerts
import Pipeline

@testable import App

/// The same accepted messages through decoder, core and alert book in one go, without any fault.
final class Oracle {
  private(set) var core: LaneCore?
  private(set) var alerts: [String: Alert] = [:]
  /// Closed because their rule went; when exactly is not the journal's business.
  private(set) var orphans: Set<String> = []
  private var book = AlertBook()
  private var configuration = SimulatedSite.versions[0]

  init(directory: String, ledger: Ledger) throws {
    let plan = SimulatedSite.lane(0).plan
    let decoder = MessageDecoder(plan: plan)
    var changeovers = ledger.planChanges[...]
    var entries: [Entry] = []
    func catchUp(_ core: LaneCore, before position: JournalPosition) {
      while let next = changeovers.first, next.position < position {
        changeovers.removeFirst()
        install(next.version, at: next.at, core, decoder)
      }
    }
    var last: JournalPosition = 0
    _ = try Journal.read(
      directory: directory + "/journal",
      clock: { time in
        let core = core ?? LaneCore(plan: plan, startedAt: time)
        self.core = core
        catchUp(core, before: last + 1)
        core.advance(to: time)
        takeChanges()
      },
      body: { message in
        let core = core ?? LaneCore(plan: plan, startedAt: message.arrival)
        self.core = core
        last = message.position
        catchUp(core, before: last)
        entries.removeAll(keepingCapacity: true)
        decoder.decode(message, into: &entries)
        for entry in entries { core.process(entry) }
        takeChanges()
        return true
      })
    for next in changeovers {
      if let core { install(next.version, at: next.at, core, decoder) }
    }
  }

  private func install(_ version: Int, at time: Timestamp, _ core: LaneCore, _ decoder: MessageDecoder) {
    core.advance(to: time)
    takeChanges()
    configuration = SimulatedSite.versions[version]
    core.install(SimulatedSite.lane(version).plan, at: core.now)
    for orphan in core.takeOrphans() {
      note(book.orphaned(rule: orphan.rule, subject: orphan.subject, at: core.now), areOrphans: true)
    }
    takeChanges()
    decoder.install(SimulatedSite.lane(version).plan)
  }

  func takeChanges() {
    for change in core?.takeChanges() ?? [] {
      let traits = configuration.traits(rule: change.rule, subject: change.subject)
      note(book.apply(change, lane: LaneProcess.lane, traits: traits), areOrphans: false)
    }
  }

  private func note(_ events: [AlertEvent], areOrphans: Bool) {
    for event in events {
      alerts[event.alert.id] = event.alert
      if areOrphans { orphans.insert(event.alert.id) }
    }
  }
}
