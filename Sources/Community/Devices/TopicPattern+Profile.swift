package import Pipeline
package import Words

/// What a profile's topic must fulfil beyond being a pattern: slips that would match nothing, or not what was meant, are
/// refused when the profile is read.
extension TopicPattern {
  /// Why a profile's topic cannot be used.
  package struct Flaw: Error, Equatable {
    package var message: LocalizedText
    package init(_ message: LocalizedText) { self.message = message }
  }

  package init(profileTopic text: String) throws(Flaw) {
    do throws(Problem) {
      try self.init(text)
    } catch {
      throw Flaw(error.words)
    }
    for (index, level) in levels.enumerated() {
      switch level {
      // A leading "/" is common with some vendors; other empty levels are slips.
      case .literal("") where index > 0 || levels.count == 1:
        throw Flaw(LocalizedText(zh: "有一级是空的", en: "a level is empty"))
      case .capture(let name) where !name.utf8.allSatisfy(Self.isNameByte):
        throw Flaw(
          LocalizedText(
            zh: "“{\(name)}”：占位符的名称只能有字母、数字、- 和 _",
            en: "\"{\(name)}\": the name of a capture has letters, digits, - and _ only"))
      case .literal, .capture, .any, .rest: break
      }
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122 || byte == 45 || byte == 95
  }
}

extension TopicPattern.Problem {
  /// The core speaks English only.
  var words: LocalizedText { LocalizedText(zh: zh, en: description) }

  private var zh: String {
    switch self {
    case .empty: "主题不能为空"
    case .tooLong: "主题最长 \(TopicPattern.longest) 字节"
    case .tooDeep: "主题最多 \(TopicPattern.deepest) 级"
    case .restNotLast: "“#”只能是主题的最后一级"
    case .wildcardInLevel(let level): "“+”和“#”必须独占一级，不能像“\(level)”那样"
    case .captureInLevel(let level): "占位符必须占满一级，如“{device}”，不能像“\(level)”那样"
    case .captureTwice(let name): "占位符“{\(name)}”在一个主题里出现两次"
    }
  }
}
