import ArgumentParser
import Community
import Foundation

/// `--json` and `--lang`, the same for every command that prints an answer.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON with stable keys.")
  var json = false

  @Option(help: "Language of the answer: zh or en (default: from LANG).")
  var lang: String?

  var language: Language {
    if let lang { return Language(rawValue: lang) ?? .en }
    let environment = ProcessInfo.processInfo.environment
    let locale = environment["LC_ALL"] ?? environment["LC_MESSAGES"] ?? environment["LANG"] ?? ""
    return locale.hasPrefix("zh") ? .zh : .en
  }

  func validate() throws {
    if let lang, Language(rawValue: lang) == nil {
      throw ValidationError("--lang is zh or en, not '\(lang)'")
    }
  }

  /// The text in the chosen language.
  func say(_ zh: String, _ en: String) -> String { language == .zh ? zh : en }
}
