// What a step says beside what happened. People type in whatever language; what Linli itself says of its own steps, and what the
// configuration says in both, is kept in both and given to each reader in one.
package import Community

package enum Remark: Sendable, Hashable {
  /// As somebody typed it.
  case typed(String)
  /// Linli's own words, or those of the configuration.
  case own(LocalizedText)

  package init(zh: String, en: String) { self = .own(LocalizedText(zh: zh, en: en)) }

  /// The words for a reader.
  /// - Parameter isOwn: no person said it. Earlier versions wrote their own remarks as one text, `中文 / English`.
  package func text(in language: Language, isOwn: Bool) -> String {
    switch self {
    case .own(let text): return text[language]
    case .typed(let text):
      if text == Self.oldLinkText { return Remark.link.text(in: language, isOwn: true) }
      return isOwn ? Self.halves(of: text)?[language] ?? text : text
    }
  }

  /// The acknowledgement came by a link in a message.
  package static let link = Remark(zh: "消息链接", en: "by a link in a message")
  /// …as earlier versions wrote it, in the name of the one who answered.
  private static let oldLinkText = "消息链接 (link in a message)"

  /// The two languages of a text of an earlier version: divided behind the last Chinese character, for a half may have the sign of
  /// division itself. nil: it is one text.
  private static func halves(of text: String) -> LocalizedText? {
    let sign = " / "
    // Titles that are the same in both languages stand in the English half, too.
    let cause = text.firstRange(of: sign + "explained by “")?.lowerBound
    guard let last = cause ?? text.unicodeScalars.lastIndex(where: \.properties.isIdeographic),
      let split = text[last...].firstRange(of: sign)
    else { return nil }
    return LocalizedText(zh: String(text[..<split.lowerBound]), en: String(text[split.upperBound...]))
  }
}

extension Remark: Codable {
  /// A text that was typed is a string, as every remark of earlier versions is; an own one has a key for each language.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .typed(text)
    } else {
      self = .own(try container.decode(LocalizedText.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .typed(let text): try container.encode(text)
    case .own(let text): try container.encode(text)
    }
  }
}

/// A literal is a text as somebody typed it.
extension Remark: ExpressibleByStringInterpolation {
  package init(stringLiteral text: String) { self = .typed(text) }
}

extension Remark: CustomStringConvertible {
  /// For logs and for those who look into the database: in both languages.
  package var description: String {
    switch self {
    case .typed(let text): text
    case .own(let text): text.zh == text.en ? text.zh : "\(text.zh) / \(text.en)"
    }
  }
}
