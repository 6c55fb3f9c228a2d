import Foundation

/// What the terminal can do, and writing to it.
enum Terminal {
  static let isTerminal = isatty(1) == 1
  /// Colours only on a terminal, and never with NO_COLOR (no-color.org).
  static let hasColour = isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

  enum Colour: Int {
    case red = 31, green = 32, yellow = 33, blue = 34, grey = 90
  }

  static func paint(_ text: String, _ colour: Colour?) -> String {
    guard hasColour, let colour else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }

  static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
  static func line(_ text: String) { write(text + "\n") }
  static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
  static func clear() { if isTerminal { write("\u{1B}[H\u{1B}[2J") } }

  /// Columns that a text takes: East Asian wide characters take two (UAX #11, the ranges that occur here).
  static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar.value {
      case 0x0300...0x036F, 0x200B...0x200F, 0xFE00...0xFE0F: sum
      case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        sum + 2
      default: sum + 1
      }
    }
  }
}
