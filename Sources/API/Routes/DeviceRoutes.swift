import Hummingbird

/// `GET /api/v1/devices[?scope=&silent=true&limit=&cursor=]`, `GET /api/v1/unassigned`, `POST /api/v1/adoptions`.
struct DeviceRoutes {
  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/devices") { request, _ -> Response in
      let selection = DeviceSelection(scope: request.scope, silentOnly: request.query("silent") == "true")
      return try .page(try Page(try await backend.devices(selection), of: request, id: \.id), of: request)
    }
    router.get("/api/v1/unassigned") { _, _ -> Response in try .json(await backend.unassigned()) }
    router.post("/api/v1/adoptions") { request, _ -> Response in
      try .json(try await backend.adopt(try await request.body(as: Adoption.self)), status: .created)
    }
  }
}
