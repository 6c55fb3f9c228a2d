import Community
import Foundation
package import Hummingbird

/// An RFC 9457 problem document: what every error of the API looks like.
package struct ProblemDocument: Codable, Sendable, Equatable {
  package var type = "about:blank"
  /// The status in words, English in every language: programs look at it.
  package var title: String
  package var status: Int
  /// What was wrong and what to do, in the language of the answer.
  package var detail: String

  package init(status: HTTPResponse.Status, detail: String) {
    self.title = status.reasonPhrase
    self.status = status.code
    self.detail = detail
  }

  init(_ error: any Error, in language: Language) {
    let refusal = Refusal(error)
    self.init(status: refusal.status, detail: refusal.detail[language])
  }

  func response(to request: Request) -> Response {
    let body = (try? WireFormat.encode(self)) ?? Data()
    var response = Response(
      status: .init(code: status), headers: [.contentType: "application/problem+json"],
      body: .init(byteBuffer: ByteBuffer(bytes: body)))
    if response.status == .unauthorized { response.headers[.wwwAuthenticate] = Access.challenge }
    return request.method == .head ? response.createHeadResponse() : response
  }
}

/// Turns every thrown error into a problem document. Stands within `LanguageMiddleware`, which says in which language.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch {
      var response = ProblemDocument(error, in: request.language).response(to: request)
      if let error = error as? MethodNotAllowed { response.headers[.allow] = error.allowed }
      return response
    }
  }
}
