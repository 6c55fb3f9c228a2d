package import API
package import Alerts
package import Community
import ConfigFile
import Foundation
import Pipeline
import Rules
import Store

/// Planned quiet: lists, plans, previews, ends.
extension CommunityService {
  private static let week: Int64 = 7 * 86_400_000
  private static let previewShown = 1_000
  /// Pages of a thousand alerts that a preview looks through.
  private static let previewPages = 50

  package func quiets(_ kind: PlannedQuiet.Kind, all: Bool, language: Language) async throws -> [QuietView] {
    let now = now()
    let hiding = await desk.hiddenByCause
    let planned = all ? try await desk.allPlanned(limit: 10_000) : await desk.planned(at: now)
    var views = planned.filter { $0.kind == kind }.map { view($0, hiding, at: now) }
    if kind == .maintenance { views += recurring(hiding, language, at: now) }
    if kind == .away { views += absences(hiding, language, at: now) }
    return views
  }

  private func view(_ quiet: PlannedQuiet, _ hiding: [String: Int], at now: Timestamp) -> QuietView {
    let zone = configuration.settings.timeZone
    return QuietView(
      id: quiet.id, kind: quiet.kind.rawValue,
      state: quiet.isOver(at: now) ? "expired" : quiet.holds(at: now) ? "active" : "pending",
      places: quiet.matcher.places, rules: quiet.matcher.rules, devices: quiet.matcher.devices,
      audience: quiet.matcher.audience, upTo: quiet.matcher.upTo?.rawValue, critical: quiet.critical,
      startsAt: quiet.from.rfc3339(in: zone), endsAt: quiet.until?.rfc3339(in: zone), reason: quiet.reason,
      by: quiet.by, createdAt: quiet.createdAt.rfc3339(in: zone), endedBy: quiet.endedBy, hiding: hiding[quiet.id] ?? 0)
  }

  private func recurring(_ hiding: [String: Int], _ language: Language, at now: Timestamp) -> [QuietView] {
    let configuration = configuration
    let zone = configuration.settings.timeZone
    return configuration.alerts.quiet.maintenance.compactMap { window in
      let current = window.occurrence(at: now)
      guard let shown = current ?? window.next(after: now) else { return nil }
      return QuietView(
        id: window.id, kind: PlannedQuiet.Kind.maintenance.rawValue, state: current == nil ? "pending" : "active",
        places: window.matcher.places, rules: window.matcher.rules, devices: window.matcher.devices,
        audience: window.matcher.audience, upTo: window.matcher.upTo?.rawValue, critical: window.critical,
        startsAt: shown.from.rfc3339(in: zone), endsAt: shown.until.rfc3339(in: zone),
        reason: window.reason[language], by: "alerts.yaml", recurring: true, hiding: hiding[window.id] ?? 0)
    }
  }

  private func absences(_ hiding: [String: Int], _ language: Language, at now: Timestamp) -> [QuietView] {
    let configuration = configuration
    let zone = configuration.settings.timeZone
    return configuration.quiet.absences.filter { now < $0.until }.map { absence in
      QuietView(
        id: absence.place, kind: PlannedQuiet.Kind.away.rawValue, state: "active", places: [absence.place],
        startsAt: startedAt.rfc3339(in: zone), endsAt: absence.until.rfc3339(in: zone),
        reason: language == .zh ? "家中无人" : "nobody at home", by: "places.yaml", hiding: hiding[absence.place] ?? 0)
    }
  }

  package func planQuiet(
    _ body: QuietBody, kind: PlannedQuiet.Kind, language: Language
  ) async throws -> QuietView {
    let now = now()
    let request = try request(body, kind, at: now)
    do throws(QuietError) {
      let outcome = try await desk.plan(request, at: now)
      return view(outcome.quiet, await desk.hiddenByCause, at: now)
    } catch { throw BackendError(.invalid, error.text) }
  }

  package func endQuiet(
    _ id: String, kind: PlannedQuiet.Kind, by: String, language: Language
  ) async throws -> QuietView {
    let now = now()
    do throws(QuietError) {
      let outcome = try await desk.endQuiet(id, kinds: [kind], by: by, at: now)
      return view(outcome.quiet, await desk.hiddenByCause, at: now)
    } catch {
      if case .unknown = error {
        if configuration.alerts.quiet.maintenance.contains(where: { $0.id == id }), kind == .maintenance {
          throw BackendError(
            .conflict, zh: "\(id) 是 alerts.yaml 中的每周维护，请在那里修改",
            en: "\(id) comes back every week: change it in alerts.yaml")
        }
        throw BackendError(.notFound, error.text)
      }
      throw BackendError(.conflict, error.text)
    }
  }

  /// Ends what says that nobody is at home there; what places.yaml says counts no more until its own end.
  package func backAtHome(place: String, by: String, language: Language) async throws -> [QuietView] {
    let (now, configuration) = (now(), configuration)
    let path = try resolve(place: place, in: configuration)
    let planned = await desk.planned(at: now)
    var ended: [QuietView] = []
    for quiet in planned where quiet.kind == .away && quiet.matcher.places.contains(path) {
      ended.append(try await endQuiet(quiet.id, kind: .away, by: by, language: language))
    }
    let isBack = planned.contains { $0.kind == .back && $0.holds(at: now) && $0.matcher.places.contains(path) }
    if let absence = configuration.quiet.absences.first(where: { $0.place == path && now < $0.until }), !isBack {
      let body = QuietBody(
        places: [path], endsAt: absence.until.rfc3339, reason: language == .zh ? "已回家" : "back at home", by: by)
      ended.append(try await planQuiet(body, kind: .back, language: language))
    }
    if ended.isEmpty {
      throw BackendError(.conflict, zh: "\(path) 没有登记外出", en: "nobody is said to be away at \(path)")
    }
    return ended
  }

