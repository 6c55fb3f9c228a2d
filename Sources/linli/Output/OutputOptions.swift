import ArgumentParser
import Community

/// `--json` and `--lang`, the same for every command that prints an answer.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON with stable keys.")
  var json = false

  @Option(help: "Language of the answer: zh or en (default: from LANG).")
  var lang: String?

  var language: Language { .ofCommandLine }

  func validate() throws {
    if let lang, Language(rawValue: lang) == nil {
      throw ValidationError(OptionText.choice("--lang", ["zh", "en"], not: lang))
    }
  }

  /// The text in the chosen language.
  func say(_ zh: String, _ en: String) -> String { language == .zh ? zh : en }
}
