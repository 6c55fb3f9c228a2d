// The meaning of every documented code and status.
import Notify
import Pipeline
import Testing

@Suite struct AnswerJudgeTests {
  enum Meaning { case delivered, retry, refused, unfit }

  func meaning(_ result: DeliveryResult) -> (Meaning, Int64?) {
    switch result {
    case .delivered: (.delivered, nil)
    case .retry(let after, _): (.retry, after)
    case .refused: (.refused, nil)
    case .unfit: (.unfit, nil)
    }
  }

  @Test(
    arguments: [
      (Channel.Kind.wecom, 0, Meaning.delivered, nil), (.wecom, 45009, .retry, 60_000), (.wecom, 93000, .refused, nil),
      (.wecom, 45002, .unfit, nil), (.wecom, -1, .retry, nil), (.wecom, 777_777, .retry, nil),
      (.dingtalk, 0, .delivered, nil), (.dingtalk, 310000, .refused, nil), (.dingtalk, 130101, .retry, 600_000),
      (.dingtalk, 410100, .retry, 600_000), (.dingtalk, 460101, .unfit, nil), (.dingtalk, 430102, .unfit, nil),
      (.dingtalk, -1, .retry, nil),
      (.feishu, 0, .delivered, nil), (.feishu, 19021, .refused, nil), (.feishu, 19022, .refused, nil),
      (.feishu, 19024, .refused, nil), (.feishu, 19002, .unfit, nil), (.feishu, 9499, .retry, 60_000),
      (.feishu, 11232, .retry, 20_000),
      (.feishu, 5, .retry, nil),
    ] as [(Channel.Kind, Int, Meaning, Int64?)])
  func codes(kind: Channel.Kind, code: Int, expected: Meaning, pause: Int64?) {
    let body = kind == .feishu ? "{\"code\":\(code),\"msg\":\"m\"}" : "{\"errcode\":\(code),\"errmsg\":\"m\"}"
    let result = AnswerJudge.judge(HTTPAnswer(status: 200, body: Array(body.utf8)), from: kind, now: Sample.start)
    #expect(meaning(result) == (expected, pause))
  }

  @Test(arguments: [
    "", "<html>login</html>", "{}", "[]", "{\"errcode\":\"0\"}", "{\"errcode\":true}", "{\"errcode\":0", "null",
    "{\"code\":0}",
  ])
  func nonsenseIsNoDelivery(body: String) {
    let result = AnswerJudge.judge(HTTPAnswer(status: 200, body: Array(body.utf8)), from: .wecom, now: Sample.start)
    #expect(meaning(result) == (.retry, nil))
  }

  @Test(
    arguments: [
      (200, nil, Meaning.delivered, nil), (204, nil, .delivered, nil), (302, nil, .retry, nil),
      (400, nil, .refused, nil),
      (401, nil, .refused, nil), (404, nil, .refused, nil), (408, nil, .retry, nil), (429, "7", .retry, 7_000),
      (429, nil, .retry, nil), (500, nil, .retry, nil), (503, "Mon, 05 Jan 2026 03:00:30 GMT", .retry, 30_000),
      (503, "soon", .retry, nil), (503, "999999999999", .retry, 3_600_000), (503, "-5", .retry, nil),
      (503, "Mon, 30 Feb 2026 03:00:30 GMT", .retry, nil), (503, "Mon, 05 Jan 2026 03:00:30 CST", .retry, nil),
      // Foundation's `DateFormatter` trapped on such a one.
      (503, "Wed, 21\u{5B0}\u{FFFD}6 07:28p 503 Wed, 21 Oct 2026 07:28:00 GMT", .retry, nil),
    ] as [(Int, String?, Meaning, Int64?)])
  func statuses(status: Int, retryAfter: String?, expected: Meaning, pause: Int64?) {
    let result = AnswerJudge.judge(HTTPAnswer(status: status, retryAfter: retryAfter), now: Sample.start)
    #expect(meaning(result) == (expected, pause))
  }

  @Test func aRobotsGatewayMayFail() {
    let now = Sample.start
    #expect(meaning(AnswerJudge.judge(HTTPAnswer(status: 502), from: .wecom, now: now)) == (.retry, nil))
    #expect(meaning(AnswerJudge.judge(HTTPAnswer(status: 404), from: .wecom, now: now)) == (.refused, nil))
    // Feishu sends some codes with HTTP 400: the code decides.
    let body = Array("{\"code\":9499,\"msg\":\"too many\"}".utf8)
    #expect(
      meaning(AnswerJudge.judge(HTTPAnswer(status: 400, body: body), from: .feishu, now: now)) == (.retry, 60_000))
  }
}
