import Foundation
package import Hummingbird
import NIOCore

/// An RFC 9457 problem document: what every error of the API looks like.
package struct ProblemDocument: Codable, Error, Sendable, Equatable {
  package var type = "about:blank"
  package var title: String
  package var status: Int
  /// What was wrong and what to do.
  package var detail: String

  package init(status: HTTPResponse.Status, detail: String) {
    self.title = status.reasonPhrase
    self.status = status.code
    self.detail = detail
  }

  init(_ error: any Error) {
    switch error {
    case let problem as ProblemDocument: self = problem
    case let error as BackendError:
      let status: HTTPResponse.Status =
        switch error.kind {
        case .notFound: .notFound
        case .invalid: .badRequest
        case .conflict: .conflict
        case .unavailable: .serviceUnavailable
        case .tooMany: .tooManyRequests
        case .tooLarge: .contentTooLarge
        }
      self.init(status: status, detail: error.message)
    case let error as HTTPError: self.init(status: error.status, detail: error.body ?? error.status.reasonPhrase)
    case let error as MethodNotAllowed:
      self.init(status: .methodNotAllowed, detail: "this path answers \(error.allowed) and nothing else")
    case let error as NIOTooManyBytesError:
      let most = error.maxBytes.map { "; at most \($0) bytes" } ?? ""
      self.init(status: .contentTooLarge, detail: "the body is too large\(most)")
    default: self.init(status: .internalServerError, detail: "\(error)")
    }
  }

  var response: Response {
    let body = (try? WireFormat.encode(self)) ?? Data()
    var response = Response(
      status: .init(code: status), headers: [.contentType: "application/problem+json"],
      body: .init(byteBuffer: ByteBuffer(bytes: body)))
    if response.status == .unauthorized { response.headers[.wwwAuthenticate] = Access.challenge }
    return response
  }
}

/// Turns every thrown error into a problem document.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch {
      var response = ProblemDocument(error).response
      if let error = error as? MethodNotAllowed { response.headers[.allow] = error.allowed }
      return request.method == .head ? response.createHeadResponse() : response
    }
  }
}
