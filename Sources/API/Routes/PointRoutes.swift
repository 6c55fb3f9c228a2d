import ConfigFile
import Hummingbird
import Pipeline

/// `GET /api/v1/points[?scope=&changed_since=&limit=&cursor=]`, `GET /api/v1/history?point=[&since=&until=&every=&limit=&cursor=]`.
struct PointRoutes {
  let backend: any Backend

  private static let historyLimitMax = 1_000_000

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/points") { request, _ -> Response in
      let since = try request.queryNumber("changed_since").map { UInt64(clamping: $0) }
      let points = try await backend.points(PointSelection(scope: request.scope, changedSince: since))
      return try .page(try Page(points, of: request, id: \.point), of: request)
    }
    router.get("/api/v1/history") { request, _ -> Response in
      guard let point = request.query("point") else {
        throw Refusal(
          .badRequest, zh: "请写明测点：?point=care-301-env/temperature",
          en: "say which point: ?point=care-301-env/temperature")
      }
      let until = try request.queryTime("until") ?? .distantFuture
      let now = await backend.now()
      let aDay: Int64 = 86_400_000
      let cursor = try request.query("cursor").map { try HistoryCursor($0) }
      let since = try cursor?.at ?? request.queryTime("since") ?? (min(until, now) - aDay)
      let limit = try request.limit(upTo: Self.historyLimitMax) ?? 100_000
      let given = cursor?.given ?? 0
      // One row more shows whether there is a next page.
      let rows = try await backend.history(
        HistorySelection(
          point: point, since: since, until: until, every: try Self.every(request), limit: given + limit + 1))
      let page = rows.dropFirst(given).prefix(limit)
      let next = rows.count > given + limit ? HistoryCursor(behind: page, after: cursor) : nil
      return try .page(Page(items: Array(page), next: next?.description), of: request)
    }
  }

  private static func every(_ request: Request) throws -> Int64? {
    guard let text = request.query("every") else { return nil }
    guard let step = DurationText.parse(text), HistorySelection.everyRange.contains(step) else {
      throw Refusal(
        .badRequest, zh: "“every”应为 1s 到 400d 的时长，如 15m、1h 或 1d，不能是“\(text)”",
        en: "'every' must be a duration from 1s to 400d like 15m, 1h or 1d, not '\(text)'")
    }
    return step
  }
}

/// Where the next page of a history begins: at a time, of which so many rows were given already. Written `ms_rows`.
private struct HistoryCursor: CustomStringConvertible {
  var at: Timestamp
  var given: Int

  private static let givenMax = 1_000_000

  init(_ text: String) throws {
    let parts = text.split(separator: "_")
    guard parts.count == 2, let at = Int64(parts[0]), let given = Int(parts[1]), (1...Self.givenMax).contains(given)
    else { throw Page<PointView>.wrongCursor }
    self.at = Timestamp(milliseconds: at)
    self.given = given
  }

  init?(behind page: ArraySlice<PointView>, after earlier: HistoryCursor?) {
    guard let last = page.last?.at, let at = Timestamp(rfc3339: last) else { return nil }
    self.at = at
    let same = page.reversed().prefix { $0.at == last }.count
    given = same + (same == page.count && earlier?.at == at ? earlier?.given ?? 0 : 0)
  }

  var description: String { "\(at.milliseconds)_\(given)" }
}
