// Writes the text of a notification for one channel: its language, its style, its size.
package import Alerts
import Community
import Pipeline

package struct Message: Sendable, Equatable {
  /// One line for subjects and previews.
  package var title: String
  package var text: String
}

package struct MessageWriter: Sendable {
  let settings: MessageSettings
  let language: Language
  let style: TextStyle
  /// nil: the channel's own template is broken, and messages go out plain.
  private let template: Template?
  /// …for the step that gives an alert to a person.
  private let assignment: Template?
  private let keyword: String?
  let channel: String
  let isPublic: Bool

  package init(channel: Channel, style: TextStyle, settings: MessageSettings) {
    let language = channel.language ?? settings.language
    self.settings = settings
    self.language = language
    self.style = style
    keyword = channel.keyword
    self.channel = channel.id
    isPublic = channel.kind.isPublic
    let own = channel.template?[language]
    template = try? Template(own ?? MessageWords.template(language, style))
    assignment = try? Template(own ?? MessageWords.template(language, style, assigns: true))
  }

  /// The message for an event in at most `bytes` bytes of UTF-8; long advice gives way first, then comment, title, place. A link
  /// that would be cut is left out.
  package func message(for event: AlertEvent, bytes: Int) -> Message {
    var values = self.values(of: event)
    let title = TextLimit.shorten(titleLine(values), bytes: 200)
    let template = event.kind == .assigned ? assignment : template
    var text = render(template, values)
    for field in [Template.Field.advice, .comment, .title, .place] {
      let excess = text.utf8.count - bytes
      guard excess > 0, let value = values[field], !value.isEmpty else { continue }
      values[field] = TextLimit.shorten(value, bytes: max(3, value.utf8.count - excess))
      text = render(template, values)
    }
    for field in [Template.Field.link, .confirm] where text.utf8.count > bytes {
      values[field] = nil
      text = render(template, values)
    }
    return Message(title: title, text: TextLimit.shorten(text, bytes: bytes))
  }

  /// What a template of a service may name: every field in the channel's language, and `text`, the whole message.
  func fields(of event: AlertEvent, textBytes: Int) -> [String: String] {
    var fields: [String: String] = [:]
    for (field, value) in values(of: event) { fields[field.rawValue] = value }
    fields["text"] = message(for: event, bytes: textBytes).text
    return fields
  }

  private func titleLine(_ values: [Template.Field: String]) -> String {
    let state = values[.state] ?? ""
    let priority = values[.priority] ?? ""
    let title = values[.title] ?? ""
    return language == .zh ? "\(state)【\(priority)】\(title)" : "\(state) [\(priority)] \(title)"
  }

  private func render(_ template: Template?, _ values: [Template.Field: String]) -> String {
    var text = template?.render(values) ?? ""
    if text.allSatisfy(\.isWhitespace) { text = plain(values) }
    return withKeyword(text)
  }

  /// At the top, where no cut reaches it: without its word the robot refuses the message.
  func withKeyword(_ text: String) -> String {
    guard let keyword, !text.contains(keyword) else { return text }
    return keyword + "\n" + text
  }

  private func plain(_ values: [Template.Field: String]) -> String {
    let fields: [Template.Field] = [.place, .value, .since, .advice, .id, .confirm, .link]
    let lines = [titleLine(values)] + fields.compactMap { values[$0] }
    return lines.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func values(of event: AlertEvent) -> [Template.Field: String] {
    let alert = event.alert
    let ended = event.kind == .cleared || event.kind == .closed
    var values: [Template.Field: String] = [
      .state: MessageWords.state(event.kind, language),
      .priority: alert.traits.priority.text[language],
      .title: style.escape(alert.traits.title[language]),
      .place: style.escape(settings.placeName(alert.place, in: language)),
      .since: LocalTime.short(alert.raisedAt, in: settings.timeZone),
      .comment: isPublic ? "" : style.escape(event.comment(in: language) ?? ""),
      .id: style.escape(alert.id),
      .link: settings.link(to: event),
      .rule: style.escape(alert.rule),
      .subject: style.escape(alert.subject),
    ]
    if event.by != "linli" && !isPublic { values[.by] = style.escape(event.by) }
    if let value = valueText(alert) {
      values[.value] = style.escape(value)
      let name = alert.point.flatMap(settings.quantityName)?[language] ?? MessageWords.value(language)
      values[.quantity] = style.escape(name)
    }
    if ended {
      let end = alert.clearedAt ?? event.at
      values[.duration] = LocalTime.duration(
        milliseconds: end - alert.raisedAt, chinese: language == .zh)
    } else {
      values[.advice] = style.escape(alert.traits.advice?[language] ?? "")
      if event.kind == .assigned || event.mayBeAnswered, !isPublic {
        values[.responsible] = style.escape(responsible(for: event) ?? "")
      }
      if event.mayBeAnswered && !isPublic {
        let link = settings.confirmLink(event, channel)
        // WeCom shows a bare address in markdown as text.
        values[.confirm] = style == .markdown && !link.isEmpty ? "[\(confirmWord)](\(link))" : link
        values[.answer] = "linli ack \(style.escape(alert.id))"
        if let due = alert.response?.answerDue { values[.until] = LocalTime.short(due, in: settings.timeZone) }
      }
    }
    event.order?.fill(&values, language, style, settings)
    return values
  }

  var confirmWord: String { language == .zh ? "点此确认" : "tap to acknowledge" }

  /// The unit and its people on duty; of a step of the care plan the ones who are asked by it; else whom it was given to.
  private func responsible(for event: AlertEvent) -> String? {
    if event.kind == .assigned { return event.alert.assignee?.name ?? event.alert.assignedTo }
    guard let response = event.alert.response else { return nil }
    guard let responsible = event.isAside ? response.care : response.responsible ?? response.care else { return nil }
    let names = responsible.people.map(\.name).joined(separator: language == .zh ? "、" : ", ")
    let unit = responsible.unit[language]
    return names.isEmpty ? unit : language == .zh ? "\(unit) \(names)" : "\(unit): \(names)"
  }

  private func valueText(_ alert: Alert) -> String? {
    guard let value = alert.value else { return nil }
    if let word = alert.valueWord(by: settings.valueText) { return word[language] }
    return ValueText.text(value, unit: alert.unit)
  }
}
