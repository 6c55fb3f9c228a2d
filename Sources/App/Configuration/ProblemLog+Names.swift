import Community
import ConfigFile

/// What the files of a configuration name.
enum NamedThing: String {
  case place, device, point, rule, channel

  var words: LocalizedText {
    let zh =
      switch self {
      case .place: "场所"
      case .device: "设备"
      case .point: "测点"
      case .rule: "规则"
      case .channel: "渠道"
      }
    return LocalizedText(zh: zh, en: rawValue)
  }
}

extension ProblemLog {
  /// An error, with the nearest name that there is.
  /// - Parameters:
  ///   - shown: characters of the name.
  ///   - who: who names it.
  func noSuch(
    _ thing: NamedThing, _ name: String, shown: Int = 100, of who: LocalizedText, at location: SourceLocation,
    among known: [String]
  ) {
    error(
      at: location, zh: "\(who.zh)：没有\(thing.words.zh)“\(name.prefix(shown))”",
      en: "\(who.en): there is no \(thing.words.en) \"\(name.prefix(shown))\"",
      hint: Suggestion.hint(for: name, among: known))
  }
}
