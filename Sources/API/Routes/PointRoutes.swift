import ConfigFile
import Hummingbird
import Pipeline

/// `GET /api/v1/points[?scope=&changed_since=]`, `GET /api/v1/history?point=[&since=&until=&every=&limit=]`.
struct PointRoutes {
  let backend: any Backend

  private static let historyLimitMax = 1_000_000
  private static let everyRange: ClosedRange<Int64> = 1_000...400 * 86_400_000

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/points") { request, _ -> Response in
      let since = try request.queryNumber("changed_since").map { UInt64(clamping: $0) }
      return try .json(try await backend.points(PointSelection(scope: request.query("scope"), changedSince: since)))
    }
    router.get("/api/v1/history") { request, _ -> Response in
      guard let point = request.query("point") else {
        throw ProblemDocument(status: .badRequest, detail: "say which point: ?point=care-301-env/temperature")
      }
      let until = try request.queryTime("until") ?? .distantFuture
      let now = await backend.now()
      let aDay: Int64 = 86_400_000
      let since = try request.queryTime("since") ?? (min(until, now) - aDay)
      let limit = Int(clamping: try request.queryNumber("limit") ?? 100_000)
      let rows = try await backend.history(
        HistorySelection(
          point: point, since: since, until: until, every: try Self.every(request),
          limit: min(max(limit, 1), Self.historyLimitMax)))
      return try .json(rows)
    }
  }

  private static func every(_ request: Request) throws -> Int64? {
    guard let text = request.query("every") else { return nil }
    guard let step = DurationText.parse(text), everyRange.contains(step) else {
      throw ProblemDocument(
        status: .badRequest, detail: "'every' must be a duration from 1s to 400d like 15m, 1h or 1d, not '\(text)'")
    }
    return step
  }
}
