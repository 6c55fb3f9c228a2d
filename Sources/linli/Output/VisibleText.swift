/// Texts of devices and people on a terminal: what would steer it, begin another line or turn the direction of writing is
/// shown as `\u{1b}`.
enum VisibleText {
  /// One line; nothing of it steers.
  static func of(_ text: String) -> String { render(text) { _ in nil } }

  /// The same for a text whose line breaks are Linli's own.
  static func lines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { of(String($0)) }.joined(separator: "\n")
  }

  /// - Parameter mark: what is to stand for a scalar that Linli itself has put in.
  static func render(_ text: String, mark: (Unicode.Scalar) -> String?) -> String {
    guard text.unicodeScalars.contains(where: steers) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if !steers(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += mark(scalar) ?? "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  /// C0, DEL and C1; separators of lines and paragraphs; embeddings, overrides and isolates of direction (UAX #9); and what
  /// `Terminal.paint` uses.
  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0xFDD0...0xFDEF: true
    default: false
    }
  }
}
