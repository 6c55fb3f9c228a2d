import Alerts
import Notify
import Orders
import Pipeline
import Store

/// The real store behind the fate of one process: a commit may be refused, carried out while its answer is lost, or be where
/// the process dies.
final class SimulatedStorage: AlertStorage, @unchecked Sendable {
  // @unchecked: a simulation has one thread.

  /// What goes wrong at the moment, for all processes.
  final class Faults {
    var refusals = 0
    var lostAnswers = 0
  }

  private let store: any AlertStorage
  private let chance: Chance
  private let fate: Fate
  private let faults: Faults
  private let chronicle: Chronicle
  /// Steps of this life that the process knows to be written, and those that are.
  private var known = 0
  private var written = 0
  /// How many of the desk's steps the process knows to be written, in all lives.
  private(set) var knownSteps: Int
  /// Where the mutant sits that knows no positions.
  var forgetsPositions = false
  /// And the one that forgets what people planned.
  var forgetsQuiet = false
  /// And the one that forgets how far the desk had come.
  var forgetsClock = false
  /// And the one that keeps no missed deadline of an order.
  var forgetsClimbs = false
  /// And the ones that do not write down until when a notification waits, and that it was delivered.
  var forgetsPauses = false
  var forgetsDeliveries = false

  init(_ store: any AlertStorage, fate: Fate, faults: Faults, chance: Chance, chronicle: Chronicle) {
    self.store = store
    self.chance = chance
    self.fate = fate
    self.faults = faults
    self.chronicle = chronicle
    knownSteps = chronicle.steps.count
  }

  func commit(_ commits: [AlertCommit]) async throws(StoreError) -> [Bool] {
    try happens()
    if faults.refusals > 0 {
      faults.refusals -= 1
      chance.saw(.storeRefused)
      throw .diskFull
    }
    var commits = commits
    if forgetsPositions {
      for index in commits.indices { commits[index].lane = nil }
    }
    if forgetsClimbs {
      for index in commits.indices { commits[index].orders.events.removeAll { $0.kind == .escalated } }
    }
    for index in commits.indices { commits[index].settlements.removeAll(where: isForgotten) }
    let answer = try await store.commit(commits)
    // What was written while its answer was lost comes again: steps in the same order; of what became of notifications perhaps
    // only the newest, and that may be noted twice.
    var steps = 0
    for (index, commit) in commits.enumerated() {
      if commit.isStep {
        steps += 1
        if known + steps <= written { continue }
        written += 1
      }
      chronicle.took(commit, isNew: answer[index])
    }
    try happens()
    if faults.lostAnswers > 0 {
      faults.lostAnswers -= 1
      chance.saw(.answerLost)
      throw .inputOutput(reason: "the answer was lost")
    }
    known += steps
    knownSteps += steps
    return answer
  }

  private func isForgotten(_ settlement: Settlement) -> Bool {
    switch settlement {
    case .postponed: forgetsPauses
    case .delivered: forgetsDeliveries
    case .failed: false
    }
  }

  private func happens() throws(StoreError) {
    guard fate.effect() else { throw .inputOutput(reason: "the process is dead") }
  }

  func appliedSteps() async throws(StoreError) -> [String: LaneStep] {
    forgetsPositions ? [:] : try await store.appliedSteps()
  }
  func appliedClocks() async throws(StoreError) -> [String: Timestamp] { try await store.appliedClocks() }
  func plannedQuiet(endingAfter time: Timestamp, limit: Int) async throws(StoreError) -> [PlannedQuiet] {
    forgetsQuiet ? [] : try await store.plannedQuiet(endingAfter: time, limit: limit)
  }
  func deskClock() async throws(StoreError) -> Timestamp? { forgetsClock ? nil : try await store.deskClock() }
  func newestEventTime() async throws(StoreError) -> Timestamp? { try await store.newestEventTime() }
  func alertsToRestore(endedAfter time: Timestamp) async throws(StoreError) -> [Alert] {
    try await store.alertsToRestore(endedAfter: time)
  }
  func lastSequence() async throws(StoreError) -> Int64 { try await store.lastSequence() }
  func alert(_ id: String) async throws(StoreError) -> Alert? { try await store.alert(id) }
  func story(_ id: String) async throws(StoreError) -> AlertStory? { try await store.story(id) }
  func alerts(_ query: AlertQuery) async throws(StoreError) -> AlertPage { try await store.alerts(query) }
  func events(after sequence: Int64, limit: Int) async throws(StoreError) -> [NumberedEvent] {
    try await store.events(after: sequence, limit: limit)
  }

  func openOrders() async throws(StoreError) -> [Order] { try await store.openOrders() }
  func planStates() async throws(StoreError) -> [PlanState] { try await store.planStates() }
  func order(_ id: String) async throws(StoreError) -> Order? { try await store.order(id) }
  func orderStory(_ id: String) async throws(StoreError) -> OrderStory? { try await store.orderStory(id) }
  func orders(_ query: OrderQuery) async throws(StoreError) -> OrderPage { try await store.orders(query) }

  func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) async throws -> [OutboxEntry] {
    try await store.due(at: now, excluding: busy, limit: limit)
  }
  func nextDue(after now: Timestamp) async throws -> Timestamp? { try await store.nextDue(after: now) }
  func due(at now: Timestamp, of channel: String, limit: Int) async throws -> [OutboxEntry] {
    try await store.due(at: now, of: channel, limit: limit)
  }
  func settle(_ settlements: [Settlement], adding: [OutboxEntry], note: ChannelNote?) async throws {
    try await store.settle(settlements, adding: adding, note: note)
  }
  func notes() async throws -> [ChannelNote] { try await store.notes() }
}
