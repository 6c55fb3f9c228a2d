import Hummingbird

/// `GET /api/v1/events`: what happens to alerts, as Server-Sent Events; resumes with `Last-Event-ID`.
struct EventRoutes {
  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/events") { request, _ -> Response in
      let last = request.headers[.init("Last-Event-ID")!] ?? request.query("last_event_id") ?? ""
      let after = Int64(last)
      if after == nil, !last.isEmpty {
        throw ProblemDocument(
          status: .badRequest, detail: "'Last-Event-ID' must be the id of an event, a whole number, not '\(last)'")
      }
      let events = await backend.events(after: after, language: request.language)
      return Response(
        status: .ok,
        headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
        body: .init { writer in
          try await writer.write(ByteBuffer(string: ": linli\n\n"))
          for await event in events {
            let data = String(decoding: try WireFormat.encode(event.alert), as: UTF8.self)
            try await writer.write(ByteBuffer(string: "id: \(event.id)\nevent: \(event.kind)\ndata: \(data)\n\n"))
          }
          try await writer.finish(nil)
        })
    }
  }
}
