// In which language this run speaks; errors want it before the options are read, or without any.
import ArgumentParser
import Community
import Foundation

extension Language {
  /// What `--lang` says, else the locale.
  static let ofCommandLine: Language = {
    let machine = ProcessInfo.processInfo
    return asked(in: machine.arguments) ?? ofLocale(machine.environment)
  }()

  /// The last `--lang X` or `--lang=X`, as for the parser; one that is neither zh nor en is refused there.
  private static func asked(in arguments: [String]) -> Language? {
    let options = Array(arguments.prefix { $0 != "--" })
    let values = zip(options, options.dropFirst() + [""]).compactMap { option, next in
      option == "--lang" ? next : option.hasPrefix("--lang=") ? String(option.dropFirst("--lang=".count)) : nil
    }
    return values.compactMap(Language.init(rawValue:)).last
  }

  private static func ofLocale(_ environment: [String: String]) -> Language {
    // A variable that is set to nothing counts as not set (POSIX, chapter 8.2).
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    return locale?.hasPrefix("zh") == true ? .zh : .en
  }
}

extension LocalizedText {
  /// In the language of this run.
  var spoken: String { self[.ofCommandLine] }
}

extension ValidationError {
  init(_ text: LocalizedText) { self.init(text.spoken) }

  init(zh: String, en: String) { self.init(LocalizedText(zh: zh, en: en)) }
}
