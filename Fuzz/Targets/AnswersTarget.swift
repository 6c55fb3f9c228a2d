import Notify
import Pipeline
import Words

/// An HTTP answer of a chat robot or webhook: first line status and Retry-After, then the body. Whatever a server says, the
/// pause stays within an hour, the reason short, and success needs a robot's own word.
enum AnswersTarget {
  private static let now = Timestamp(milliseconds: 1_767_583_200_000)

  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    let first = bytes.prefix { $0 != 10 }
    let words = String(decoding: first, as: UTF8.self).split(separator: " ", maxSplits: 1)
    let status = words.first.flatMap { Int($0) } ?? 200
    let answer = HTTPAnswer(
      status: status, retryAfter: words.count > 1 ? String(words[1]) : nil,
      body: Array(bytes.dropFirst(first.count + 1)))
    try check(AnswerJudge.judge(answer, now: now))
    for kind in Channel.Kind.allCases {
      let result = AnswerJudge.judge(answer, from: kind, now: now)
      try check(result)
      if result == .delivered {
        try require((200..<300).contains(status), "delivered with HTTP \(status)")
        try require(answer.body.contains(UInt8(ascii: "0")), "delivered without a code")
      }
    }
  }

  static func check(_ result: DeliveryResult) throws(Violation) {
    switch result {
    case .delivered: break
    case .retry(let pause, let reason):
      if let pause { try require((0...3_600_000).contains(pause), "a pause of \(pause) ms") }
      try isShort(reason)
    case .refused(let reason), .unfit(let reason): try isShort(reason)
    }
  }

  private static func isShort(_ reason: LocalizedText) throws(Violation) {
    for text in [reason.zh, reason.en] {
      try require(text.utf8.count <= 400, "a reason of \(text.utf8.count) bytes")
    }
  }
}
