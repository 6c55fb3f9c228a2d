// The queue of transactions by itself: how much is written at once, and how one that is at fault is found.
import Alerts
import Notify
import Orders
import Testing

@testable import Store

@Suite struct CommitQueueTests {
  private static let unwritable = StoreError.unwritable(reason: "no such number")

  /// A transaction with steps of these alerts, and a notification for each.
  private func commit(_ subjects: String...) -> AlertCommit {
    let events = subjects.map { raisedEvent($0, 1) }
    var commit = AlertCommit(lane: "main", step: LaneStep(position: 7, ordinal: 0))
    commit.clock = at(7)
    commit.deskClock = at(8)
    commit.events = events.enumerated().map { NumberedEvent(sequence: Int64($0.offset + 1), event: $0.element) }
    commit.outbox = events.map { entry($0) }
    return commit
  }

  @Test func whatIsWrittenAtOnceIsBounded() {
    var queue = CommitQueue()
    for _ in 0..<10 { queue.append(commit("a", "b", "c")) }
    #expect(queue.steps == 30 && queue.next(steps: 7).count == 2 && queue.next(steps: 2).count == 1)
    #expect(queue.next(steps: 1_000).count == 10)
    #expect(queue.accept(2).count == 2 && queue.written == 2 && queue.steps == 24)
    for index in 0..<300 { queue.append(commit("\(index)")) }
    #expect(queue.next(steps: 1_000).count == CommitQueue.batch)
  }

  /// While the database refuses for days each notification is tried again and again.
  @Test func whatBecameOfNotificationsTakesNoMoreRoomThanThey() {
    var queue = CommitQueue()
    queue.append(commit("a", "b"))
    var entries = [entry(raisedEvent("a", 1)), entry(raisedEvent("b", 1))]
    for attempt in 1...100 {
      for index in entries.indices {
        entries[index].attempts = attempt
        var commit = AlertCommit(settlements: [.postponed(entries[index])])
        commit.notes = [ChannelNote(channel: "c")]
        queue.append(commit)
      }
    }
    #expect(queue.enqueued == 201 && queue.waiting.map(\.number) == [1, 200, 201])
    #expect(queue.waiting.flatMap(\.commit.settlements) == entries.map { .postponed($0) })
    #expect(queue.waiting.flatMap(\.commit.notes).count == 1)
    // Also where alerts came in between.
    queue.append(commit("c"))
    queue.append(AlertCommit(settlements: [.postponed(entries[1])]))
    #expect(queue.waiting.map(\.number) == [1, 200, 201, 202, 203] && queue.waiting[2].commit.settlements.isEmpty)
    // What is being written stays as it is.
    _ = queue.next(steps: 100)
    queue.append(AlertCommit(settlements: [.delivered(entries[0], at: at(9))]))
    #expect(queue.waiting.map(\.number) == [1, 200, 201, 202, 203, 204])
    _ = queue.refuse(5, .diskFull)
    queue.append(AlertCommit(settlements: entries.map { .failed($0, at: at(9)) }))
    #expect(queue.waiting.map(\.number) == [1, 201, 202, 205] && queue.waiting[3].commit.settlements.count == 2)
    #expect(queue.next(steps: 100).count == 4 && queue.accept(4).count == 4 && queue.written == 205)
  }

  @Test(arguments: [StoreError.diskFull, .busy, .readOnly, .inputOutput(reason: "x"), .damaged(path: "x", reason: "y")])
  func whatTheDiskRefusesWaits(error: StoreError) {
    var queue = CommitQueue()
    queue.append(commit("a", "b"))
    queue.append(commit("c"))
    for count in [2, 1, 2, 1] {
      for _ in 0..<2 * CommitQueue.patience {
        guard case .later = queue.refuse(count, error) else {
          Issue.record("it does not wait")
          return
        }
      }
    }
    #expect(queue.waiting.count == 2 && queue.next(steps: 100).count == 2)
  }

  /// Each alone, then in halves, until only what is at fault is left; all else is written, the position last.
  @Test(arguments: ["a", "b", "c", "d", "e"]) func theCulpritIsFoundAndTheRestIsWritten(culprit: String) throws {
    var queue = CommitQueue()
    queue.append(commit("x"))
    queue.append(commit("a", "b", "c", "d", "e"))
    queue.append(commit("y"))
    var written: [AlertCommit] = []
    var setAside: [AlertCommit] = []
    var attempts = 0
    func isAtFault(_ commit: AlertCommit) -> Bool {
      commit.events.contains { $0.event.alert.subject == culprit }
        || commit.outbox.contains { $0.event.alert.subject == culprit }
    }
    while !queue.waiting.isEmpty {
      attempts += 1
      let batch = queue.next(steps: 100)
      if batch.contains(where: { isAtFault($0.commit) }) {
        switch queue.refuse(batch.count, Self.unwritable) {
        case .setAside(let one): setAside.append(one.commit)
        case .again: break
        case .later: throw Self.unwritable
        }
      } else {
        // The second one is through when its last part is.
        let isWhole = batch.contains { $0.commit.step != nil }
        let before = queue.written
        written += queue.accept(batch.count).map(\.commit)
        #expect((queue.written > before) == isWhole)
      }
    }
    #expect(queue.written == 3 && queue.enqueued == 3 && queue.steps == 0)
    #expect(attempts < 24)
    #expect(setAside.map(\.outbox.count).sorted() == [0, 1] && setAside.map(\.events.count).sorted() == [0, 1])
    let others = ["x", "a", "b", "c", "d", "e", "y"].filter { $0 != culprit }
    #expect(written.flatMap(\.events).map(\.event.alert.subject) == others)
    #expect(written.flatMap(\.outbox).map(\.event.alert.subject) == others)
    let whole = commit("a")
    #expect(written.count { $0.step == whole.step && $0.clock == whole.clock && $0.deskClock == whole.deskClock } == 3)
  }

  @Test func everyPartOfATransactionSurvivesItsDivision() throws {
    var whole = commit("a")
    whole.settlements = [.delivered(entry(raisedEvent("b", 1)), at: at(3))]
    whole.notes = [ChannelNote(channel: "ops")]
    whole.orders.credits = [
      BankEntry(
        id: 0, key: "k", volunteer: "lin", name: "林", order: nil, help: nil, points: 1, at: at(1), by: "x", reason: "y",
        reverses: nil)
    ]
    let (first, second) = try #require(whole.halves)
    #expect(first.outbox.count + first.events.count + first.orders.credits.count == 3 && first.step == nil)
    #expect(second.settlements == whole.settlements && second.notes == whole.notes && second.step == whole.step)
    #expect(AlertCommit(events: whole.events).halves == nil)
  }

  /// A reason that does not say whose fault it is gets some patience; what comes behind is not asked meanwhile.
  @Test func whatMayPassIsTriedForAWhile() {
    var queue = CommitQueue()
    queue.append(AlertCommit(events: commit("a").events))
    queue.append(commit("b"))
    let error = StoreError.other(reason: "out of memory")
    guard case .later = queue.refuse(2, error) else {
      Issue.record("it does not wait")
      return
    }
    for _ in 1..<CommitQueue.patience {
      #expect(queue.next(steps: 100).count == 1)
      guard case .later = queue.refuse(1, error) else {
        Issue.record("it does not wait")
        return
      }
    }
    guard case .setAside(let culprit) = queue.refuse(1, error) else {
      Issue.record("it waits for ever")
      return
    }
    #expect(culprit.commit.events.map(\.event.alert.subject) == ["a"] && queue.written == 1)
  }
}
