import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@testable import API

/// Routes of orders, photos, volunteers and residents' reports.
struct OrderRoutesTests {
  private func application(_ listener: Access.Listener) -> some ApplicationProtocol {
    let server = WebServer(backend: MemoryBackend(), access: Access(key: "the-key"), logger: Logger(label: "test"))
    return Application(responder: server.makeRouter(for: listener).buildResponder())
  }

  private func text(_ body: ByteBuffer) -> String { String(buffer: body) }

  @Test(arguments: [
    "/api/v1/orders", "/api/v1/orders/w-1", "/api/v1/photos/a.png", "/api/v1/volunteers", "/api/v1/volunteers/x/offers",
    "/api/v1/bank",
  ])
  func onlyStaffReads(path: String) async throws {
    try await application(.tcp).test(.router) { client in
      try await client.execute(uri: path, method: .get) { #expect($0.status == .unauthorized) }
    }
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: path, method: .get) { #expect($0.status == .ok) }
    }
  }

  @Test func listsPageByCursor() async throws {
    try await application(.unixSocket).test(.router) { client in
      let next = try await client.execute(uri: "/api/v1/orders?state=ordered,done", method: .get) { response in
        let object = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView)) as? [String: Any]
        return try #require(object?["next"] as? String)
      }
      try await client.execute(uri: "/api/v1/orders?cursor=\(next)", method: .get) { response in
        #expect(text(response.body) == #"{"next":null,"orders":[]}"#)
      }
      for query in ["state=lost", "cursor=x", "limit=x"] {
        try await client.execute(uri: "/api/v1/orders?\(query)", method: .get) { #expect($0.status == .badRequest) }
      }
    }
  }

  @Test func whatIsUploadedIsNeverRun() async throws {
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/photos/a.png", method: .get) { response in
        #expect(response.headers[.contentType] == "image/png")
        #expect(response.headers[.xContentTypeOptions] == "nosniff")
        #expect(response.headers[.contentSecurityPolicy]?.contains("sandbox") == true)
      }
      let large = ByteBuffer(repeating: 1, count: (5 << 20) + 2)
      try await client.execute(uri: "/api/v1/photos", method: .post, body: large) {
        #expect($0.status == .contentTooLarge)
      }
    }
  }

  /// Without a credential; the answer says nothing of who wrote, what, or how to reach them.
  @Test func residentsReportWithoutACredential() async throws {
    let body = ByteBuffer(string: #"{"text":"灯坏了","contact":"13800000000"}"#)
    try await application(.tcp).test(.router) { client in
      try await client.execute(uri: "/public/hedong/b3/reports", method: .post, body: body) { response in
        #expect(response.status == .created)
        #expect(text(response.body).contains(#""ticket":"t1""#))
      }
      try await client.execute(uri: "/public/hedong/b3/reports/t1?lang=en", method: .get) { response in
        #expect(response.status == .ok)
        let said = text(response.body)
        #expect(said.contains("received"))
        for secret in ["13800000000", "换灯", "物业", "contact", "resident"] { #expect(!said.contains(secret)) }
      }
      try await client.execute(uri: "/public/hedong/b3/reports/t2", method: .get) { #expect($0.status == .notFound) }
      try await client.execute(uri: "/public/nowhere/reports", method: .post, body: body) {
        #expect($0.status == .notFound)
      }
      let again = ByteBuffer(string: #"{"text":"again"}"#)
      try await client.execute(uri: "/public/hedong/b3/reports", method: .post, body: again) {
        #expect($0.status == .tooManyRequests)
      }
      let large = ByteBuffer(string: #"{"text":""# + String(repeating: "x", count: 9_000) + #""}"#)
      try await client.execute(uri: "/public/hedong/b3/reports", method: .post, body: large) {
        #expect($0.status == .contentTooLarge)
      }
      for body in ["", "[]", #"{"text":5}"#] {
        try await client.execute(uri: "/public/hedong/b3/reports", method: .post, body: ByteBuffer(string: body)) {
          #expect($0.status == .badRequest)
        }
      }
    }
  }

  /// Over a real connection: the address is the other end's, or what the proxy on this machine has noted.
  @Test func aReportKnowsItsAddress() async throws {
    let server = WebServer(backend: MemoryBackend(), access: Access(key: "the-key"), logger: Logger(label: "test"))
    let routes = server.makeRouter(for: .tcp).buildResponder()
    let body = ByteBuffer(string: #"{"text":"again"}"#)
    try await Application(responder: PeerResponder(routes: routes)).test(.live) { client in
      for (header, value, address) in [
        ("Linli-Peer", "198.51.100.1", "127.0.0.1"),
        ("X-Forwarded-For", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
      ] {
        try await client.execute(
          uri: "/public/hedong/b3/reports", method: .post, headers: [.init(header)!: value], body: body
        ) { #expect(text($0.body).contains("from \(address)"), "\(text($0.body))") }
      }
    }
  }

  @Test(
    arguments: [
      ("192.0.2.7", "203.0.113.9", "192.0.2.7"), ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
      ("127.0.0.1", nil, "127.0.0.1"), ("::1", "203.0.113.9", "203.0.113.9"), (nil, "203.0.113.9", "local"),
    ] as [(String?, String?, String)])
  func whereARequestComesFrom(peer: String?, forwarded: String?, expected: String) {
    let plain = Request(
      head: .init(method: .get, scheme: nil, authority: nil, path: "/"), body: .init(buffer: ByteBuffer()))
    var head = plain.head
    head.headerFields[.init("Linli-Peer")!] = "forged"
    if let forwarded { head.headerFields[.init("X-Forwarded-For")!] = forwarded }
    let request = PeerAddress.noted(peer, in: Request(head: head, body: plain.body))
    #expect(PeerAddress.of(request) == expected)
  }

  @Test(
    arguments: [
      ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
      ("2001:db8:1:2::1", "2001:db8:1:2::/64"), ("::1", "::1"), ("local", "local"), ("fe80::1%eth0", "fe80::1%eth0"),
    ])
  func aHouseholdIsOne(address: String, household: String) {
    #expect(PeerAddress.household(address) == household)
  }
}
