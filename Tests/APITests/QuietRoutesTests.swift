import Alerts
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@testable import API

/// Planned quiet over HTTP: list, plan, preview, end; refusals are problem documents.
struct QuietRoutesTests {
  let backend = MemoryBackend()

  private func application(_ listener: Access.Listener = .unixSocket) -> some ApplicationProtocol {
    let server = WebServer(backend: backend, access: Access(key: "the-key"), logger: Logger(label: "test"))
    return Application(responder: server.makeRouter(for: listener).buildResponder())
  }

  private static func body(_ value: some Encodable) throws -> ByteBuffer {
    ByteBuffer(bytes: try WireFormat.encode(value))
  }

  @Test(arguments: ["silences", "maintenance", "out-of-service", "away"])
  func fromThePlanToTheEnd(kind: String) async throws {
    try await application().test(.router) { client in
      let plan = QuietBody(places: ["hedong"], endsAt: "2026-01-06T00:00:00Z", reason: "换电池", by: "张三")
      let created = try await client.execute(uri: "/api/v1/\(kind)", method: .post, body: try Self.body(plan)) {
        #expect($0.status == .created)
        return try WireFormat.decode(QuietView.self, from: Data($0.body.readableBytesView))
      }
      try await client.execute(uri: "/api/v1/\(kind)", method: .get) { response in
        let list = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView)) as? [[String: Any]]
        let keys = Set(list?.first.map { Array($0.keys) } ?? [])
        #expect(
          keys.isSuperset(of: [
            "id", "kind", "state", "places", "rules", "devices", "audience", "up_to", "critical", "starts_at",
            "ends_at",
            "reason", "by", "created_at", "ended_by", "recurring", "hiding",
          ]))
        #expect(list?.count == 1 && list?.first?["up_to"] is NSNull)
      }
      try await client.execute(uri: "/api/v1/\(kind)/preview", method: .post, body: try Self.body(plan)) { response in
        #expect(response.status == .ok)
        let found = try WireFormat.decode(QuietPreview.self, from: Data(response.body.readableBytesView))
        #expect(found.count == 1 && found.alerts.first?.id == "a1")
      }
      try await client.execute(
        uri: "/api/v1/\(kind)/\(created.id)/end", method: .post, body: try Self.body(QuietEndBody(by: "李四"))
      ) { #expect($0.status == .ok) }
      try await client.execute(uri: "/api/v1/\(kind)", method: .get) { #expect(String(buffer: $0.body) == "[]") }
      try await client.execute(uri: "/api/v1/\(kind)?all=true", method: .get) {
        #expect(String(buffer: $0.body).contains("李四"))
      }
      try await client.execute(uri: "/api/v1/\(kind)/none?by=x", method: .delete) {
        #expect($0.status == .notFound)
        #expect($0.headers[.contentType] == "application/problem+json")
      }
    }
  }

  /// Without `limit` the list comes whole, as the command shows it.
  @Test(arguments: ["silences", "maintenance", "out-of-service", "away"])
  func aListComesInPages(kind: String) async throws {
    try await application().test(.router) { client in
      for number in 0..<5 {
        let plan = QuietBody(places: ["hedong"], endsAt: "2026-01-06T00:00:00Z", reason: "no. \(number)", by: "张三")
        try await client.execute(uri: "/api/v1/\(kind)", method: .post, body: try Self.body(plan)) {
          #expect($0.status == .created)
        }
      }
      // Over before its time: of the whole list only.
      try await client.execute(uri: "/api/v1/\(kind)/q1?by=x", method: .delete) { #expect($0.status == .ok) }
      for (query, found) in [
        ("", [["q0", "q2", "q3", "q4"]]), ("limit=4", [["q0", "q2", "q3", "q4"]]),
        ("limit=3", [["q0", "q2", "q3"], ["q4"]]), ("all=true", [["q0", "q1", "q2", "q3", "q4"]]),
        ("all=true&limit=2", [["q0", "q1"], ["q2", "q3"], ["q4"]]),
      ] {
        var pages: [[String]] = []
        var next: String? = "/api/v1/\(kind)?\(query)"
        while let path = next, pages.count < 10 {
          let (ids, link) = try await client.execute(uri: path, method: .get) { response -> ([String], String?) in
            let page = try WireFormat.decode([QuietView].self, from: Data(response.body.readableBytesView))
            let link = response.headers[.init("Link")!].map { String($0.dropFirst().prefix { $0 != ">" }) }
            return (page.map(\.id), link)
          }
          pages.append(ids)
          next = link
        }
        #expect(pages == found, "\(query)")
      }
      for query in ["limit=0", "limit=many", "cursor=gone"] {
        try await client.execute(uri: "/api/v1/\(kind)?\(query)", method: .get) {
          #expect($0.status == .badRequest)
        }
      }
    }
  }

  @Test func refusalsSayWhatToDo() async throws {
    try await application().test(.router) { client in
      try await client.execute(uri: "/api/v1/silences", method: .post, body: try Self.body(QuietBody(places: ["x"]))) {
        #expect($0.status == .badRequest && String(buffer: $0.body).contains("--reason"))
      }
      try await client.execute(uri: "/api/v1/silences", method: .post, body: ByteBuffer(string: "{")) {
        #expect($0.status == .badRequest)
      }
      try await client.execute(
        uri: "/api/v1/away/back", method: .post, body: try Self.body(QuietEndBody(by: "x"))
      ) { #expect($0.status == .badRequest) }
    }
  }

  @Test(arguments: ["silences", "maintenance", "out-of-service", "away"])
  func nothingWithoutACredential(kind: String) async throws {
    try await application(.tcp).test(.router) { client in
      for method in [HTTPRequest.Method.get, .post] {
        try await client.execute(uri: "/api/v1/\(kind)", method: method) { #expect($0.status == .unauthorized) }
      }
    }
  }
}
