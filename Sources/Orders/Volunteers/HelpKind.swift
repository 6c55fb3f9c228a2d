package import Community

/// The kinds of help that people offer and orders ask for.
package enum HelpKind: String, Codable, Sendable, CaseIterable {
  case visit, carry, repair, translate, shop, accompany, teach, other

  package var text: LocalizedText {
    switch self {
    case .visit: LocalizedText(zh: "探访", en: "a visit")
    case .carry: LocalizedText(zh: "搬运", en: "carrying")
    case .repair: LocalizedText(zh: "维修", en: "a repair")
    case .translate: LocalizedText(zh: "翻译", en: "translating")
    case .shop: LocalizedText(zh: "代购", en: "shopping")
    case .accompany: LocalizedText(zh: "陪同", en: "company on the way")
    case .teach: LocalizedText(zh: "教学", en: "teaching")
    case .other: LocalizedText(zh: "其他帮助", en: "other help")
    }
  }
}
