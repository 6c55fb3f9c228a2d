// One message about many alerts: a line for each place and cause. What does not fit is told more coarsely, building by
// building, compound by compound, and what still does not fit is counted in words. No alert is left out of the count.
package import Alerts
import Community
import Pipeline

/// Alerts of one cause at one place that are in the same state; or orders.
private struct DigestGroup {
  var isOpen: Bool
  /// What an order's step is called, or who gave the alerts to whom; nil: neither.
  var step: String?
  var priority: Priority
  var title: String
  var place: String
  var alerts: [AlertEvent]
}

/// A digest as it fits: the lines that are left, each with its alerts.
private struct DigestBody {
  var head: String
  var lines: [(text: String, group: DigestGroup)]
  var tail: String
  /// Alerts that no line counts.
  var more: Int

  var text: String { head + lines.map(\.text).joined() + tail }
}

package struct DigestText: Sendable, Equatable {
  package var message: Message
  /// Alerts in all, those that a line counts, and those that only the last line does.
  package var alerts: Int
  package var listed: Int
  package var more: Int
}

extension Alert {
  fileprivate var isSpeaking: Bool { isActive && !isClosed }
}

extension MessageWriter {
  /// Lines in a digest at most: nobody reads more.
  private static let linesMax = 40
  /// Bytes of one line at most, without its links.
  private static let lineBytesMax = 300
  /// Links in a digest at most: nobody taps on more.
  private static let linksMax = 40

  /// The message for what is about more than one alert, or about none; at most `bytes` bytes of UTF-8.
  package func message(for bulletin: Bulletin, bytes: Int) -> Message {
    switch bulletin.content {
    case .digest(let entries, let cause):
      // A group of one alert, raised and over before its group spoke: its newest step says everything.
      if case .group = cause, Set(entries.map(\.event.alert.id)).count == 1,
        let last = entries.max(by: { $0.event.number < $1.event.number })
      {
        return message(for: last.event, bytes: bytes)
      }
      return digest(entries.map(\.event), cause, bytes: bytes).message
    case .floodEnded(let since, let alerts, let messages):
      let zh = "报警高峰结束：自 \(clock(since)) 起共 \(alerts) 条报警，分 \(messages) 条消息告知；恢复逐条发送"
      let en =
        "The flood of alerts is over: since \(clock(since)) \(alerts) alerts were told in \(messages) messages; from now on"
        + " each has its own again"
      return notice(language == .zh ? zh : en, bytes: bytes)
    case .proof(let census): return notice(proof(census), bytes: bytes)
    }
  }

  private func clock(_ time: Timestamp) -> String { LocalTime.short(time, in: settings.timeZone) }

  private func notice(_ text: String, bytes: Int) -> Message {
    let title = language == .zh ? "邻里 Linli" : "Linli"
    return Message(title: title, text: TextLimit.shorten(withKeyword("\(title)：\(text)"), bytes: bytes))
  }

  private func proof(_ census: AlertCensus?) -> String {
    let zh = language == .zh
    let works = zh ? "此渠道工作正常" : "this channel works"
    guard let census else { return works }
    return zh
      ? "\(works)。昨天新增报警 \(census.raised) 条，处理完 \(census.closed) 条，经此渠道发出 \(census.delivered) 条；现在未结 \(census.open) 条"
      : "\(works). Yesterday \(census.raised) alerts were raised, \(census.closed) closed, \(census.delivered) messages went"
        + " this way; \(census.open) are open now"
  }

  // MARK: - Digests

  package func digest(_ events: [AlertEvent], _ cause: Bulletin.Cause, bytes: Int) -> DigestText {
    let all = newest(events)
    let title = headline(all, cause)
    let heading = style.escape(title)
    let head = withKeyword(style == .markdown ? "**\(heading)**" : heading) + explanation(cause)
    let deepest = all.map { $0.alert.place.utf8.count { $0 == UInt8(ascii: "/") } + 1 }.max() ?? 0
    let given = given(events)
    var best = fit(head, groups(of: all, given, depth: deepest), all.count, bytes)
    var depth = deepest
    while best.more > 0 && depth > 0 {
      depth -= 1
      let coarser = fit(head, groups(of: all, given, depth: depth), all.count, bytes)
      if coarser.more < best.more { best = coarser }
    }
    addLinks(to: &best, bytes)
    return DigestText(
      message: Message(
        title: TextLimit.shorten(title, bytes: 200), text: TextLimit.shorten(best.text, bytes: bytes)),
      alerts: all.count,
      listed: all.count - best.more, more: best.more)
  }

