// In which language the texts of an answer are: `lang=zh|en`, else what the reader's browser prefers, else the service's own.
import Community
import Foundation
import Hummingbird

/// Decides once; everything within, the words of errors too, sees it as a header that only this service sets. Nothing is thrown
/// past it.
struct LanguageMiddleware<Context: RequestContext>: RouterMiddleware {
  let backend: any Backend

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let word = request.query("lang")
    let language: Language
    if let known = word.flatMap(Language.init) ?? Self.preferred(request.headers[.acceptLanguage] ?? "") {
      language = known
    } else {
      language = await backend.language
    }
    if let word, Language(rawValue: word) == nil {
      let refusal = Refusal(
        .badRequest, zh: "“lang”应为 zh 或 en，不能是“\(word)”", en: "'lang' must be zh or en, not '\(word)'")
      return ProblemDocument(refusal, in: language).response(to: request)
    }
    var head = request.head
    head.headerFields[.init(Request.languageHeader)!] = language.rawValue
    return try await next(Request(head: head, body: request.body), context)
  }

  /// The one of ours that `Accept-Language` likes best (RFC 9110 §12.5.4), of equals the first; nil: it names neither.
  static func preferred(_ header: String) -> Language? {
    let wishes = header.split(separator: ",").compactMap { wish -> (language: Language, weight: Double)? in
      let parts = wish.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
      let tag = parts.first?.split(separator: "-").first
      guard let language = tag.flatMap({ Language(rawValue: String($0)) }) else { return nil }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      return weight > 0 ? (language, weight) : nil
    }
    return wishes.max { $0.weight < $1.weight }?.language
  }
}

extension Request {
  fileprivate static var languageHeader: String { "Linli-Language" }

  /// Language of texts in the answer.
  var language: Language { headers[.init(Self.languageHeader)!].flatMap(Language.init) ?? .zh }
}