  package func previewQuiet(
    _ body: QuietBody, kind: PlannedQuiet.Kind, language: Language
  ) async throws -> QuietPreview {
    let now = now()
    var body = body
    // Only what it hides matters here.
    body.reason = body.reason ?? "–"
    body.by = body.by ?? "–"
    if body.endsAt == nil && body.forMilliseconds == nil { body.forMilliseconds = 60_000 }
    let request = try request(body, kind, at: now)
    let quiet: PlannedQuiet
    do throws(QuietError) {
      quiet = try request.plan(at: now, limits: configuration.alerts.quiet.limits, planned: [])
    } catch { throw BackendError(.invalid, error.text) }
    let since = now - Self.week
    let places = quiet.matcher.places.isEmpty ? nil : quiet.matcher.places
    var found: [String: Alert] = [:]
    for includeClosed in [true, false] {
      var query = AlertQuery(places: places, includeClosed: includeClosed)
      for _ in 0..<Self.previewPages {
        let page = try await desk.list(query)
        for alert in page.alerts where quiet.hides(alert) && (alert.raisedAt >= since || !alert.isClosed) {
          found[alert.id] = alert
        }
        guard let next = page.next, !includeClosed || page.alerts.last?.raisedAt ?? since > since else { break }
        query.cursor = next
      }
    }
    let configuration = configuration
    let zone = configuration.settings.timeZone
    let newest = found.values.sorted { ($0.raisedAt, $0.id) > ($1.raisedAt, $1.id) }
    return QuietPreview(
      since: since.rfc3339(in: zone), count: newest.count,
      alerts: newest.prefix(Self.previewShown).map {
        AlertView($0, language: language, zone: zone, word: configuration.valueWord(of: $0))
      })
  }

  // MARK: - What was asked for

  private func request(_ body: QuietBody, _ kind: PlannedQuiet.Kind, at now: Timestamp) throws -> QuietRequest {
    let configuration = configuration
    var matcher = AlertMatcher(audience: body.audience ?? [])
    matcher.places = try (body.places ?? []).map { try resolve(place: $0, in: configuration) }
    let rules = configuration.ruleSet.catalogue.ids + SelfTrouble.allCases.map(\.rawValue)
    matcher.rules = try (body.rules ?? []).map { try Self.known($0, among: rules, .rule) }
    let devices = configuration.community.devices.map(\.id)
    matcher.devices = try (body.devices ?? []).map { try Self.known($0, among: devices, .device) }
    if let word = body.upTo {
      guard let priority = Priority(rawValue: word) else {
        throw BackendError(
          .invalid, zh: "“up_to”应为 critical、high、medium 或 low，不能是“\(word)”",
          en: "'up_to' is critical, high, medium or low, not '\(word)'")
      }
      matcher.upTo = priority
    }
    let from = try body.startsAt.map { try time($0, "starts_at") }
    var until = try body.endsAt.map { try time($0, "ends_at") }
    if let length = body.forMilliseconds { until = until ?? max(from ?? now, now) + max(length, 0) }
    return QuietRequest(
      kind: kind, matcher: matcher, from: from, until: until, reason: body.reason ?? "", by: body.by ?? "",
      critical: body.critical ?? false)
  }

  /// An RFC 3339 time, or a day of the service's zone: its beginning.
  private func time(_ text: String, _ key: String) throws -> Timestamp {
    let zone = LocalTimeTable(zone: configuration.settings.timeZone)
    if let time = DayOrTime(text) { return time.instant(in: zone) }
    throw BackendError(
      .invalid, zh: "“\(key)”应为时间（如 2026-01-05T03:20:00+08:00）或日期，不能是“\(text)”",
      en: "'\(key)' must be a time like 2026-01-05T03:20:00+08:00 or a day, not '\(text)'")
  }

  private static func known(_ name: String, among names: [String], _ thing: NamedThing) throws -> String {
    if names.contains(where: { AlertMatcher.names(name, $0) }) { return name }
    let hint = Suggestion.hint(for: name, among: names)
    throw BackendError(
      .notFound, zh: "没有\(thing.words.zh)“\(name)”" + (hint.map { "；\($0.zh)" } ?? ""),
      en: "there is no \(thing.words.en) '\(name)'" + (hint.map { "; \($0.en)" } ?? ""))
  }

  // MARK: - Figures

  func addQuiet(to text: inout MetricsText) async {
    let now = now()
    let suppressed = await desk.suppressedByKind
    for kind in Suppression.Kind.allCases {
      text.add(
        "linli_alerts_suppressed", .gauge, "Open alerts that keep quiet, by why.", [("kind", kind.rawValue)],
        Double(suppressed[kind] ?? 0))
    }
    text.add("linli_alerts_shelved", .gauge, "Open alerts on a shelf.", [], Double(await desk.shelved))
    text.add(
      "linli_alerts_closed_while_active", .gauge,
      "Alerts closed by force whose condition still holds: kept quiet outside of the controlled ways (ISA-18.2).", [],
      Double(await desk.closedWhileHolding))
    let planned = await desk.planned(at: now).filter { $0.holds(at: now) }
    for kind in PlannedQuiet.Kind.allCases where kind != .back {
      text.add(
        "linli_planned_quiet", .gauge, "Silences, maintenance, out of service and absences that hold now.",
        [("kind", kind.rawValue)], Double(planned.count { $0.kind == kind }))
    }
    text.add(
      "linli_planned_quiet_critical", .gauge, "Those that hide critical alerts, too.", [],
      Double(planned.count { $0.critical }))
  }
}
