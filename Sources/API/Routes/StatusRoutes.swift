import Community
import Hummingbird

/// `GET /api/v1/status[?place=&lang=zh|en]`, `GET /api/v1/places[?limit=&cursor=]`, `POST /api/v1/reload`.
struct StatusRoutes {
  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/status") { request, _ -> Response in
      try .json(try await backend.status(place: request.query("place"), language: request.language))
    }
    router.get("/api/v1/places") { request, _ -> Response in
      try .page(try Page(await backend.places(), of: request, id: \.path), of: request)
    }
    router.post("/api/v1/reload") { request, _ -> Response in
      let language = request.language
      return try .json(ReloadView(afterRestart: try await backend.reload().map { $0[language] }))
    }
  }
}
