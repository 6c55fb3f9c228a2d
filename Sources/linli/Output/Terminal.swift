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

  static func write(_ text: String) { write(Data(text.utf8)) }

  /// A reader that has seen enough (`| head`) closes the pipe: then the command ends, as other tools do.
  static func write(_ data: Data) {
    do { try FileHandle.standardOutput.write(contentsOf: data) } catch { Foundation.exit(0) }
  }
  static func line(_ text: String) { write(text + "\n") }
  static func error(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8)) }
  static func clear() { if isTerminal { write("\u{1B}[H\u{1B}[2J") } }
}
