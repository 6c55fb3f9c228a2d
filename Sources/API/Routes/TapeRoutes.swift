import Hummingbird
import NIOCore
import Pipeline

/// `GET /api/v1/tape[?since=&topic=]`: the journal as tape lines, one JSON object a line, streamed.
struct TapeRoutes {
  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/tape") { request, _ -> Response in
      let anHour: Int64 = 3_600_000
      let now = await backend.now()
      let since = try request.queryTime("since") ?? (now - anHour)
      let filter = request.query("topic") ?? "#"
      let first = try await backend.tape(since: since, filter: filter, cursor: nil)
      return Response(
        status: .ok, headers: [.contentType: "application/x-ndjson; charset=utf-8"],
        body: .init { writer in
          var stretch = first
          while true {
            if !stretch.lines.isEmpty {
              try await writer.write(ByteBuffer(string: stretch.lines.joined(separator: "\n") + "\n"))
            }
            guard let next = stretch.next else { break }
            stretch = try await backend.tape(since: since, filter: filter, cursor: next)
          }
          try await writer.finish(nil)
        })
    }
  }
}