  /// Of each alert its newest step, by the time of their raises.
  private func newest(_ events: [AlertEvent]) -> [AlertEvent] {
    var newest: [String: AlertEvent] = [:]
    for event in events where event.number >= newest[event.alert.id]?.number ?? 0 { newest[event.alert.id] = event }
    return newest.values.sorted { ($0.alert.raisedAt, $0.alert.id) < ($1.alert.raisedAt, $1.alert.id) }
  }

  /// Alert → who gave it to whom, if one of the steps says so: what came behind it does not take that back.
  private func given(_ events: [AlertEvent]) -> [String: String] {
    let steps = events.filter { $0.kind == .assigned }.sorted { $0.number < $1.number }
    return Dictionary(steps.map { ($0.alert.id, MessageWords.assigned($0, language)) }, uniquingKeysWith: { $1 })
  }

  private func headline(_ events: [AlertEvent], _ cause: Bulletin.Cause) -> String {
    let count = events.count
    switch cause {
    case .critical: return language == .zh ? "紧急报警 \(count) 条" : "\(count) CRITICAL alerts"
    case .group: return TextLimit.shorten(label(common(events)), bytes: Self.lineBytesMax)
    default: return language == .zh ? "报警汇总：\(count) 条" : "Digest of \(count) alerts"
    }
  }

  /// What alerts, or orders, of one group of a channel have in common.
  private func common(_ events: [AlertEvent]) -> DigestGroup {
    let alerts = events.map(\.alert)
    let steps = Set(events.map { $0.order?.state[language] })
    var place = alerts[0].place.split(separator: "/")[...]
    for alert in alerts {
      place = zip(place, alert.place.split(separator: "/")).prefix { $0 == $1 }.map(\.0)[...]
    }
    let titles = Set(alerts.map(\.traits.title[language]))
    let several =
      events[0].order == nil ? LocalizedText(zh: "报警", en: "alerts") : LocalizedText(zh: "工单", en: "orders")
    return DigestGroup(
      isOpen: alerts.contains(where: \.isSpeaking), step: steps.count == 1 ? steps.first ?? nil : nil,
      priority: alerts.map(\.traits.priority).min { $0.rank < $1.rank } ?? .low,
      title: titles.count == 1 ? alerts[0].traits.title[language] : several[language],
      place: place.joined(separator: "/"), alerts: events)
  }

  private func explanation(_ cause: Bulletin.Cause) -> String {
    let zh = language == .zh
    switch cause {
    case .floodBegins(let period):
      let span = LocalTime.duration(milliseconds: period, chinese: zh)
      return zh
        ? "\n报警高峰：10 分钟内超过 \(FloodMeter.above) 条。现在起每 \(span)汇总一次，紧急报警仍单独发送"
        : "\nFlood: more than \(FloodMeter.above) alerts in 10 minutes. From now on one digest every \(span); critical alerts still"
          + " come alone"
    case .flood(let since): return zh ? "\n报警高峰，自 \(clock(since))" : "\nFlood since \(clock(since))"
    case .quietHoursEnded: return zh ? "\n静默时段内的报警" : "\nFrom the quiet hours"
    case .tooMany, .critical, .group: return ""
    }
  }

  private func groups(of events: [AlertEvent], _ given: [String: String], depth: Int) -> [DigestGroup] {
    var groups: [String: DigestGroup] = [:]
    for event in events {
      let alert = event.alert
      let isOpen = alert.isSpeaking
      let place = alert.place.split(separator: "/").prefix(depth).joined(separator: "/")
      let step = event.order?.state[language] ?? (isOpen ? given[alert.id] : nil)
      let cause = step == nil ? alert.rule : "\(step ?? "")|\(alert.traits.title[language])"
      let key = "\(isOpen)|\(cause)|\(alert.traits.priority.rank)|\(place)"
      groups[
        key,
        default: DigestGroup(
          isOpen: isOpen, step: step, priority: alert.traits.priority, title: alert.traits.title[language],
          place: place,
          alerts: [])
      ].alerts.append(event)
    }
    return groups.values.sorted {
      ($0.isOpen ? 0 : 1, $0.priority.rank, -$0.alerts.count, $0.place, $0.title, $0.alerts[0].alert.id)
        < ($1.isOpen ? 0 : 1, $1.priority.rank, -$1.alerts.count, $1.place, $1.title, $1.alerts[0].alert.id)
    }
  }

