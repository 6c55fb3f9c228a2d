import Foundation
import Hummingbird

/// `GET /api/v1/alerts[?scope=&all=true&limit=&lang=zh|en]`, `GET /api/v1/alerts/{id}`, `POST /api/v1/alerts/{id}/actions`.
struct AlertRoutes {
  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/alerts") { request, _ -> Response in
      let limit = Int(clamping: try request.queryNumber("limit") ?? 1_000)
      let selection = AlertSelection(
        scope: request.query("scope"), all: request.query("all") == "true", limit: min(max(limit, 1), 100_000),
        language: request.language)
      return try .json(try await backend.alerts(selection))
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
