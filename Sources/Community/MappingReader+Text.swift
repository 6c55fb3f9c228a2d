package import ConfigFile

/// Texts that people see, read from a file: a string, or `{zh: …, en: …}`.
extension MappingReader {
  package func localizedText(_ key: String) -> LocalizedText? {
    text(key).map { LocalizedText(zh: $0.zh, en: $0.en) }
  }

  package func requiredLocalizedText(_ key: String) -> LocalizedText? {
    requiredText(key).map { LocalizedText(zh: $0.zh, en: $0.en) }
  }
}
