// HTTP/1.1 as far as receivers of POSTed documents need it: keep-alive, Content-Length bodies, one handler.
import Foundation

package struct LoopbackHTTPRequest: Sendable {
  package var method: String
  /// Path without the query.
  package var path: String
  /// Decoded query items.
  package var query: [String: String]
  /// Names in lower case.
  package var headers: [String: String]
  package var body: [UInt8]

  /// The body as a JSON object; nil when it is none.
  package var json: [String: Any]? { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] }
}

package struct LoopbackHTTPAnswer: Sendable {
  package var status: Int
  package var headers: [String: String]
  package var body: String
  /// Ms before the answer leaves.
  package var delay: Int
  /// Close the connection without an answer.
  package var isDropped = false

  package init(status: Int = 200, headers: [String: String] = [:], body: String = "", delay: Int = 0) {
    self.status = status
    self.headers = headers
    self.body = body
    self.delay = delay
  }

  package static let dropped: LoopbackHTTPAnswer = {
    var answer = LoopbackHTTPAnswer()
    answer.isDropped = true
    return answer
  }()
}

package final class LoopbackHTTPServer: Sendable {
  private let server: LoopbackServer

  package init(handle: @escaping @Sendable (LoopbackHTTPRequest) -> LoopbackHTTPAnswer) throws {
    server = try LoopbackServer { connection in
      while let request = Self.request(&connection) {
        let answer = handle(request)
        if answer.delay > 0 { Thread.sleep(forTimeInterval: Double(answer.delay) / 1000) }
        if answer.isDropped { return }
        var head = "HTTP/1.1 \(answer.status) Answer\r\nContent-Length: \(answer.body.utf8.count)\r\n"
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        connection.write(head + "\r\n" + answer.body)
      }
    }
  }

  package var port: Int { server.port }
  package var url: String { "http://127.0.0.1:\(server.port)" }
  package func stop() { server.stop() }

  private static func request(_ connection: inout LoopbackConnection) -> LoopbackHTTPRequest? {
    guard let first = connection.line() else { return nil }
    let words = first.split(separator: " ")
    guard words.count == 3, let target = URLComponents(string: String(words[1])) else { return nil }
    var headers: [String: String] = [:]
    while let line = connection.line(), !line.isEmpty {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let length = headers["content-length"].flatMap(Int.init) ?? 0
    guard length <= 1 << 24, let body = connection.bytes(length) else { return nil }
    var query: [String: String] = [:]
    for item in target.queryItems ?? [] { query[item.name] = item.value ?? "" }
    return LoopbackHTTPRequest(
      method: String(words[0]), path: target.path, query: query, headers: headers, body: body)
  }
}
