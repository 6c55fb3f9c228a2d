// The lifecycle step by step: what each change and action does in each state, and what is refused.
import Pipeline
import Testing

@testable import Alerts

@Suite struct AlertBookTests {
  enum State: CaseIterable { case activeUnack, activeAck, clearedUnack, closed, closedByForce }

  private func book(in state: State) throws -> (AlertBook, id: String) {
    var book = AlertBook()
    let id = book.raise(at: 0)[0].alert.id
    switch state {
    case .activeUnack: break
    case .activeAck: _ = try book.perform(.acknowledge, on: id, by: "张三", at: at(10))
    case .clearedUnack: _ = book.clear(at: 10)
    case .closed:
      _ = book.clear(at: 10)
      _ = try book.perform(.close(), on: id, by: "张三", at: at(20))
    case .closedByForce: _ = try book.perform(.close(force: true), on: id, by: "张三", at: at(10))
    }
    return (book, id)
  }

  struct Step: Sendable {
    var state: State
    var action: AlertAction
    var events: [AlertEvent.Kind]?
    var error: AlertError?
  }

  /// Every action in every state of an open alert.
  static let steps: [Step] = [
    Step(state: .activeUnack, action: .acknowledge, events: [.acknowledged]),
    Step(state: .activeAck, action: .acknowledge, events: []),
    Step(state: .clearedUnack, action: .acknowledge, events: [.acknowledged, .closed]),
    Step(state: .activeUnack, action: .assign(to: "李四"), events: [.assigned]),
    Step(state: .clearedUnack, action: .assign(to: " 李四 "), events: [.assigned]),
    Step(state: .activeUnack, action: .assign(to: " "), error: .nameMissing),
    Step(state: .activeUnack, action: .assign(to: String(repeating: "x", count: 201)), error: .nameTooLong(limit: 200)),
    Step(state: .activeUnack, action: .comment, error: .commentMissing),
    Step(state: .activeUnack, action: .shelve(until: at(3_600)), events: [.shelved]),
    Step(state: .activeAck, action: .shelve(until: at(3_600)), events: [.shelved]),
    Step(state: .activeUnack, action: .shelve(until: at(60)), error: .shelfInPast(until: at(60))),
    Step(state: .activeUnack, action: .shelve(until: at(60 + 7 * 86_400)), events: [.shelved]),
    Step(state: .activeUnack, action: .shelve(until: at(61 + 7 * 86_400)), error: .shelfTooLong(longest: 604_800_000)),
    Step(state: .activeUnack, action: .unshelve, events: []),
    Step(state: .activeUnack, action: .close(), error: .stillActive(id: "")),
    Step(state: .activeAck, action: .close(), error: .stillActive(id: "")),
    Step(state: .activeAck, action: .close(force: true), events: [.closed]),
    Step(state: .clearedUnack, action: .close(), events: [.closed]),
    Step(state: .clearedUnack, action: .close(force: true), events: [.closed]),
    Step(state: .closed, action: .acknowledge, error: .unknown(id: "")),
    Step(state: .closed, action: .close(force: true), error: .unknown(id: "")),
    Step(state: .closedByForce, action: .unshelve, error: .unknown(id: "")),
  ]

  @Test(arguments: steps)
  func action(_ step: Step) throws {
    var (book, id) = try book(in: step.state)
    let before = book[id]
    do throws(AlertError) {
      let events = try book.perform(step.action, on: id, by: "王五", at: at(60))
      #expect(events.map(\.kind) == step.events)
      #expect(events.map(\.number) == events.indices.map { (before?.step ?? 0) + 1 + $0 })
    } catch {
      switch (error, step.error) {
      case (.stillActive(let found), .stillActive), (.unknown(let found), .unknown): #expect(found == id)
      default: #expect(error == step.error)
      }
      #expect(book[id] == before)
    }
  }

