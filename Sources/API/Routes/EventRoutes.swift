import AsyncAlgorithms
import Hummingbird

/// `GET /api/v1/events`: what happens to alerts, as Server-Sent Events; resumes with `Last-Event-ID`.
struct EventRoutes {
  /// What a listener gets to read next.
  enum Line: Equatable {
    case event(LiveEvent)
    /// Nothing happened; the connection is alive.
    case pulse
  }

  /// A reader that has gone is noticed by what cannot be written to it, and proxies end a connection on which nothing comes: "every
  /// 15 seconds or so" says the HTML standard, 9.2.7.
  private static let pulseEvery = Duration.seconds(15)

  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/events") { request, _ -> Response in
      let last = request.headers[.init("Last-Event-ID")!] ?? request.query("last_event_id") ?? ""
      let after = Int64(last)
      if after == nil, !last.isEmpty {
        throw Refusal(
          .badRequest, zh: "“Last-Event-ID”应为事件的编号（整数），不能是“\(last)”",
          en: "'Last-Event-ID' must be the id of an event, a whole number, not '\(last)'")
      }
      return Self.response(await backend.events(after: after, language: request.language))
    }
  }

  private static func response(_ events: some AsyncSequence<LiveEvent, Never> & Sendable) -> Response {
    Response(
      status: .ok,
      headers: [
        .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
        // nginx would gather events until it has some kilobytes.
        .init("X-Accel-Buffering")!: "no",
      ],
      body: .init { writer in
        try await writer.write(ByteBuffer(string: ": linli\n\n"))
        let pulses = AsyncTimerSequence(interval: pulseEvery, clock: .continuous)
        for try await line in lines(events, pulses: pulses) {
          try await writer.write(ByteBuffer(string: text(of: line)))
        }
        try await writer.finish(nil)
      })
  }

  /// The events and, between them, a pulse for each of `pulses`; ends with the events.
  static func lines<Pulses: AsyncSequence & Sendable>(
    _ events: some AsyncSequence<LiveEvent, Never> & Sendable, pulses: Pulses
  ) -> some AsyncSequence<Line, any Error> where Pulses.Element: Sendable {
    // nil: there are no more.
    merge(chain(events.map { Line?.some(.event($0)) }, [nil].async), pulses.map { _ in Line?.some(.pulse) })
      .prefix { $0 != nil }
      .compactMap { $0 }
  }

  static func text(of line: Line) throws -> String {
    switch line {
    case .event(let event):
      let data = String(decoding: try WireFormat.encode(event.alert), as: UTF8.self)
      return "id: \(event.id)\nevent: \(event.kind)\ndata: \(data)\n\n"
    case .pulse: return ":\n\n"
    }
  }
}
