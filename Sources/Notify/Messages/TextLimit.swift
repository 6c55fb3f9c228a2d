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
  /// mention or emphasis becomes its full-width twin, which a reader takes for the same.
  package func escape(_ text: String) -> String {
    let line = text.split(whereSeparator: { $0.isNewline }).joined(separator: " ")
    switch self {
    case .plain: return String(line.filter { !$0.isControl })
    case .tagged: return String(line.filter { !$0.isControl }.map { $0 == "<" ? "＜" : $0 == ">" ? "＞" : $0 })
    case .markdown: return Self.escapeMarkdown(line)
    }
  }

  private static func escapeMarkdown(_ line: String) -> String {
    var result = ""
    var before: Character = " "
    for (index, character) in line.enumerated() where !character.isControl {
      switch character {
      case "<": result.append("＜")
      case ">": result.append("＞")
      case "[": result.append("［")
      case "]": result.append("］")
      case "`": result.append("｀")
      case "*": result.append("＊")
      case "~": result.append("～")
      case "\\": result.append("＼")
      case "#" where index == 0: result.append("＃")
      case "_" where !before.isLetter && !before.isNumber: result.append("＿")
      default: result.append(character)
      }
      before = character
    }
    return result
  }
}

extension Character {
  fileprivate var isControl: Bool {
    unicodeScalars.count == 1 && unicodeScalars.first!.properties.generalCategory == .control
  }
}
