import Foundation
import Hummingbird
import NIOCore
import Pipeline

/// Small pieces that the routes share: a JSON answer, a JSON body, a step of the path, a time or number in the query.
extension Response {
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    Response(
      status: status, headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(bytes: try WireFormat.encode(value))))
  }
}

extension Request {
  /// Bodies of the API are small; larger ones are refused.
  func body<Value: Decodable>(as type: Value.Type, upTo bytesMax: Int = 1 << 20) async throws -> Value {
    let buffer = try await wholeBody(upTo: bytesMax)
    do { return try WireFormat.decode(type, from: Data(buffer.readableBytesView)) } catch let error as DecodingError {
      throw Refusal(body: error)
    }
  }

  /// - Throws: `NIOTooManyBytesError` with the bound itself; NIO's own has what was left of it.
  func wholeBody(upTo bytesMax: Int) async throws -> ByteBuffer {
    do { return try await body.collect(upTo: bytesMax) } catch is NIOTooManyBytesError {
      throw NIOTooManyBytesError(maxBytes: bytesMax)
    }
  }

  func query(_ name: String) -> String? {
    uri.queryParameters[Substring(name)].map(String.init)
  }

  /// `scope`: what a list is to be of. Who is used to the other lists may call it `place`.
  var scope: String? { query("scope") ?? query("place") }

  func queryTime(_ name: String) throws -> Timestamp? {
    guard let text = query(name) else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw Refusal(
        .badRequest, zh: "“\(name)”应为时间，如 2026-01-05T03:20:00Z，不能是“\(text)”",
        en: "'\(name)' must be a time like 2026-01-05T03:20:00Z, not '\(text)'")
    }
    return time
  }

  func queryNumber(_ name: String) throws -> Int64? {
    guard let text = query(name) else { return nil }
    guard let number = Int64(text) else {
      throw Refusal(
        .badRequest, zh: "“\(name)”应为整数，不能是“\(text)”", en: "'\(name)' must be a whole number, not '\(text)'")
    }
    return number
  }
}

extension BasicRequestContext {
  /// A step of the path that the route gives a name, as the reader wrote it.
  func step(_ name: String) throws -> String {
    let step = try parameters.require(name)
    return step.removingPercentEncoding ?? step
  }
}
