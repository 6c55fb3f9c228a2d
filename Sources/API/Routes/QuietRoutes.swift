import Alerts
import Foundation
import Hummingbird

/// Planned quiet: `/api/v1/silences`, `/api/v1/maintenance`, `/api/v1/out-of-service`, `/api/v1/away`, each with
/// `GET [?all=true&limit=&cursor=&lang=]`, `POST`, `POST /preview`, `POST /{id}/end`, `DELETE /{id}?by=`; and `POST /api/v1/away/back`.
struct QuietRoutes {
  let backend: any Backend

  private static let kinds: [(path: RouterPath, kind: PlannedQuiet.Kind)] = [
    ("/api/v1/silences", .silence), ("/api/v1/maintenance", .maintenance), ("/api/v1/out-of-service", .outOfService),
    ("/api/v1/away", .away),
  ]

  func add(to router: Router<BasicRequestContext>) {
    let backend = backend
    for (path, kind) in Self.kinds {
      let group = router.group(path)
      group.get { request, _ -> Response in
        let quiets = try await backend.quiets(
          kind, all: request.query("all") == "true", language: request.language)
        return try .page(try Page(quiets, of: request, id: \.id), of: request)
      }
      group.post { request, _ -> Response in
        let body = try await request.body(as: QuietBody.self)
        return try .json(
          try await backend.planQuiet(body, kind: kind, language: request.language), status: .created)
      }
      group.post("preview") { request, _ -> Response in
        let body = try await request.body(as: QuietBody.self)
        return try .json(try await backend.previewQuiet(body, kind: kind, language: request.language))
      }
      group.post(":id/end") { request, context -> Response in
        let body = try await request.body(as: QuietEndBody.self)
        return try .json(
          try await backend.endQuiet(
            try context.step("id"), kind: kind, by: body.by, language: request.language))
      }
      group.delete(":id") { request, context -> Response in
        try .json(
          try await backend.endQuiet(
            try context.step("id"), kind: kind, by: request.query("by") ?? "", language: request.language))
      }
    }
    router.post("/api/v1/away/back") { request, _ -> Response in
      let body = try await request.body(as: QuietEndBody.self)
      guard let place = body.place else {
        throw Refusal(.badRequest, zh: "请用“place”写明地点", en: "say where: 'place'")
      }
      return try .json(try await backend.backAtHome(place: place, by: body.by, language: request.language))
    }
  }
}
