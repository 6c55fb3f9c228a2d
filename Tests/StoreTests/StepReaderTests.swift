// Stored steps read by skimming are those that the decoder reads, whatever is in them, and what is unusual is decoded.
import Alerts
import Community
import Foundation
import Pipeline
import Testing

@testable import Store

@Suite struct StepReaderTests {
  private static let words = [
    "物业", "a/b", "", "say \"no\"", "C:\\x", "line\nline\ttab\r", "🔔 ring", "{[,:]}", "\u{2028}",
    "hedong/jiefang/chaoyang/yihe",
  ]

  /// Every member is there, or not, in some of them.
  private static func event(_ dice: inout Dice) -> AlertEvent {
    func some<Value>(_ value: @autoclosure () -> Value) -> Value? {
      Bool.random(using: &dice) ? value() : nil
    }
    func word() -> String { words.randomElement(using: &dice) ?? "" }
    func remark() -> Remark {
      Bool.random(using: &dice) ? .typed(word()) : Remark(zh: word(), en: word())
    }
    func time() -> Timestamp { at(Int64.random(in: -100...1_000_000, using: &dice)) }
    func person() -> Responder {
      Responder(id: some(word()), name: word(), channel: some(word()), mention: some(word()))
    }
    func people() -> [Responder] { (0..<Int.random(in: 0...2, using: &dice)).map { _ in person() } }
    func unit() -> Responsible {
      Responsible(place: word(), level: word(), unit: LocalizedText(zh: word(), en: word()), people: people())
    }
    var alert = Alert(
      id: word(), lane: word(), rule: word(), subject: word(), place: word(),
      traits: AlertTraits(
        priority: Priority.allCases.randomElement(using: &dice) ?? .low, title: LocalizedText(zh: word(), en: word()),
        advice: some(LocalizedText(word())), audience: [word(), word()], latched: Bool.random(using: &dice),
        realarm: some(Int64.random(in: 0...9, using: &dice)), quietWhenAway: Bool.random(using: &dice),
        isManual: Bool.random(using: &dice)),
      point: some(word()), value: some([0, -0.5, 15.2, 1e-7, 3e20, 42].randomElement(using: &dice) ?? 0), unit: word(),
      raisedAt: time(), noticedAt: time())
    alert.clearedAt = some(time())
    alert.acknowledgedAt = some(time())
    alert.acknowledgedBy = some(word())
    alert.assignedTo = some(word())
    alert.assignee = some(person())
    alert.shelvedUntil = some(time())
    alert.closedAt = some(time())
    alert.wasTold = some(Bool.random(using: &dice))
    alert.clearedUnheard = some(Bool.random(using: &dice))
    alert.flutter = some([Flutter.chatters, .damped, .fleeting].randomElement(using: &dice) ?? .damped)
    alert.order = some(word())
    alert.step = Int.random(in: 1...999, using: &dice)
    alert.suppression = some(
      Suppression(
        kind: Suppression.Kind.allCases.randomElement(using: &dice) ?? .away, by: word(), since: time(),
        until: some(time()), reason: remark(), who: some(word())))
    if Bool.random(using: &dice) {
      var response = ResponseState(responsible: some(unit()), since: time())
      response.climbed = Int.random(in: 0...3, using: &dice)
      response.answerDue = some(time())
      response.finishDue = some(time())
      response.repeatDue = some(time())
      response.realarmDue = some(time())
      response.care = some(unit())
      response.careTaken = Int.random(in: 0...3, using: &dice)
      response.careDue = some(time())
      response.told = some([word(), word()]) ?? []
      alert.response = response
    }
    var event = AlertEvent(
      kind: AlertEvent.Kind.allCases.randomElement(using: &dice) ?? .raised, alert: alert, at: time(), by: word(),
      comment: some(remark()), to: some(people()))
    event.aside = some(Bool.random(using: &dice))
    return event
  }

  @Test func theSameAsTheDecoderAndNoneIsDecoded() throws {
    var dice = Dice(state: 7)
    var reader = StepReader()
    let json = StoredJSON()
    for _ in 0..<3_000 {
      let text = try json.text(Self.event(&dice))
      #expect(try reader.step(text) == json.value(AlertEvent.self, text), "\(text)")
    }
    #expect(reader.decoded == 0)
  }

  /// The example of a step with something that skimming does not know.
  @Test(arguments: [
    ("\"step\":1", "\"step\":1,\"later\":{\"a\":[1,\"}\"]}"), ("\"step\":1", "\"step\" : 1"),
    ("\"by\":\"w\"", "\"by\":\"\\u00e9\""),
    ("\"lane\":\"main\"", "\"lane\":\"main\",\"value\":null"),
  ])
  func whatIsUnusualIsDecoded(known: String, unusual: String) throws {
    var event = raisedEvent("a", 1)
    event.by = "w"
    let text = try StoredJSON().text(event)
    #expect(text.contains(known))
    let changed = text.replacingOccurrences(of: known, with: unusual)
    var reader = StepReader()
    #expect(try reader.step(changed) == StoredJSON().value(AlertEvent.self, changed))
    #expect(reader.decoded == 1)
  }

  /// Cut anywhere it is an error as the decoder's, never another step.
  @Test func halfAStepIsNone() throws {
    let text = try StoredJSON().text(raisedEvent("a", 1))
    var reader = StepReader()
    for length in 0..<text.utf8.count {
      let part = String(decoding: Array(text.utf8.prefix(length)), as: UTF8.self)
      #expect(throws: (any Error).self) { try reader.step(part) }
    }
  }
}
