import Community

/// What is wrong with options, where several have the same to say.
enum OptionText {
  /// `--up-to is high, medium or low, not 'x'`
  static func choice(_ name: String, _ choices: [String], not given: String) -> LocalizedText {
    func list(_ comma: String, _ or: String) -> String {
      choices.dropLast().joined(separator: comma) + or + (choices.last ?? "")
    }
    return LocalizedText(
      zh: "\(name) 应为 \(list("、", " 或 "))，不能是“\(given)”", en: "\(name) is \(list(", ", " or ")), not '\(given)'")
  }

  static func exclusive(_ one: String, _ other: String) -> LocalizedText {
    LocalizedText(zh: "\(one) 和 \(other) 不能同时使用", en: "\(one) and \(other) exclude each other")
  }

  /// `--broker: 'x' is not an address like mqtt://127.0.0.1:1883`
  static func address(_ option: String, _ given: String, like example: String) -> LocalizedText {
    LocalizedText(zh: "“\(given)”不是 \(example) 这样的地址", en: "'\(given)' is not an address like \(example)").of(option)
  }
}
