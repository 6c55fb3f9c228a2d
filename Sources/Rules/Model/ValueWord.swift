import Pipeline

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

  /// "numbers", "true or false", "one of a, b": for messages.
  static func describe(_ values: PointPlan.Values) -> String {
    switch values {
    case .number: "a number"
    case .boolean: "true or false"
    case .named(let names): "one of \(names.joined(separator: ", "))"
    }
  }
}