  @Test func aRaiseCarriesWhatTheRuleKnew() throws {
    var book = AlertBook()
    let event = try #require(book.raise(at: 5).first)
    #expect(event.kind == .raised && event.number == 1 && event.at == at(5) && event.by == "linli")
    #expect(event.alert.raisedAt == at(5) && event.alert.noticedAt == at(7) && event.alert.value == 15.2)
    #expect(
      event.alert.id
        == AlertIdentity.id(rule: "care-room-cold", subject: "care-301-env/temperature", raisedAt: at(5)))
    #expect(book.active(rule: "care-room-cold", subject: "care-301-env/temperature") == event.alert)
    #expect(book.activeByPriority == [.high: 1])
  }

  @Test func clearedAndAcknowledgedClosesByItself() throws {
    var (book, id) = try book(in: .activeAck)
    let events = book.clear(at: 100)
    #expect(events.map(\.kind) == [.cleared, .closed])
    #expect(events.last?.alert.closedAt == at(100) && events.last?.by == "linli")
    #expect(book[id] == nil && book.count == 0 && book.activeByPriority.isEmpty)
  }

  @Test func clearedBeforeTheAcknowledgementClosesAtTheAcknowledgement() throws {
    var (book, id) = try book(in: .activeAck)
    let closed = try #require(book.clear(at: 5).last)
    #expect(closed.alert.clearedAt == at(5) && closed.alert.closedAt == at(10) && closed.alert.id == id)
  }

  @Test func theSecondToAcknowledgeLearnsWhoWasFirst() throws {
    var (book, id) = try book(in: .activeAck)
    #expect(try book.perform(.acknowledge, on: id, by: "李四", at: at(11)).isEmpty)
    #expect(book[id]?.acknowledgedBy == "张三" && book[id]?.acknowledgedAt == at(10))
    let kept = try book.perform(.acknowledge, on: id, by: "李四", at: at(12), comment: "我也在路上")
    #expect(kept.map(\.kind) == [.commented] && kept[0].comment == "我也在路上" && kept[0].by == "李四")
  }

  @Test func raisedAgainWhileTheOldOneIsOpenIsANewAlert() throws {
    var (book, first) = try book(in: .clearedUnack)
    let second = book.raise(at: 20)[0].alert.id
    #expect(first != second && book.count == 2)
    #expect(book[first]?.isActive == false && book[second]?.isActive == true)
    #expect(book.clear(at: 30).map(\.alert.id) == [second])
  }

  @Test func twoPressesInOneMillisecondAreTwoAlerts() {
    var book = AlertBook()
    var ids: [String] = []
    for _ in 0..<3 {
      ids += book.raise("button", at: 1).map(\.alert.id)
      _ = book.clear("button", at: 1)
    }
    #expect(Set(ids).count == 3 && book.count == 3)
    let third = AlertIdentity.id(rule: "care-room-cold", subject: "button", raisedAt: at(1), occurrence: 3)
    #expect(ids[2] == third)
    var reopened = AlertBook(restoring: Array(book.open))
    #expect(!ids.contains(reopened.raise("button", at: 1)[0].alert.id))
  }

  @Test func whatDoesNotFitIsIgnoredAndCounted() {
    var book = AlertBook()
    #expect(book.clear(at: 1).isEmpty)
    #expect(book.counts.strayClears == 1)
    _ = book.raise(at: 2)
    #expect(book.raise(at: 3).isEmpty)
    #expect(book.counts.repeatedRaises == 1 && book.count == 1)
  }

  @Test func closedByForceRaisesOnlyAfterClearing() throws {
    var (book, id) = try book(in: .closedByForce)
    #expect(book.raise(at: 20).isEmpty)
    let cleared = book.clear(at: 30)
    #expect(cleared.map(\.kind) == [.cleared] && cleared[0].alert.id == id && cleared[0].number == 3)
    #expect(cleared[0].alert.closedAt == at(10) && cleared[0].alert.clearedAt == at(30))
    #expect(book.raise(at: 40).map(\.kind) == [.raised])
  }

  @Test func closedByForceIsRememberedAcrossARestart() throws {
    var book = AlertBook()
    let id = book.raise(at: 0)[0].alert.id
    let closed = try book.perform(.close(force: true), on: id, by: "张三", at: at(10))[0].alert
    var reopened = AlertBook(restoring: [closed])
    #expect(reopened.count == 0 && reopened.raise(at: 20).isEmpty)
    #expect(reopened.closedWhileActive(id) == closed)
    #expect(reopened.clear(at: 30).count == 1)
  }

  @Test func shelvesReturnInOrderAtTheirOwnTime() throws {
    var book = AlertBook()
    let ids = ["a", "b", "c"].map { book.raise($0, at: 0)[0].alert.id }
    for (id, end) in zip(ids, [30, 20, 90] as [Int64]) {
      _ = try book.perform(.shelve(until: at(end)), on: id, by: "张三", at: at(1))
    }
    #expect(book.nextDue == at(20))
    let back = book.advance(to: at(60))
    #expect(back.map(\.kind) == [.unshelved, .unshelved])
    #expect(back.map(\.alert.id) == [ids[1], ids[0]] && back.map(\.at) == [at(20), at(30)])
    #expect(back.allSatisfy { $0.alert.shelvedUntil == nil && $0.by == "linli" })
    #expect(book.advance(to: at(60)).isEmpty && book.nextDue == at(90))
    #expect(try book.perform(.unshelve, on: ids[2], by: "张三", at: at(61)).map(\.kind) == [.unshelved])
    #expect(book.nextDue == nil)
  }

  @Test func aShelfEndsWithTheAlert() throws {
    var (book, id) = try book(in: .activeAck)
    _ = try book.perform(.shelve(until: at(100)), on: id, by: "张三", at: at(11))
    let closed = try #require(book.clear(at: 50).last)
    #expect(closed.alert.shelvedUntil == nil && book.nextDue == nil && book.advance(to: at(200)).isEmpty)
  }

  @Test func orphansAreClosedWithAReason() throws {
    var (book, id) = try book(in: .activeUnack)
    let events = book.orphaned(rule: "care-room-cold", subject: "care-301-env/temperature", at: at(50))
    #expect(events.map(\.kind) == [.cleared, .closed] && events.map(\.alert.id) == [id, id])
    #expect(events.allSatisfy { $0.comment == AlertBook.orphanedWords })
    #expect(book.count == 0 && book.raise(at: 60).count == 1)
    #expect(book.orphaned(rule: "other", subject: "x", at: at(70)).isEmpty)
  }

  @Test func anOrphanClosedByForceMayRaiseAgain() throws {
    var (book, _) = try book(in: .closedByForce)
    #expect(book.orphaned(rule: "care-room-cold", subject: "care-301-env/temperature", at: at(50)).count == 1)
    #expect(book.raise(at: 60).map(\.kind) == [.raised])
  }

  @Test func tooManyOpenAlertsCloseTheLeastNeeded() throws {
    var limits = AlertLimits()
    limits.openAlerts = 3
    var book = AlertBook(limits: limits)
    _ = book.raise("old-low", at: 0, .low)
    _ = book.raise("cleared-critical", at: 1, .critical)
    _ = book.clear("cleared-critical", at: 2)
    _ = book.raise("cleared-low", at: 3, .low)
    _ = book.clear("cleared-low", at: 4)
    func closed(_ events: [AlertEvent]) -> [String] { events.filter { $0.kind == .closed }.map(\.alert.subject) }
    #expect(closed(book.raise("a", at: 5, .high)) == ["cleared-low"])
    #expect(closed(book.raise("b", at: 6, .high)) == ["cleared-critical"])
    #expect(closed(book.raise("c", at: 7, .high)) == ["old-low"])
    #expect(closed(book.raise("d", at: 8, .low)) == ["d"])
    #expect(book.count == 3 && book.counts.closedForRoom == 4)
  }

  @Test func commentsAndNamesHaveBounds() throws {
    var (book, id) = try book(in: .activeUnack)
    let long = String(repeating: "长", count: 2_001)
    #expect(throws: AlertError.commentTooLong(limit: 2_000)) {
      try book.perform(.acknowledge, on: id, by: "张三", at: at(1), comment: .typed(long))
    }
    #expect(throws: AlertError.nameMissing) { try book.perform(.acknowledge, on: id, by: " ", at: at(1)) }
    let event = try book.perform(.comment, on: id, by: "张三", at: at(1), comment: " 已联系家属\n")[0]
    #expect(event.comment == "已联系家属" && event.kind == .commented)
    #expect(book[id]?.isAcknowledged == false)
  }

  @Test func closedAlertsTakeCommentsOnly() throws {
    var book = AlertBook()
    let id = book.raise(at: 0)[0].alert.id
    _ = book.clear(at: 1)
    var alert = try #require(try book.perform(.close(), on: id, by: "张三", at: at(2)).last).alert
    let events = try alert.perform(.comment, by: "李四", at: at(3), comment: "复查正常")
    #expect(events.map(\.number) == [4] && alert.closedAt == at(2))
    #expect(throws: AlertError.closed(id: id, at: at(2))) { try alert.perform(.acknowledge, by: "李四", at: at(4)) }
  }
}
