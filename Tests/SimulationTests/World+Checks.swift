import Alerts
import Glibc
import Pipeline
import Store

@testable import App

extension World {
  // MARK: - After every step

  func check(_ process: LaneProcess) throws {
    if let violation = ledger.violations.first { throw Violation(description: violation) }
    if process.ring.count > process.ring.capacity { throw Violation(description: "the ring is over its bound") }
    if process.journal.counters.bytes > limits.journal.maximumBytes {
      throw Violation(description: "the journal is over its bound: \(process.journal.counters.bytes) bytes")
    }
    if broker.inFlight.count > broker.receiveMaximum { throw Violation(description: "the window is over its bound") }
    if process.changes.count > max(limits.changeQueue, process.recoveredItems) {
      throw Violation(description: "the change queue is over its bound: \(process.changes.count)")
    }
  }

  // MARK: - After every start

  func checkRecovery(_ process: LaneProcess) async throws {
    let (newest, messages) = try readJournal()
    let reached = await process.desk.reached(lane: LaneProcess.lane)?.position ?? 0
    if process.journal.next <= max(newest, reached, process.driver.core.position) {
      throw Violation(description: "position \(process.journal.next) would be used again")
    }
    if process.journal.pendingBytes == 0, disk.journalBytes != process.journal.counters.bytes {
      throw Violation(
        description: "the journal counts \(process.journal.counters.bytes) bytes, the disk has \(disk.journalBytes)")
    }
    process.recoveredItems = process.changes.count
    noteStart(process, messages: messages)
    let checkpoint = CheckpointFacts(directory: disk.directory)
    let contained = checkpoint.map { ledger.checkpoints[$0.sum] ?? 0 } ?? 0
    if version != checkpoint?.version ?? 0 || contained < ledger.planChanges.count {
      chance.saw(.otherConfigurationAtStart)
      ledger.blur("the configuration changed and no checkpoint says so")
    }
    try checkHistory()
    try await checkHidden(process)
    try await checkPlans()
    if ledger.inexact == nil {
      try compare(process, with: Oracle(directory: disk.directory, ledger: ledger), at: process.driver.core.now)
    }
  }

  /// Asks what the journal holds now.
  /// - Returns: the newest position in it, and how many messages.
  @discardableResult
  private func readJournal() throws -> (newest: JournalPosition, messages: Int) {
    var found: Set<JournalPosition> = []
    var newest: JournalPosition = 0
    let report = try Journal.read(directory: disk.directory + "/journal") { message in
      found.insert(message.position)
      if message.position <= newest { ledger.wrong("position \(message.position) stands behind \(newest)") }
      newest = message.position
      ledger.compare(message)
      readings.committed(message)
      return true
    }
    ledger.found(found, oldest: report.oldest)
    readings.found(found, oldest: report.oldest, history: history.position)
    if let violation = ledger.violations.first { throw Violation(description: violation) }
    if report.damagedPlaces > 0, !ledger.mayHaveGaps {
      throw Violation(description: "damage where there was none: \(report.damage)")
    }
    if report.oldest > 1, found.count > 0, ledger.hasGivenUp(before: report.oldest) { chance.saw(.ringGaveUp) }
    return (newest, found.count)
  }

  private func noteStart(_ process: LaneProcess, messages: Int) {
    let files = ["/checkpoint", "/checkpoint.old"].map { access(disk.directory + $0, F_OK) == 0 }
    if files[0] {
      chance.saw(.fromCheckpoint)
    } else if files[1] {
      chance.saw(.fromSpareCheckpoint)
    } else {
      chance.saw(messages > 0 ? .fromJournalAlone : .freshStart)
    }
  }

  /// What the history holds is what one uninterrupted reading of the journal gives up to its position: each reading once.
  private func checkHistory() throws {
    if readings.inexact == nil, let difference = readings.difference(history) {
      throw Violation(description: difference)
    }
  }

  /// A core that took the same journal must be in the same state, to the byte.
  private func compare(_ process: LaneProcess, with oracle: Oracle, at time: Timestamp) throws {
    guard let other = oracle.core else { return }
    other.advance(to: time)
    oracle.takeChanges()
    if other.checkpoint() != process.driver.core.checkpoint() {
      throw Violation(
        description: "the core differs from one that took the journal uninterrupted: "
          + difference(process.driver.core, other))
    }
  }

