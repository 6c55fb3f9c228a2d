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
    // A variable that is set to nothing counts as not set (POSIX, chapter 8.2).
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    return locale?.hasPrefix("zh") == true ? .zh : .en
  }

  func validate() throws {
    if let lang, Language(rawValue: lang) == nil {
      throw ValidationError("--lang is zh or en, not '\(lang)'")
    }
  }

  /// The text in the chosen language.
  func say(_ zh: String, _ en: String) -> String { language == .zh ? zh : en }
}
