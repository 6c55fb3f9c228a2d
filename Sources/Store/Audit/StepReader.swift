// Reads stored steps of alerts, of which a report wants hundreds of thousands: it skims over the text and takes what many have in
// common – titles, units, people – from the step where it stood before. What it does not know it leaves to the decoder, so that the
// outcome is always that of the decoder.
package import Alerts
import Community
import Pipeline

package struct StepReader {
  typealias Text = JSONSkim.Text

  private var texts = TextCache<String>()
  private var traits = TextCache<AlertTraits>()
  private var units = TextCache<Responsible>()
  private var people = TextCache<[Responder]>()
  private var persons = TextCache<Responder>()
  private var remarks = TextCache<LocalizedText>()
  private var channels = TextCache<[String]>()
  private let json = StoredJSON()
  /// Steps that were decoded in full.
  package private(set) var decoded = 0

  package init() {}

  package mutating func step(_ text: String) throws -> AlertEvent {
    var text = text
    if let step = text.withUTF8({ try? skim($0) }) { return step }
    decoded += 1
    return try json.value(AlertEvent.self, text)
  }

  private mutating func skim(_ text: Text) throws -> AlertEvent {
    var (kind, alert, at, by) = (AlertEvent.Kind?.none, Alert?.none, Timestamp?.none, String?.none)
    var (comment, to, aside) = (Remark?.none, [Responder]?.none, Bool?.none)
    try JSONSkim.members(of: text) { key, value in
      switch JSONSkim.plain(key) {
      case "kind": kind = AlertEvent.Kind(rawValue: try shared(value))
      case "alert": alert = try self.alert(value)
      case "at": at = try time(value)
      case "by": by = try shared(value)
      case "comment": comment = try remark(value)
      case "to": to = try people.value(value, decode)
      case "aside": aside = try JSONSkim.flag(value)
      default: throw JSONSkim.Unusual()
      }
    }
    guard let kind, let alert, let at, let by else { throw JSONSkim.Unusual() }
    var event = AlertEvent(kind: kind, alert: alert, at: at, by: by, comment: comment, to: to)
    event.aside = aside
    return event
  }

  private mutating func alert(_ text: Text) throws -> Alert {
    // What every alert has is set below; the rest is in here until then.
    var alert = Alert(
      id: "", lane: "", rule: "", subject: "", place: "", traits: Self.noTraits, point: nil, value: nil, unit: "",
      raisedAt: .distantPast, noticedAt: .distantPast)
    var needed: Set<String> = [
      "id", "lane", "rule", "subject", "place", "traits", "unit", "raisedAt", "noticedAt", "step",
    ]
    try JSONSkim.members(of: text) { key, value in
      let key = JSONSkim.plain(key)
      switch key {
      case "id": alert.id = try JSONSkim.string(value)
      case "lane": alert.lane = try shared(value)
      case "rule": alert.rule = try shared(value)
      case "subject": alert.subject = try shared(value)
      case "place": alert.place = try shared(value)
      case "traits": alert.traits = try traits.value(value, decode)
      case "unit": alert.unit = try shared(value)
      case "raisedAt": alert.raisedAt = try time(value)
      case "noticedAt": alert.noticedAt = try time(value)
      case "step": alert.step = Int(try JSONSkim.integer(value))
      case "point": alert.point = try shared(value)
      case "value": alert.value = try JSONSkim.number(value)
      case "clearedAt": alert.clearedAt = try time(value)
      case "acknowledgedAt": alert.acknowledgedAt = try time(value)
      case "acknowledgedBy": alert.acknowledgedBy = try shared(value)
      case "assignedTo": alert.assignedTo = try shared(value)
      case "assignee": alert.assignee = try persons.value(value, decode)
      case "shelvedUntil": alert.shelvedUntil = try time(value)
      case "closedAt": alert.closedAt = try time(value)
      case "response": alert.response = try response(value)
      case "suppression": alert.suppression = try suppression(value)
      case "wasTold": alert.wasTold = try JSONSkim.flag(value)
      case "clearedUnheard": alert.clearedUnheard = try JSONSkim.flag(value)
      case "order": alert.order = try JSONSkim.string(value)
      case "flutter":
        guard let flutter = Flutter(rawValue: try shared(value)) else { throw JSONSkim.Unusual() }
        alert.flutter = flutter
      default: throw JSONSkim.Unusual()
      }
      needed.remove(key)
    }
    guard needed.isEmpty else { throw JSONSkim.Unusual() }
    return alert
  }

  private static let noTraits = AlertTraits(priority: .low, title: .init(""), audience: [])

  private mutating func response(_ text: Text) throws -> ResponseState {
    var state = ResponseState(responsible: nil, since: .distantPast)
    var (since, climbed, careTaken) = (Timestamp?.none, Int64?.none, Int64?.none)
    var told: [String]?
    try JSONSkim.members(of: text) { key, value in
      switch JSONSkim.plain(key) {
      case "responsible": state.responsible = try units.value(value, decode)
      case "since": since = try time(value)
      case "climbed": climbed = try JSONSkim.integer(value)
      case "answerDue": state.answerDue = try time(value)
      case "finishDue": state.finishDue = try time(value)
      case "repeatDue": state.repeatDue = try time(value)
      case "realarmDue": state.realarmDue = try time(value)
      case "care": state.care = try units.value(value, decode)
      case "careTaken": careTaken = try JSONSkim.integer(value)
      case "careDue": state.careDue = try time(value)
      case "told": told = try channels.value(value, decode)
      default: throw JSONSkim.Unusual()
      }
    }
    guard let since, let climbed, let careTaken, let told else { throw JSONSkim.Unusual() }
    state.since = since
    state.climbed = Int(climbed)
    state.careTaken = Int(careTaken)
    state.told = told
    return state
  }

  private mutating func suppression(_ text: Text) throws -> Suppression {
    var (kind, by, since) = (Suppression.Kind?.none, String?.none, Timestamp?.none)
    var (until, reason, who) = (Timestamp?.none, Remark?.none, String?.none)
    try JSONSkim.members(of: text) { key, value in
      switch JSONSkim.plain(key) {
      case "kind": kind = Suppression.Kind(rawValue: try shared(value))
      case "by": by = try shared(value)
      case "since": since = try time(value)
      case "until": until = try time(value)
      case "reason": reason = try remark(value)
      case "who": who = try shared(value)
      default: throw JSONSkim.Unusual()
      }
    }
    guard let kind, let by, let since, let reason else { throw JSONSkim.Unusual() }
    return Suppression(kind: kind, by: by, since: since, until: until, reason: reason, who: who)
  }

  // MARK: - Values

  /// A text that other steps have, too.
  private mutating func shared(_ text: Text) throws -> String { try texts.value(text, JSONSkim.string) }

  private mutating func remark(_ text: Text) throws -> Remark {
    text.first == UInt8(ascii: "\"") ? .typed(try shared(text)) : .own(try remarks.value(text, decode))
  }

  private func time(_ text: Text) throws -> Timestamp {
    var milliseconds: Int64?
    try JSONSkim.members(of: text) { key, value in
      guard JSONSkim.plain(key) == "milliseconds" else { throw JSONSkim.Unusual() }
      milliseconds = try JSONSkim.integer(value)
    }
    guard let milliseconds else { throw JSONSkim.Unusual() }
    return Timestamp(milliseconds: milliseconds)
  }

  private func decode<Value: Decodable>(_ text: Text) throws -> Value {
    try json.value(Value.self, JSONSkim.plain(text))
  }
}
