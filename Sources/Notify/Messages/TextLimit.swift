// Cuts texts to the byte limits of the channels without ever breaking a character, and takes the meaning out of
// characters that markdown would read.

package enum TextLimit {
  /// The longest beginning of `text` of whole characters (grapheme clusters) with at most `bytes` bytes of UTF-8.
  package static func prefix(_ text: String, bytes: Int) -> String {
    if text.utf8.count <= bytes { return text }
    var end = text.startIndex
    var size = 0
    while end < text.endIndex {
      let next = text.index(after: end)
      size += text.utf8.distance(from: end, to: next)
      if size > bytes { break }
      end = next
    }
    return String(text[..<end])
  }

  /// `text`, or its beginning with "…" where it would exceed `bytes`.
  package static func shorten(_ text: String, bytes: Int) -> String {
    let mark = "…"
    if text.utf8.count <= bytes { return text }
    if bytes < mark.utf8.count { return prefix(text, bytes: bytes) }
    return prefix(text, bytes: bytes - mark.utf8.count) + mark
  }
}

/// How a channel wants its text.
package enum TextStyle: Sendable {
  case plain, markdown
  /// Plain, but `<at …>` calls people (Feishu text).
  case tagged

  /// `text` as one line that only shows itself. The robots document no escape character, so what would start a link, a
  /// mention or emphasis becomes its full-width twin, which a reader takes for the same. Looked at scalar by scalar, as the
  /// robots do: for Swift a sign and an accent behind it are one character, which is not the sign.
  package func escape(_ text: String) -> String {
    let line = text.unicodeScalars.split(whereSeparator: \.isLineBreak).map { String($0) }.joined(separator: " ")
    var result = String.UnicodeScalarView()
    var before: Unicode.Scalar = " "
    for scalar in line.unicodeScalars where scalar.properties.generalCategory != .control {
      let isFirst = result.isEmpty
      result.append(twin(of: scalar, after: before, isFirst: isFirst))
      before = scalar
    }
    return String(result)
  }

  private func twin(of scalar: Unicode.Scalar, after before: Unicode.Scalar, isFirst: Bool) -> Unicode.Scalar {
    switch (self, scalar) {
    case (.plain, _): return scalar
    case (_, "<"): return "＜"
    case (_, ">"): return "＞"
    case (.tagged, _): return scalar
    case (.markdown, "["): return "［"
    case (.markdown, "]"): return "］"
    case (.markdown, "`"): return "｀"
    case (.markdown, "*"): return "＊"
    case (.markdown, "~"): return "～"
    case (.markdown, "\\"): return "＼"
    case (.markdown, "#") where isFirst: return "＃"
    case (.markdown, "_") where !before.properties.isAlphabetic && before.properties.numericType == nil: return "＿"
    case (.markdown, _): return scalar
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isLineBreak: Bool {
    switch value {
    case 0x0a...0x0d, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