  private func difference(_ core: LaneCore, _ other: LaneCore) -> String {
    var words: [String] = []
    if core.now != other.now { words.append("clock \(core.now.milliseconds) / \(other.now.milliseconds)") }
    if core.startedAt != other.startedAt { words.append("start \(core.startedAt) / \(other.startedAt)") }
    if core.position != other.position { words.append("position \(core.position) / \(other.position)") }
    if core.version != other.version { words.append("version \(core.version) / \(other.version)") }
    if core.counters != other.counters { words.append("counters \(core.counters) / \(other.counters)") }
    if core.raised != other.raised { words.append("raised \(core.raised) / \(other.raised)") }
    for point in core.plan.points.indices {
      let a = core.snapshot(ofPoint: PointID(point))
      let b = other.snapshot(ofPoint: PointID(point))
      if a != b { words.append("\(core.plan.points[point].id): \(a) / \(b)") }
    }
    for device in core.plan.devices.indices {
      let a = core.snapshot(ofDevice: DeviceID(device))
      let b = other.snapshot(ofDevice: DeviceID(device))
      if a != b { words.append("\(core.plan.devices[device].id): \(a) / \(b)") }
    }
    return words.isEmpty ? place(core.checkpoint(), other.checkpoint()) : words.joined(separator: "; ")
  }

  /// Where two checkpoints begin to differ: behind which names.
  private func place(_ a: [UInt8], _ b: [UInt8]) -> String {
    let offset = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? min(a.count, b.count)
    let text = a[max(0, offset - 300)..<offset].map { (0x20..<0x7f).contains($0) ? $0 : 0x2e }
    let bytes = { (all: [UInt8]) in all[offset..<min(offset + 24, all.count)].map { String($0) }.joined(separator: " ")
    }
    return "at byte \(offset) behind \(String(decoding: text, as: UTF8.self)): \(bytes(a)) / \(bytes(b))"
  }

  // MARK: - At the end

  func checkEnd() async throws {
    guard let process else { throw Violation(description: "no process at the end") }
    try readJournal()
    for number in broker.taken.subtracting(broker.forgotten).sorted() where number > 0 {
      let places = ledger.positions[number]?.count ?? 0
      if places == 0 { throw Violation(description: "message \(number) is lost") }
      if places > 1, ledger.inexact == nil {
        throw Violation(description: "message \(number) is in the journal \(places) times")
      }
    }
    let stored = try await allAlerts()
    try checkActive(stored, process)
    if ledger.inexact == nil {
      let oracle = try Oracle(directory: disk.directory, ledger: ledger)
      try compare(process, with: oracle, at: process.driver.core.now)
      try compare(stored, with: oracle)
    }
    try await checkTrail(process)
    try await checkQuietEnd(process)
    try finishHistory(process)
  }

  /// Everything is in the history at last.
  private func finishHistory(_ process: LaneProcess) throws {
    for _ in 0..<10_000 where history.position < process.journal.next - 1 {
      turnHistory(process)
      process.history.finish(now: now)
      chance.pass(milliseconds: 1_000)
    }
    if readings.inexact == nil, history.position < readings.newest {
      throw Violation(description: "the history stands at \(history.position), the journal at \(readings.newest)")
    }
    try checkHistory()
  }

  private func allAlerts() async throws -> [String: Alert] {
    var alerts: [String: Alert] = [:]
    for event in try await store.events(after: 0, limit: 100_000) { alerts[event.event.alert.id] = event.event.alert }
    return alerts
  }

  /// What is active in the database is what the core has raised.
  private func checkActive(_ stored: [String: Alert], _ process: LaneProcess) throws {
    let active = Set(stored.values.filter(\.isActive).map { "\($0.rule)|\($0.subject)" })
    let raised = Set(process.driver.core.raised.map { "\($0.rule)|\($0.subject)" })
    let stuck = active.subtracting(raised).sorted()
    if !stuck.isEmpty { throw Violation(description: "alerts that nobody will ever clear: \(stuck)") }
    let missing = raised.subtracting(active).sorted()
    if !missing.isEmpty { throw Violation(description: "conditions that hold without an alert: \(missing)") }
  }

  /// Each condition change has been applied once.
  private func compare(_ stored: [String: Alert], with oracle: Oracle) throws {
    for alert in oracle.alerts.values.sorted(by: { $0.raisedAt < $1.raisedAt }) {
      guard let found = stored[alert.id] else {
        throw Violation(description: "missing: \(alert.rule) of \(alert.subject) at \(alert.raisedAt.milliseconds)")
      }
      let isOrphan = oracle.orphans.contains(alert.id)
      if isOrphan ? found.clearedAt == nil : found.clearedAt != alert.clearedAt {
        throw Violation(
          description: "\(alert.rule) of \(alert.subject): cleared at \(String(describing: found.clearedAt)), not"
            + " \(String(describing: alert.clearedAt))")
      }
    }
    for alert in stored.values.sorted(by: { $0.raisedAt < $1.raisedAt }) where oracle.alerts[alert.id] == nil {
      throw Violation(description: "doubled: \(alert.rule) of \(alert.subject) at \(alert.raisedAt.milliseconds)")
    }
  }
}

extension Ledger {
  mutating func wrong(_ violation: String) { violations.append(violation) }

  /// A record must say what was received at its position.
  mutating func compare(_ message: RawMessage) {
    guard let number = numbers[message.position], let known = messages[number] else { return }
    if !message.topic.elementsEqual(known.topic.utf8) || !message.payload.elementsEqual(known.payload) {
      wrong("position \(message.position) does not hold what was received there")
    }
  }
}
