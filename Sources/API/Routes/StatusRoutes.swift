import Hummingbird

/// `GET /api/v1/status[?place=&lang=zh|en]`, `GET /api/v1/places`, `POST /api/v1/reload`.
struct StatusRoutes {
  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/status") { request, _ -> Response in
      try .json(try await backend.status(place: request.query("place"), language: request.language))
    }
    router.get("/api/v1/places") { _, _ -> Response in try .json(await backend.places()) }
    router.post("/api/v1/reload") { _, _ -> Response in
      try await backend.reload()
      return Response(status: .noContent)
    }
  }
}
