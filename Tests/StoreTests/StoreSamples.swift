// A database in a folder of its own, changes for it, and a storage that can be made to fail.
import Alerts
import Community
import ConfigFile
import Foundation
import Notify
import Orders
import Pipeline
import Synchronization
import Testing

@testable import Store

func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_767_571_200_000 + seconds * 1000) }

/// A folder that goes when the test ends.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("linli-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  var database: String { url.appendingPathComponent("linli.db").path }

  deinit { try? FileManager.default.removeItem(at: url) }
}

func traits(_ priority: Priority = .high) -> AlertTraits {
  AlertTraits(priority: priority, title: LocalizedText(zh: "过低", en: "Too low"), audience: ["care"])
}

/// The duty of a places.yaml without mistakes.
func dutyTable(_ places: String) throws -> DutyTable {
  let log = ProblemLog()
  let node = try #require(ConfigReader.parse(places, file: "places.yaml", log: log))
  let table = DutyTable(
    places: PlaceTreeReader.read(node, log: log), file: DutyFile(), careChains: [:], zone: .utc, log: log)
  #expect(log.problems.map(\.description) == [])
  return table
}

func change(
  _ kind: ConditionChange.Kind, _ subject: String = "a", _ position: JournalPosition, ordinal: UInt32 = 0
) -> ConditionChange {
  ConditionChange(
    kind: kind, rule: "cold", subject: subject, place: "hedong/jiefang/\(subject)", at: at(Int64(position)),
    noticedAt: at(Int64(position)), value: 15.2, unit: "Cel", point: nil, position: position, ordinal: ordinal)
}

func raisedEvent(_ subject: String, _ seconds: Int64, _ priority: Priority = .high) -> AlertEvent {
  var book = AlertBook()
  return book.apply(change(.raised, subject, JournalPosition(seconds)), lane: "main", traits: traits(priority))[0]
}

func entry(_ event: AlertEvent, channel: String = "ops", createdAt: Int64 = 0, due: Int64 = 0) -> OutboxEntry {
  OutboxEntry(
    idempotencyKey: "\(event.alert.id)-\(event.number)-\(channel)", channel: channel, event: event,
    createdAt: at(createdAt), nextAttemptAt: at(due))
}

let samplePolicy = DeskPolicy(
  traits: { traits($0.subject.hasPrefix("critical") ? .critical : .high) }, channels: { _ in ["ops", "wecom"] })

func startedDesk(_ storage: FailingStorage, _ policy: DeskPolicy = samplePolicy) async throws -> AlertDesk {
  let desk = AlertDesk(storage: storage, policy: policy)
  try await desk.start()
  return desk
}

/// The real store behind a switch: commits can be refused, or carried out while their answer is lost.
final class FailingStorage: AlertStorage {
  enum Fault: Sendable {
    case refuse(StoreError), loseAnswer
    /// Refuses everything after so many transactions: they are what a process that was killed has left.
    case refuseAfter(Int, StoreError)
    /// Refuses what holds such a thing.
    case reject(StoreError, @Sendable (AlertCommit) -> Bool)
  }

  let store: Store
  private let fault = Mutex<Fault?>(nil)
  private let attempts = Mutex<[Int]>([])
  /// Called before each transaction, with its number.
  private let hook = Mutex<(@Sendable (Int) -> Void)?>(nil)
  /// Called when an order was read, before the reader has it.
  private let orderHook = Mutex<(@Sendable () async -> Void)?>(nil)

  init(_ store: Store) { self.store = store }

  func afterReadingAnOrder(_ call: (@Sendable () async -> Void)?) { orderHook.withLock { $0 = call } }
  var commitAttempts: Int { attempts.withLock { $0.count } }
  /// Steps of alerts and orders in each transaction that was tried.
  var commitSteps: [Int] { attempts.withLock { $0 } }
  func beforeEach(_ call: (@Sendable (Int) -> Void)?) { hook.withLock { $0 = call } }
  func fail(_ next: Fault?) { fault.withLock { $0 = next } }

  func commit(_ commits: [AlertCommit]) async throws(StoreError) -> [Bool] {
    let number = attempts.withLock { attempts in
      attempts.append(commits.reduce(0) { $0 + $1.steps })
      return attempts.count
    }
    hook.withLock { $0 }?(number)
    switch fault.withLock({ $0 }) {
    case .refuse(let error), .refuseAfter(0, let error): throw error
    case .refuseAfter(let left, let error):
      fault.withLock { $0 = .refuseAfter(left - 1, error) }
      return try await store.commit(commits)
    case .reject(let error, let isCulprit):
      if commits.contains(where: isCulprit) { throw error }
      return try await store.commit(commits)
    case .loseAnswer:
      _ = try await store.commit(commits)
      throw .inputOutput(reason: "the answer was lost")
    case nil: return try await store.commit(commits)
    }
  }

  private func check() throws(StoreError) {
    if case .refuse(let error) = fault.withLock({ $0 }) { throw error }
  }

  func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) async throws -> [OutboxEntry] {
    try await store.due(at: now, excluding: busy, limit: limit)
  }
  func nextDue(after now: Timestamp) async throws -> Timestamp? { try await store.nextDue(after: now) }
  func due(at now: Timestamp, of channel: String, limit: Int) async throws -> [OutboxEntry] {
    try await store.due(at: now, of: channel, limit: limit)
  }
  func settle(_ settlements: [Settlement], adding: [OutboxEntry], note: ChannelNote?) async throws {
    try check()
    try await store.settle(settlements, adding: adding, note: note)
  }
  func notes() async throws -> [ChannelNote] { try await store.notes() }

  func appliedSteps() async throws(StoreError) -> [String: LaneStep] { try await store.appliedSteps() }
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
  func volunteers() async throws(StoreError) -> [Volunteer] { try await store.volunteers() }
  func order(_ id: String) async throws(StoreError) -> Order? {
    let order = try await store.order(id)
    await orderHook.withLock { $0 }?()
    return order
  }
  func order(ticket: String) async throws(StoreError) -> Order? { try await store.order(ticket: ticket) }
  func orderStory(_ id: String) async throws(StoreError) -> OrderStory? { try await store.orderStory(id) }
  func orders(_ query: OrderQuery) async throws(StoreError) -> OrderPage { try await store.orders(query) }
  func bankEntries(from: Timestamp, until: Timestamp, volunteer: String?) async throws(StoreError) -> [BankEntry] {
    try await store.bankEntries(from: from, until: until, volunteer: volunteer)
  }
  func bankEntry(_ id: Int64) async throws(StoreError) -> BankEntry? { try await store.bankEntry(id) }
}

extension FailingStorage {
  func appliedClocks() async throws(StoreError) -> [String: Timestamp] { try await store.appliedClocks() }
  func plannedQuiet(endingAfter time: Timestamp, limit: Int) async throws(StoreError) -> [PlannedQuiet] {
    try await store.plannedQuiet(endingAfter: time, limit: limit)
  }
  func deskClock() async throws(StoreError) -> Timestamp? { try await store.deskClock() }
  func newestEventTime() async throws(StoreError) -> Timestamp? { try await store.newestEventTime() }
}

/// Small, seeded, the same on every machine (SplitMix64).
struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
