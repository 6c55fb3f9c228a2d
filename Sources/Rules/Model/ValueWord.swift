import Pipeline
import Words

/// What a written value means at a point: numbers as they are, the words of true and false, the names of a named set.
enum ValueWord {
  static let trueWords: Set<String> = ["true", "on", "yes", "open", "1"]
  static let falseWords: Set<String> = ["false", "off", "no", "closed", "0"]

  /// The stored value, or nil when the text means nothing at such a point.
  static func value(of text: String, in values: PointPlan.Values) -> Double? {
    switch values {
    case .number:
      guard let number = Double(text), number.isFinite else { return nil }
      return number
    case .boolean:
      let word = text.lowercased()
      return trueWords.contains(word) ? 1 : falseWords.contains(word) ? 0 : nil
    case .named(let names):
      return names.firstIndex(of: text).map(Double.init)
    }
  }

  /// "a number", "true or false", "one of a, b": for messages. In Chinese it follows a character: 应为.
  static func describe(_ values: PointPlan.Values) -> LocalizedText {
    switch values {
    case .number: LocalizedText(zh: "数字", en: "a number")
    case .boolean: LocalizedText(zh: " true 或 false", en: "true or false")
    case .named(let names):
      LocalizedText(
        zh: "以下之一：\(names.joined(separator: "、"))", en: "one of \(names.joined(separator: ", "))")
    }
  }
}