  private func line(_ group: DigestGroup) -> String {
    let id = group.alerts.count == 1 ? " · \(group.alerts[0].alert.id)" : ""
    return style.escape(TextLimit.shorten(label(group), bytes: Self.lineBytesMax) + id)
  }

  private func label(_ group: DigestGroup) -> String {
    let zh = language == .zh
    let priority = group.priority.text[language]
    let over = group.isOpen ? "" : zh ? "已恢复 " : "over: "
    let state = group.step.map { zh ? "\($0) " : "\($0): " } ?? over
    let times = group.alerts.count > 1 ? " ×\(group.alerts.count)" : ""
    let place = group.place.isEmpty ? "" : settings.placeName(group.place, in: language)
    let mark = zh ? "【\(priority)】" : "[\(priority)] "
    let where_ = place.isEmpty ? "" : zh ? "：\(place)" : ": \(place)"
    return "\(state)\(mark)\(group.title)\(times)\(where_)"
  }

  /// As many lines as fit; those of the rest are counted.
  private func fit(_ head: String, _ groups: [DigestGroup], _ count: Int, _ bytes: Int) -> DigestBody {
    let link = settings.externalURL.isEmpty ? "" : "\n\(settings.externalURL)/"
    let lines = groups.prefix(Self.linesMax).map { (text: "\n" + line($0), group: $0) }
    let whole = DigestBody(head: head, lines: lines, tail: link, more: 0)
    if groups.count <= Self.linesMax && whole.text.utf8.count <= bytes { return whole }
    var body = DigestBody(head: head, lines: [], tail: link, more: count)
    // The last line needs at most so much: its number only gets smaller.
    var room = bytes - head.utf8.count - link.utf8.count - rest(count).utf8.count
    for line in lines {
      room -= line.text.utf8.count
      guard room >= 0 else { break }
      body.lines.append(line)
      body.more -= line.group.alerts.count
    }
    body.tail = rest(body.more) + link
    return body
  }

  /// Gives what nobody has answered its link, most urgent first, as far as there is room: no line gives way to a link, and a link
  /// is whole or not there.
  private func addLinks(to body: inout DigestBody, _ bytes: Int) {
    var room = bytes - body.text.utf8.count
    if isPublic || room <= 0 { return }
    var tries = Self.linksMax
    for index in body.lines.indices {
      let group = body.lines[index].group
      for event in group.alerts where event.mayBeAnswered {
        guard tries > 0 else { return }
        tries -= 1
        let link = link(for: event, among: group.alerts.count)
        guard !link.isEmpty, link.utf8.count <= room else { continue }
        room -= link.utf8.count
        body.lines[index].text += link
      }
    }
  }

  /// What stands behind a line; names the alert where the line stands for several.
  private func link(for event: AlertEvent, among count: Int) -> String {
    let address = settings.confirmLink(event, channel)
    if address.isEmpty { return "" }
    let id = count == 1 ? "" : style.escape(event.alert.id)
    switch (style, language) {
    case (.markdown, .zh): return " [\(id.isEmpty ? confirmWord : "确认 \(id)")](\(address))"
    case (.markdown, .en): return " [\(id.isEmpty ? confirmWord : "acknowledge \(id)")](\(address))"
    case (_, .zh): return "\n一键确认\(id.isEmpty ? "" : " \(id)")：\(address)"
    case (_, .en): return "\nI am on it\(id.isEmpty ? "" : ", \(id)"): \(address)"
    }
  }

  private func rest(_ more: Int) -> String {
    if more == 0 { return "" }
    return language == .zh ? "\n……还有 \(more) 条" : "\n… and \(more) more"
  }
}
