import Community
import ConfigFile
import Foundation
import Glibc

/// What the terminal can do, and writing to it.
enum Terminal {
  static let isTerminal = isatty(1) == 1
  /// Colours only on a terminal, and never with NO_COLOR (no-color.org).
  static let hasColour = isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

  /// Columns for what fills a line: the terminal's, 40 to 200; 72 where standard output is none or does not say.
  static var columns: Int {
    guard isTerminal else { return 72 }
    var size = winsize()
    var count = 0
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 { count = Int(size.ws_col) }
    // A serial line knows no size; who sits at it may have told the shell.
    if count == 0 { count = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 0 }
    return count > 0 ? min(max(count, 40), 200) : 72
  }

  enum Colour: UInt32 {
    case red = 1, green, yellow, blue, grey
  }

  /// SGR codes, in the order of the colours; first what ends one.
  private static let codes = [0, 31, 32, 33, 34, 90]
  /// In a text a colour is a scalar, which becomes its sequence in `line`: an escape in the text itself is somebody else's.
  /// U+FDD0…U+FDEF are free for such use within a program (Unicode, section 23.7).
  private static let firstMark: UInt32 = 0xFDD0

  static func paint(_ text: String, _ colour: Colour?) -> String {
    guard hasColour, let colour else { return text }
    var painted = String(Character(Unicode.Scalar(firstMark + colour.rawValue)!))
    painted += VisibleText.of(text)
    painted.unicodeScalars.append(Unicode.Scalar(firstMark)!)
    return painted
  }

  private static func sequence(_ scalar: Unicode.Scalar) -> String? {
    guard hasColour, scalar.value >= firstMark, scalar.value - firstMark < codes.count else { return nil }
    return "\u{1B}[\(codes[Int(scalar.value - firstMark)])m"
  }

  static func write(_ text: String) { write(Data(text.utf8)) }

  /// A reader that has seen enough (`| head`) closes the pipe: then the command ends, as other tools do.
  static func write(_ data: Data) {
    var rest = data
    while !rest.isEmpty {
      let (count, code) = rest.withUnsafeBytes { bytes in
        let count = Glibc.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
        return (count, errno)
      }
      if count >= 0 {
        rest = rest.dropFirst(count)
        continue
      }
      switch code {
      case EINTR: continue
      case EAGAIN:
        var wanted = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      case EPIPE: Foundation.exit(0)
      default:
        error("linli: \(incomplete(because: SystemReason.text(code)).spoken)")
        Foundation.exit(CommandFailure.Code.problem.rawValue)
      }
    }
  }

  private static func incomplete(because reason: LocalizedText) -> LocalizedText {
    LocalizedText(
      zh: "无法写到标准输出：\(reason.zh)；输出不完整",
      en: "cannot write to standard output: \(reason.en); the answer is incomplete")
  }

  /// One line for people.
  static func line(_ text: String) { write(VisibleText.render(text, mark: sequence) + "\n") }
  /// Lines for people, without colours.
  static func lines(_ text: String) { write(VisibleText.lines(text) + "\n") }
  /// A row for programs, as it is; on a terminal people look at it.
  static func row(_ text: String) {
    if isTerminal { line(text) } else { write(text + "\n") }
  }
  static func error(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((VisibleText.lines(text) + "\n").utf8))
  }
  /// What is wrong with a configuration or other files.
  static func show(_ problems: [Problem]) {
    for problem in problems { error(problem.text(in: .ofCommandLine)) }
  }
  static func clear() { if isTerminal { write("\u{1B}[H\u{1B}[2J") } }
}
