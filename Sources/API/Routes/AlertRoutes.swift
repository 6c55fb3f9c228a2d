import Alerts
import Foundation
import Hummingbird
import Pipeline

/// `GET /api/v1/alerts[?scope=&all=true&limit=&cursor=&lang=zh|en]`, `GET /api/v1/alerts/{id}`, `POST /api/v1/alerts/{id}/actions`.
struct AlertRoutes {
  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/alerts") { request, _ -> Response in
      let limit = try request.limit(upTo: 100_000) ?? 1_000
      let cursor = try request.query("cursor").map { text in
        guard let cursor = AlertQuery.Cursor(text) else { throw Page<AlertView>.wrongCursor }
        return cursor
      }
      // One more shows whether there is a next page.
      let alerts = try await backend.alerts(
        AlertSelection(
          scope: request.scope, all: request.query("all") == "true", limit: limit + 1, cursor: cursor,
          language: request.language))
      let page = Array(alerts.prefix(limit))
      let next = alerts.count > limit ? page.last.flatMap(AlertQuery.Cursor.init(after:)) : nil
      return try .page(Page(items: page, next: next?.description), of: request)
    }
    router.get("/api/v1/alerts/:id") { request, context -> Response in
      try .json(try await backend.alert(id: try Self.id(context), language: request.language))
    }
    router.post("/api/v1/alerts/:id/actions") { request, context -> Response in
      let id = try Self.id(context)
      let action = try await request.body(as: AlertActionRequest.self)
      return try .json(try await backend.perform(action, on: id, language: request.language))
    }
  }

  /// Ids are in lower case; who types one off a screen may use upper case.
  private static func id(_ context: BasicRequestContext) throws -> String {
    try context.step("id").lowercased()
  }
}
