// The JSON that scripts rely on: names, nulls, times.
import Community
import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Alerts

@Suite struct AlertViewTests {
  private let shanghai = TimeZone(secondsFromGMT: 8 * 3600) ?? .gmt

  private func sample() -> Alert {
    var book = AlertBook()
    return book.raise(at: 0)[0].alert
  }

  @Test func everyPromisedKeyIsThere() throws {
    let view = AlertView(sample(), language: .en, zone: shanghai)
    let json = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(view)) as? [String: Any])
    let promised = """
      id rule subject place priority title active acknowledged assigned_to shelved_until raised_at cleared_at closed_at \
      value unit
      """
    for key in promised.split(separator: " ") { #expect(json[String(key)] != nil, "\(key) is missing") }
    #expect(json["assigned_to"] is NSNull && json["cleared_at"] is NSNull)
    #expect(json["raised_at"] as? String == "2026-01-05T08:00:00.000+08:00")
    #expect(json["noticed_at"] as? String == "2026-01-05T08:00:02.000+08:00")
    #expect(json["title"] as? String == "Room too cold" && json["active"] as? Bool == true)
    #expect(json["value"] as? Double == 15.2 && json["unit"] as? String == "Cel")
  }

  /// What waited at the broker while Linli was down has a time that the clock of the core had not reached.
  @Test func nothingIsNoticedBeforeItHappens() {
    var alert = sample()
    alert.noticedAt = alert.raisedAt - 3_600_000
    let view = AlertView(alert, language: .en, zone: .gmt)
    #expect(view.noticedAt == view.raisedAt)
  }

  @Test func aNamedValueHasItsWord() throws {
    var alert = sample()
    alert.point = "b3-hvac/mode"
    alert.value = 2
    alert.unit = ""
    let word = alert.valueWord { point, value in LocalizedText("\(point) \(Int(value))") }
    let view = AlertView(alert, language: .en, zone: .gmt, word: word)
    let json = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(view)) as? [String: Any])
    #expect(json["text"] as? String == "b3-hvac/mode 2" && json["value"] as? Double == 2)
    // The count of a window.
    alert.unit = "1"
    #expect(alert.valueWord { _, _ in LocalizedText("off") } == nil)
  }

  @Test func absentValuesAreNull() throws {
    var alert = sample()
    alert.value = .nan
    alert.unit = ""
    let text = String(decoding: try JSONEncoder().encode(AlertView(alert, language: .zh, zone: .gmt)), as: UTF8.self)
    #expect(text.contains(#""value":null"#) && text.contains(#""unit":"""#) && text.contains("房间温度过低"))
    #expect(text.contains("2026-01-05T00:00:00.000Z"))
  }

  @Test func isReadBackWithAndWithoutKeyStrategies() throws {
    let view = AlertView(sample(), language: .zh, zone: shanghai)
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let data = try encoder.encode(view)
    #expect(try JSONDecoder().decode(AlertView.self, from: data) == view)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    #expect(try decoder.decode(AlertView.self, from: data) == view)
  }

  @Test func closedByForceIsNotShownAsActive() throws {
    var alert = sample()
    _ = try alert.perform(.close(force: true), by: "张三", at: at(9))
    let view = AlertView(alert, language: .zh, zone: .gmt)
    #expect(!view.active && view.clearedAt == nil && view.closedAt != nil)
  }

  @Test(
    arguments: [
      (0, 0, "1970-01-01T00:00:00.000Z"), (-1, 0, "1969-12-31T23:59:59.999Z"),
      (951_782_400_123, 5 * 3600 + 1800, "2000-02-29T05:30:00.123+05:30"),
      (1_767_571_200_000, -9 * 3600 - 1800, "2026-01-04T14:30:00.000-09:30"),
      (4_107_542_399_000, 0, "2100-02-28T23:59:59.000Z"), (4_107_542_400_000, 0, "2100-03-01T00:00:00.000Z"),
    ] as [(Int64, Int, String)])
  func rfc3339(milliseconds: Int64, offset: Int, text: String) throws {
    let zone = try #require(TimeZone(secondsFromGMT: offset))
    #expect(Timestamp(milliseconds: milliseconds).rfc3339(in: zone) == text)
  }

  @Test func queriesPageWithoutGapOrDouble() {
    var book = AlertBook()
    var dice = Dice(state: 1)
    for number in 0..<97 {
      _ = book.raise(
        "s\(number)", at: Int64.random(in: 0..<20, using: &dice), Priority.allCases.randomElement() ?? .low)
    }
    var query = AlertQuery(limit: 10)
    var seen: [Alert] = []
    repeat {
      let page = query.page(of: book.open)
      seen += page.alerts
      query.cursor = page.next.flatMap { AlertQuery.Cursor($0.description) }
    } while query.cursor != nil
    #expect(seen.count == 97 && Set(seen.map(\.id)).count == 97)
    let expected = seen.sorted {
      ($0.traits.priority.rank, -$0.raisedAt.milliseconds, $0.id) < (
        $1.traits.priority.rank, -$1.raisedAt.milliseconds, $1.id
      )
    }
    #expect(seen == expected)
  }

  @Test(
    arguments: [
      (["hedong"], true), (["hedong/jiefang"], true), (["hedong/jiefang/301"], true), (["hedong/jiefang/30"], false),
      (["hexi", "hedong"], true), ([], false), (["jiefang"], false),
    ] as [([String], Bool)])
  func placesAreSubtrees(places: [String], matches: Bool) {
    #expect(AlertQuery(places: places).matches(sample()) == matches)
  }
}
