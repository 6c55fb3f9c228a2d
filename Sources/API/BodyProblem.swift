// What is wrong with a body or a word of a request, in words for whoever wrote it.
package import Community
import Foundation
import Hummingbird

/// A word of a request body; any other is refused with those there are.
package protocol RequestWord: RawRepresentable, CaseIterable, Codable, Sendable where RawValue == String {}

extension RequestWord {
  package init(from decoder: any Decoder) throws {
    let word = try decoder.singleValueContainer().decode(String.self)
    guard let known = Self(rawValue: word) else {
      let name = Refusal.name(decoder.codingPath)
      throw Refusal(.badRequest, .notOne(of: Self.self, name, word: word))
    }
    self = known
  }
}

extension LocalizedText {
  /// A name of the request, quoted.
  package init(quoting name: some StringProtocol) { self.init(zh: "“\(name)”", en: "'\(name)'") }

  /// `'state' is one of ordered, done, not 'lost'`
  /// - Parameter name: as it is to be read, in quotes.
  package static func notOne<Word: RawRepresentable & CaseIterable>(
    of words: Word.Type, _ name: LocalizedText, word: some StringProtocol
  ) -> LocalizedText where Word.RawValue == String {
    let known = words.allCases.map(\.rawValue)
    return LocalizedText(
      zh: "\(name.zh)应为 \(known.joined(separator: "、")) 之一，不能是“\(word)”",
      en: "\(name.en) is one of \(known.joined(separator: ", ")), not '\(word)'")
  }
}

extension Refusal {
  init(body error: DecodingError) {
    self.init(.badRequest, Self.detail(error))
  }

  private static func detail(_ error: DecodingError) -> LocalizedText {
    switch error {
    case .keyNotFound(let key, let context):
      let name = name(context.codingPath + [key])
      return LocalizedText(zh: "请求正文缺少\(name.zh)", en: "the body lacks \(name.en)")
    case .typeMismatch(let type, let context): return mustBe(type, context)
    case .valueNotFound(let type, let context):
      let (expected, null) = (mustBe(type, context), LocalizedText(zh: "，不能是 null", en: ", not null"))
      return LocalizedText(zh: expected.zh + null.zh, en: expected.en + null.en)
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      let name = name(context.codingPath)
      return LocalizedText(
        zh: "\(name.zh)不符合要求：\(context.debugDescription)",
        en: "\(name.en) is not as expected: \(context.debugDescription)")
    default:
      return LocalizedText(
        zh: "请求正文应为 UTF-8 编码的 JSON，其中的数字应为 64 位以内的整数",
        en: "the body must be JSON, in UTF-8, its numbers whole and within 64 bits")
    }
  }

  private static func mustBe(_ type: Any.Type, _ context: DecodingError.Context) -> LocalizedText {
    let (name, kind) = (name(context.codingPath), words(type))
    return LocalizedText(zh: "\(name.zh)应为\(kind.zh)", en: "\(name.en) must be \(kind.en)")
  }

  /// As the keys are written: `'photos[1]'`, `'for_milliseconds'`.
  fileprivate static func name(_ path: [any CodingKey]) -> LocalizedText {
    if path.isEmpty { return LocalizedText(zh: "请求正文", en: "the body") }
    let steps = path.map { key in
      key.intValue.map { "[\($0)]" } ?? "." + key.stringValue.replacing(/[A-Z]/) { "_" + $0.output.lowercased() }
    }
    return LocalizedText(quoting: steps.joined().drop { $0 == "." })
  }

  private static func words(_ type: Any.Type) -> LocalizedText {
    switch type {
    case is String.Type: LocalizedText(zh: "文本", en: "text")
    case is Bool.Type: LocalizedText(zh: " true 或 false", en: "true or false")
    case is any BinaryInteger.Type: LocalizedText(zh: "整数", en: "a whole number")
    case is any BinaryFloatingPoint.Type: LocalizedText(zh: "数字", en: "a number")
    case is [Any].Type: LocalizedText(zh: "列表", en: "a list")
    default: LocalizedText(zh: "对象", en: "an object")
    }
  }
}
