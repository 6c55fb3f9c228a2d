import API
import ArgumentParser
import AsyncHTTPClient
import Community
import Foundation
import NIOCore
import NIOHTTP1

/// Where the service is: a Unix socket on this machine, or `--url` with LINLI_TOKEN.
struct ServiceOptions: ParsableArguments {
  @Option(help: "Unix socket of the service (default: /run/linli/linli.sock, else DATA/linli.sock).")
  var socket: String?

  @Option(help: "Address of the service, e.g. https://linli.example; the token is read from LINLI_TOKEN.")
  var url: String?

  @Option(help: "Data directory of the service (default: LINLI_DATA, else /var/lib/linli, else ./data).")
  var data: String?

  func validate() throws {
    guard let url else { return }
    let parts = URLComponents(string: url)
    guard let scheme = parts?.scheme, ["http", "https"].contains(scheme), let host = parts?.host, !host.isEmpty else {
      throw ValidationError(OptionText.address("--url", url, like: "https://linli.example"))
    }
  }
}

/// Asks the service over its HTTP API. Every failure is a `CommandFailure` that says what to do.
struct ServiceClient: Sendable {
  private let base: String
  private let where_: String
  private let token: String?

  /// A service that is not there is an answer, not something to try again for a minute. Lives as long as the command.
  private static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = .seconds(5)
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  init(_ options: ServiceOptions) {
    let environment = ProcessInfo.processInfo.environment
    token = environment["LINLI_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    if let url = options.url {
      base = url.hasSuffix("/") ? String(url.dropLast()) : url
      where_ = url
      return
    }
    let path = ServiceLocations.socket(
      explicit: options.socket ?? environment["LINLI_SOCKET"], data: options.data, environment: environment)
    base = "http+unix://" + (path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? path)
    where_ = path
  }

  func get<Value: Decodable>(_ path: String, _ query: [String: String?] = [:], as type: Value.Type) async throws
    -> Value
  {
    try decode(type, try await data("GET", path, query, body: nil))
  }

  func post<Value: Decodable>(_ path: String, _ body: some Encodable, as type: Value.Type) async throws -> Value {
    try decode(type, try await data("POST", path, [:], body: try WireFormat.encode(body)))
  }

  /// Sends bytes as they are.
  func upload<Value: Decodable>(_ path: String, _ bytes: Data, as type: Value.Type) async throws -> Value {
    try decode(type, try await data("POST", path, [:], body: bytes))
  }

  func delete<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
    try decode(type, try await data("DELETE", path, [:], body: nil))
  }

  func post<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
    try decode(type, try await data("POST", path, [:], body: nil))
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
    do { return try WireFormat.decode(type, from: data) } catch {
      throw CommandFailure(
        .problem, zh: "无法读懂 \(where_) 的答复；服务与本命令的版本是否不同？",
        en: "the answer from \(where_) cannot be read; is the service of another version than this command?")
    }
  }

  /// An id as one step of a path: whatever people type stays one step.
  static func step(_ id: String) -> String {
    id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? id
  }

  private func data(_ method: String, _ path: String, _ query: [String: String?], body: Data?) async throws -> Data {
    var result = Data()
    try await stream(method, path, query, body: body) { result.append($0) }
    return result
  }

  /// Hands out the answer's bytes as they come.
  func stream(
    _ method: String, _ path: String, _ query: [String: String?] = [:], body: Data? = nil,
    take: (Data) throws -> Void
  ) async throws {
    var request = HTTPClientRequest(url: address(path, query))
    request.method = .init(rawValue: method)
    request.headers.add(name: "Accept", value: "application/json")
    // What the service refuses it says in this language.
    request.headers.add(name: "Accept-Language", value: Language.ofCommandLine.rawValue)
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let response: HTTPClientResponse
    do {
      response = try await Self.client.execute(request, timeout: .seconds(60))
    } catch {
      throw unreachable(error)
    }
    guard (200..<300).contains(response.status.code) else {
      let body: ByteBuffer
      do { body = try await response.body.collect(upTo: 1 << 20) } catch { throw unreachable(error) }
      if response.status == .unauthorized { throw CommandFailure(.problem, withoutKey) }
      let problem = try? WireFormat.decode(ProblemDocument.self, from: Data(body.readableBytesView))
      let answered = LocalizedText(zh: "服务的答复是 \(response.status)", en: "the service answered \(response.status)")
      throw CommandFailure(.problem, problem?.detail ?? answered.spoken)
    }
    var chunks = response.body.makeAsyncIterator()
    while let chunk = try await next(&chunks) { try take(Data(chunk.readableBytesView)) }
  }

  private func next(_ chunks: inout HTTPClientResponse.Body.AsyncIterator) async throws -> ByteBuffer? {
    do { return try await chunks.next() } catch { throw unreachable(error) }
  }

  private var withoutKey: LocalizedText {
    let what =
      token == nil
      ? LocalizedText(zh: "需要访问密钥", en: "wants the access key")
      : LocalizedText(zh: "不接受 LINLI_TOKEN", en: "refuses LINLI_TOKEN")
    return LocalizedText(
      zh: "\(where_) \(what.zh)：请把 LINLI_TOKEN 设为服务的 DATA/access-key 文件中的密钥",
      en: "\(where_) \(what.en): set LINLI_TOKEN to the key that stands in DATA/access-key of the service")
  }

  private func unreachable(_ error: any Error) -> CommandFailure {
    // BoringSSL's name for an answer that is no TLS.
    if "\(error)".contains("WRONG_VERSION_NUMBER") {
      return CommandFailure(
        .unreachable, zh: "\(where_) 的服务器不支持 TLS；请写 http://，或写支持 TLS 的反向代理的地址",
        en: "the server at \(where_) does not speak TLS; write http://, or the address of the proxy that does")
    }
    let reason = NetworkReason.text(error)
    return CommandFailure(
      .unreachable, zh: "服务在 \(where_) 没有应答：\(reason.zh)；`linli serve` 在运行吗？",
      en: "the service does not answer at \(where_): \(reason.en); is `linli serve` running?")
  }

  private func address(_ path: String, _ query: [String: String?]) -> String {
    let allowed = CharacterSet.alphanumerics.union(.init(charactersIn: "-._~"))
    let items = query.sorted { $0.key < $1.key }.compactMap { name, value in
      value.map { "\(name)=\($0.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")" }
    }
    return base + path + (items.isEmpty ? "" : "?" + items.joined(separator: "&"))
  }
}
