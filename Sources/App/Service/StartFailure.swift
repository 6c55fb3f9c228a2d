package import Community

/// Why a service or a demonstration does not start, and what to do about it.
package struct StartFailure: WordedError, Equatable, CustomStringConvertible {
  package let text: LocalizedText

  init(zh: String, en: String) { text = LocalizedText(zh: zh, en: en) }

  /// In English, for logs.
  package var description: String { text.en }
}
