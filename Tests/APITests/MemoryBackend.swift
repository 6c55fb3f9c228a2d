import API
import Alerts
import Community
import Foundation
import Pipeline
import TestSupport

/// A service that lives in memory: one device, one alert.
actor MemoryBackend: Backend {
  var alertsByID: [String: AlertView] = [:]
  var notReady: LocalizedText?
  private(set) var actions: [AlertActionRequest] = []
  private(set) var selections: [HistorySelection] = []

  init() {
    var alert = Alert(
      id: "a1", lane: "lane", rule: "leak", subject: "leak-1/leak", place: "hedong/b3",
      traits: AlertTraits(priority: .critical, title: LocalizedText(zh: "漏水", en: "Water leak")), point: "leak-1/leak",
      value: 1, unit: "", raisedAt: Timestamp(milliseconds: 1_000), noticedAt: Timestamp(milliseconds: 1_000))
    alertsByID["a1"] = AlertView(alert, language: .en, zone: .gmt)
    alert.id = "a2"
  }

  /// What the history holds.
  private var rows: [PointView] = []
  func setRows(_ rows: [PointView]) { self.rows = rows }
  /// What a reload leaves to the next start.
  private var later: [LocalizedText] = []
  func setLater(_ texts: [LocalizedText]) { later = texts }
  func setNotReady(_ reason: LocalizedText?) { notReady = reason }
  private(set) var language = Language.en
  func setLanguage(_ language: Language) { self.language = language }

  func status(place: String?, language: Language) async throws -> StatusView {
    StatusView(
      version: "test", uptimeSeconds: 5, startedAt: "2026-01-05T03:20:00.000Z", place: place,
      brokers: [.init(id: "b", url: "mqtt://127.0.0.1:1883", connected: false, since: nil, state: "waiting")],
      messages: .init(), devices: .init(total: 1), alerts: .init(critical: 1), journal: .init(), outbox: .init(),
      rules: 1, points: 1, troubles: [])
  }
  func places() async -> [PlaceView] {
    [
      PlaceView(path: "hedong", level: "district", name: LocalizedText(zh: "河东区", en: "Hedong"), kind: ""),
      PlaceView(path: "hedong/b3", level: "building", name: LocalizedText("b3"), kind: ""),
    ]
  }
  func devices(_ selection: DeviceSelection) async throws -> [DeviceView] {
    if let scope = selection.scope, scope != "hedong" {
      throw BackendError(.notFound, zh: "没有场所或设备“\(scope)”", en: "there is no place or device '\(scope)'")
    }
    return [
      DeviceView(
        id: "leak-1", profile: "p", place: "hedong/b3", placeName: LocalizedText("b3"), lastSeen: nil, silent: false,
        quality: "unknown", battery: nil, points: ["leak-1/leak"])
    ]
  }
  func unassigned() async -> UnassignedView { UnassignedView(discovered: [], unknownTopics: [], deadLetters: []) }
  func adopt(_ adoption: Adoption) async throws -> DeviceView {
    throw BackendError(.conflict, zh: "已经有了", en: "already there")
  }
  func points(_ selection: PointSelection) async throws -> [PointView] {
    [
      PointView(
        point: "leak-1/leak", at: nil, value: nil, text: nil, unit: "", quantity: "leak", quality: "unknown",
        reason: "",
        place: "hedong/b3", version: selection.changedSince)
    ]
  }
  func history(_ selection: HistorySelection) async throws -> [PointView] {
    selections.append(selection)
    let since = selection.since
    return Array(
      rows.filter { $0.at.flatMap { Timestamp(rfc3339: $0) } ?? .distantPast >= since }.prefix(selection.limit))
  }
  func alerts(_ selection: AlertSelection) async throws -> [AlertView] {
    if let scope = selection.scope, scope != "hedong" {
      throw BackendError(.notFound, zh: "没有场所“\(scope)”", en: "there is no place '\(scope)'")
    }
    return Array(alertsByID.values)
  }
  func alert(id: String, language: Language) async throws -> AlertStoryView {
    guard let alert = alertsByID[id] else {
      throw BackendError(.notFound, zh: "没有报警“\(id)”", en: "there is no alert '\(id)'")
    }
    return AlertStoryView(alert: alert, steps: [], deliveries: [])
  }
  func perform(_ action: AlertActionRequest, on id: String, language: Language) async throws -> AlertActionView {
    guard let alert = alertsByID[id] else {
      throw BackendError(.notFound, zh: "没有报警“\(id)”", en: "there is no alert '\(id)'")
    }
    actions.append(action)
    let told = action.to == "王强" ? ["wecom"] : []
    return AlertActionView(alert, told: told, note: action.to.map { "\($0) is told" })
  }
  private(set) var quiets: [QuietView] = []
  func quiets(_ kind: PlannedQuiet.Kind, all: Bool, language: Language) async throws -> [QuietView] {
    quiets.filter { $0.kind == kind.rawValue && (all || $0.endedBy == nil) }
  }
  func planQuiet(_ body: QuietBody, kind: PlannedQuiet.Kind, language: Language) async throws -> QuietView {
    guard let reason = body.reason else {
      throw BackendError(.invalid, zh: "请写明原因（--reason）", en: "a reason is needed (--reason)")
    }
    let view = QuietView(
      id: "q\(quiets.count)", kind: kind.rawValue, state: "active", places: body.places ?? [],
      startsAt: body.startsAt ?? "", endsAt: body.endsAt, reason: reason, by: body.by ?? "")
    quiets.append(view)
    return view
  }
  func previewQuiet(_ body: QuietBody, kind: PlannedQuiet.Kind, language: Language) async throws -> QuietPreview {
    QuietPreview(since: "2026-01-05T00:00:00Z", count: alertsByID.count, alerts: Array(alertsByID.values))
  }
  func endQuiet(_ id: String, kind: PlannedQuiet.Kind, by: String, language: Language) async throws -> QuietView {
    guard let index = quiets.firstIndex(where: { $0.id == id && $0.kind == kind.rawValue }) else {
      throw BackendError(.notFound, zh: "没有编号为 \(id) 的计划", en: "there is nothing planned with the id \(id)")
    }
    quiets[index].endedBy = by
    return quiets[index]
  }
  func backAtHome(place: String, by: String, language: Language) async throws -> [QuietView] { [] }
  func events(after: Int64?, language: Language) async -> LiveEvents {
    let alert = alertsByID["a1"]!
    return AsyncStream<LiveEvent> { continuation in
      for id in (after ?? 0) + 1...(after ?? 0) + 2 {
        continuation.yield(LiveEvent(id: id, kind: "raised", at: alert.raisedAt, alert: alert))
      }
      continuation.finish()
    }
  }
  func report(_ selection: ReportSelection) async throws -> ReportFile {
    guard selection.kind == "kpi" else {
      throw BackendError(.notFound, zh: "没有报表“\(selection.kind)”", en: "there is no report '\(selection.kind)'")
    }
    return ReportFile(
      name: "kpi.\(selection.format)", contentType: "text/html; charset=utf-8",
      text: "\(selection.month ?? "-") \(selection.language)")
  }
  func tape(since: Timestamp, filter: String, cursor: TapeCursor?) async throws -> TapeStretch {
    guard let cursor else { return TapeStretch(lines: ["{\"a\":1}"], next: TapeCursor(lane: 0, position: 2)) }
    return TapeStretch(lines: ["{\"a\":\(cursor.position)}"], next: nil)
  }
  func metrics() async -> String { "linli_up 1\n" }
  func notReadyReason() async -> LocalizedText? { notReady }
  func reload() async throws -> [LocalizedText] { later }
  func now() async -> Timestamp { Timestamp(milliseconds: 10_000_000_000) }
}
