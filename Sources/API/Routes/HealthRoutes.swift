import Hummingbird

/// `/healthz` (the process answers), `/readyz` (subscribed and storage writable), `/metrics` (Prometheus text).
struct HealthRoutes {
  let backend: any Backend

  func addPublic(to router: Router<BasicRequestContext>) {
    router.get("/healthz") { _, _ in "ok\n" }
  }

  func addPrivate(to router: Router<BasicRequestContext>) {
    router.get("/readyz") { _, _ -> Response in
      if let reason = await backend.notReadyReason() {
        throw Refusal(.serviceUnavailable, reason)
      }
      return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "ready\n")))
    }
    router.get("/metrics") { _, _ -> Response in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: await backend.metrics())))
    }
  }
}
