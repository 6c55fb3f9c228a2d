// What a resident writes on the public page: no credential, so everything is bounded and cleaned.
import Alerts
package import Community

package struct ResidentReport: Sendable, Equatable {
  package static let textMax = 500
  package static let contactMax = 100
  /// Characters of the text that make the order's title.
  static let titleLength = 40

  package var text: String
  package var contact: String?

  package enum Refusal: Error, Sendable, Equatable {
    case empty
    case tooLong(limit: Int)
    case contactTooLong(limit: Int)
  }

  /// Control characters become blanks; what is left must be something.
  package init(text: String, contact: String?) throws(Refusal) {
    let text = Self.clean(text, keepsLines: true)
    if text.isEmpty { throw .empty }
    if text.count > Self.textMax { throw .tooLong(limit: Self.textMax) }
    let contact = contact.map { Self.clean($0, keepsLines: false) }
    if let contact, contact.count > Self.contactMax { throw .contactTooLong(limit: Self.contactMax) }
    self.text = text
    self.contact = contact.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func clean(_ text: String, keepsLines: Bool) -> String {
    let scalars = text.unicodeScalars.map { scalar -> Character in
      if keepsLines && scalar == "\n" { return "\n" }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: return " "
      default: return Character(scalar)
      }
    }
    return String(scalars).trimmed
  }

  /// The order that it becomes.
  package func draft(place: String, ticket: String, settings: ReportSettings) -> OrderDraft {
    let line = text.split(separator: "\n").first.map(String.init) ?? text
    let title = line.count > Self.titleLength ? String(line.prefix(Self.titleLength - 1)) + "…" : line
    return OrderDraft(
      key: "report|\(ticket)", title: LocalizedText(zh: "居民报修：\(title)", en: "Resident's report: \(title)"),
      note: .typed(text), place: place, priority: settings.priority, source: .resident, unit: settings.unit,
      report: Order.Report(ticket: ticket, contact: contact), by: "resident")
  }
}

extension Order {
  /// What anybody with the ticket may know: how far it is, nothing of whom or what.
  package var publicState: LocalizedText {
    switch state {
    case .ordered: LocalizedText(zh: "已受理", en: "received")
    case .accepted: LocalizedText(zh: "处理中", en: "being worked on")
    case .waiting: LocalizedText(zh: "等待中", en: "waiting, for a part or the like")
    case .done, .verified: LocalizedText(zh: "已完成，待验收", en: "done, to be verified")
    case .closed: LocalizedText(zh: "已办结", en: "closed")
    case .cancelled: LocalizedText(zh: "已撤销", en: "withdrawn")
    }
  }
}
