import Community
import Foundation
import Hummingbird
import NIOCore
import Orders

/// `GET /api/v1/orders[?place=&state=&all=true&limit=&cursor=&lang=]`, `POST /api/v1/orders`, `GET /api/v1/orders/{id}`,
/// `POST /api/v1/orders/{id}/actions`, `POST /api/v1/photos`, `GET /api/v1/photos/{name}`.
struct OrderRoutes {
  let backend: any Backend

  /// A photo, and a little for whoever measures in other units.
  private static let photoBytesMax = (5 << 20) + 1

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/orders") { request, _ -> Response in
      try .json(try await backend.orders(try Self.selection(request)))
    }
    router.post("/api/v1/orders") { request, _ -> Response in
      let order = try await request.body(as: OrderRequest.self)
      return try .json(try await backend.createOrder(order, language: request.language), status: .created)
    }
    router.get("/api/v1/orders/:id") { request, context -> Response in
      try .json(try await backend.order(id: try context.step("id").lowercased(), language: request.language))
    }
    router.post("/api/v1/orders/:id/actions") { request, context -> Response in
      let action = try await request.body(as: OrderActionRequest.self)
      let id = try context.step("id").lowercased()
      return try .json(try await backend.perform(action, onOrder: id, language: request.language))
    }
    router.post("/api/v1/photos") { request, _ -> Response in
      let body: ByteBuffer
      do { body = try await request.body.collect(upTo: Self.photoBytesMax) } catch is NIOTooManyBytesError {
        throw Refusal(.contentTooLarge, zh: "一张照片最多 5 MiB", en: "a photo has at most 5 MiB")
      }
      return try .json(try await backend.keepPhoto(Data(body.readableBytesView)), status: .created)
    }
    router.get("/api/v1/photos/:name") { _, context -> Response in
      let photo = try await backend.photo(try context.step("name"))
      // Never run by a browser, whatever somebody has uploaded.
      return Response(
        status: .ok,
        headers: [
          .contentType: photo.mediaType, .xContentTypeOptions: "nosniff",
          .contentSecurityPolicy: "default-src 'none'; sandbox",
        ],
        body: .init(byteBuffer: ByteBuffer(bytes: photo.bytes)))
    }
  }

  private static func selection(_ request: Request) throws -> OrderSelection {
    let states = try (request.query("state")?.split(separator: ",") ?? []).map { word -> Order.State in
      guard let state = Order.State(rawValue: String(word)) else {
        throw Refusal(.badRequest, .notOne(of: Order.State.self, LocalizedText(quoting: "state"), word: word))
      }
      return state
    }
    let cursor = try request.query("cursor").map { text -> OrderQuery.Cursor in
      guard let cursor = OrderQuery.Cursor(text) else {
        throw Refusal(
          .badRequest, zh: "“cursor”应为上一页给出的“next”",
          en: "'cursor' must be what the page before answered as 'next'")
      }
      return cursor
    }
    return OrderSelection(
      place: request.query("place"), states: Set(states), all: request.query("all") == "true",
      limit: try request.limit(upTo: 10_000) ?? 1_000, cursor: cursor, language: request.language)
  }
}
