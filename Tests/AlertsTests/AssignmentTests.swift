// Whom an alert is given to: any text, and whoever the configuration knows by it is the one who is told.
import Community
import Pipeline
import Testing

@testable import Alerts

@Suite struct AssignmentTests {
  private static let places =
    DutySample.places + """

      - id: hexi
        level: district
        duty: {unit: 西区, people: [{name: 值班长, channel: west}, {name: 何工, channel: west-lift}]}
      """

  private static func book() throws -> (AlertBook, id: String, at: Timestamp) {
    let duty = DutySample.duty.replacing(
      "- {id: lin,", with: "- {id: qian, name: 钱刚, channel: yihe, until: 2025-12-31}\n- {id: lin,")
    var book = AlertBook(policy: try DutySample.policy(places: places, duty: duty))
    let start = try local("2026-01-05T10:00")
    let id = try #require(book.raise(at: start, .high).first).alert.id
    return (book, id, start)
  }

  /// By id, by name, of duty.yaml and of places; of two with one name the one who answers for the alert's place.
  @Test(
    arguments: [
      ("wang", "王强", "yihe"), (" 王强 ", "王强", "yihe"), ("赵丽华", "赵丽华", nil), ("值班长", "值班长", "district"),
      ("何工", "何工", "west-lift"),
    ] as [(String, String, String?)])
  func aKnownPersonIsMeant(to: String, name: String, channel: String?) throws {
    var (book, id, start) = try Self.book()
    let events = try book.perform(.assign(to: to), on: id, by: "张三", at: start + 1, comment: "带上备件")
    #expect(events.map(\.kind) == [.assigned] && events[0].by == "张三" && events[0].comment == "带上备件")
    #expect(events[0].alert.assignedTo == to.trimmed)
    #expect(events[0].to?.map(\.name) == [name] && events[0].to?.first?.channel == channel)
    #expect(events[0].alert.assignee == events[0].to?.first)
    #expect(events[0].mayBeAnswered && !events[0].asks)
    // Once: the same again is no step.
    #expect(try book.perform(.assign(to: to), on: id, by: "李四", at: start + 2).isEmpty)
  }

  @Test(arguments: ["电梯公司", "老王", "钱刚"]) func anyOtherTextIsNobody(to: String) throws {
    var (book, id, start) = try Self.book()
    let event = try #require(try book.perform(.assign(to: to), on: id, by: "张三", at: start + 1).first)
    #expect(event.alert.assignedTo == to && event.alert.assignee == nil && event.to == [])
  }

  /// Deadlines and those who are asked stay as they were, and whoever had it before is told of the end, too.
  @Test func theFourLevelsGoOn() throws {
    var (book, id, start) = try Self.book()
    let before = try #require(book[id]?.response)
    _ = try book.perform(.assign(to: "何工"), on: id, by: "张三", at: start + 1)
    let event = try #require(try book.perform(.assign(to: "lin"), on: id, by: "张三", at: start + 2).first)
    var after = try #require(event.alert.response)
    #expect(after.told == ["yihe", "west-lift", "volunteers"])
    after.told = before.told
    #expect(after == before)
    #expect(book.advance(to: start + 600_000).first?.kind == .escalated)
  }

  /// What is answered already is given to somebody without being asked to answer it again.
  @Test func whatIsAnsweredWantsNoAnswer() throws {
    var (book, id, start) = try Self.book()
    _ = try book.perform(.acknowledge, on: id, by: "张三", at: start + 1)
    let event = try #require(try book.perform(.assign(to: "wang"), on: id, by: "张三", at: start + 2).first)
    #expect(event.to?.first?.name == "王强" && !event.mayBeAnswered)
  }
}
