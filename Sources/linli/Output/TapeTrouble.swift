import Community
import Pipeline
import Rules

/// What commands that play tapes say when something is wrong with one.
enum TapeTrouble {
  static let noMessage = LocalizedText(zh: "录制中没有任何消息", en: "the tape holds no message")

  static func skipped(_ lines: Int) -> LocalizedText {
    LocalizedText(
      zh: "有 \(lines) 行不是消息，已跳过", en: "lines that were no messages and were skipped: \(lines)")
  }

  /// - Parameter line: 0 for a tape that cannot be read.
  static func show(_ tape: String, _ line: Int, _ problem: TapeProblem) {
    Terminal.error(
      line > 0 ? "\(tape):\(line): error: \(problem.words.spoken)" : "linli: \(problem.words.of(tape).spoken)")
  }
}
