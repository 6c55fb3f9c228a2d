import Words

/// Parts that messages are built from.
extension LocalizedText {
  /// A name in quotation marks.
  static func quoted(_ name: some StringProtocol) -> LocalizedText {
    LocalizedText(zh: "“\(name)”", en: "\"\(name)\"")
  }

  /// Words one after the other.
  static func list(_ words: [String]) -> LocalizedText {
    LocalizedText(zh: words.joined(separator: "、"), en: words.joined(separator: ", "))
  }
}
