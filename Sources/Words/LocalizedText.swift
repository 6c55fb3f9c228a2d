/// The two languages of everything that people see.
package enum Language: String, Codable, Sendable, CaseIterable { case zh, en }

/// A text in both languages; where a file gives a plain string, both are that string.
package struct LocalizedText: Codable, Hashable, Sendable {
  package var zh: String
  package var en: String

  package init(zh: String, en: String) {
    self.zh = zh
    self.en = en
  }

  package init(_ text: String) { self.init(zh: text, en: text) }

  package subscript(language: Language) -> String { language == .zh ? zh : en }

  /// `what: text`, the same name in both languages; without a name just the text.
  package func of(_ what: String) -> LocalizedText {
    what.isEmpty ? self : LocalizedText(zh: "\(what)：\(zh)", en: "\(what): \(en)")
  }
}
