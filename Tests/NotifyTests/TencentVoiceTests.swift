// Calls by Tencent Cloud: the request to the letter, and what its answers mean.
import Alerts
import ConfigFile
import Pipeline
import Synchronization
import TestSupport
import Testing

@testable import Notify

@Suite struct TencentVoiceTests {
  /// Answers from a script, without a network: the address is the service's own, which is part of what is signed.
  private final class Service: HTTPTransport {
    struct Request: Sendable {
      var url: String
      var headers: [String: String]
      var body: String
    }
    private let state: Mutex<(answers: [String], requests: [Request])>

    init(_ answers: [String]) { state = Mutex((answers, [])) }
    var requests: [Request] { state.withLock { $0.requests } }

    func request(
      _ method: String, _ url: String, headers: [(String, String)], body: [UInt8]
    ) async throws -> HTTPAnswer {
      let answer = state.withLock { state in
        state.requests.append(
          Request(
            url: "\(method) \(url)", headers: Dictionary(headers, uniquingKeysWith: { $1 }),
            body: String(decoding: body, as: UTF8.self)))
        return state.answers.removeFirst()
      }
      return HTTPAnswer(status: 200, body: Array(answer.utf8))
    }
  }

  private static let taken = #"{"Response":{"SendStatus":{"CallId":"1258-40","SessionContext":""},"RequestId":"1"}}"#
  private static let refused = #"{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure"},"RequestId":"1"}}"#

  private func send(_ service: Service, to: [String], entry: OutboxEntry = Sample.entry()) async -> DeliveryResult {
    var channel = Channel(id: "c", kind: .http, url: Secret("https://vms.tencentcloudapi.com"))
    channel.to = to
    return await GatewayChannel(
      channel: channel, gateway: .tencentVoice(GatewayTests.message), settings: Sample.settings, transport: service
    ).send(entry, now: Sample.start)
  }

  /// The signature was computed with another program.
  @Test func theRequest() async throws {
    let service = Service([Self.taken])
    #expect(await send(service, to: ["13800138000"]) == .delivered)
    let request = try #require(service.requests.first)
    #expect(request.url == "POST https://vms.tencentcloudapi.com/")
    #expect(
      request.body == #"{"CalledNumber":"+8613800138000","PlayTimes":2,"TemplateId":"SMS_1","TemplateParamSet":"#
        + #"["房间温度过低","颐和小区 3号楼 301"],"VoiceSdkAppid":"1400006666"}"#)
    #expect(
      request.headers == [
        "Content-Type": "application/json; charset=utf-8", "Host": "vms.tencentcloudapi.com",
        "X-TC-Action": "SendTtsVoice", "X-TC-Version": "2020-09-02", "X-TC-Timestamp": "1767582000",
        "X-TC-Region": "ap-guangzhou",
        "Authorization": "TC3-HMAC-SHA256 Credential=AK/2026-01-05/vms/tc3_request, "
          + "SignedHeaders=content-type;host;x-tc-action, "
          + "Signature=5d1bd34c778ab91e2d4e9bac8a2ec9abf84f8215798fb2020cda33d56678b191",
      ])
  }

  /// A call reaches one person: whoever is on duty is called one after the other, and one call that was taken is enough.
  @Test func everyoneIsCalled() async throws {
    var event = Sample.raised()
    event.to = ["13700000001", "+8613700000002"].map { Responder(name: $0, channel: "c", mention: $0) }
    let service = Service([Self.refused, Self.taken])
    #expect(await send(service, to: ["13800138000"], entry: Sample.entry(event)) == .delivered)
    #expect(
      service.requests.map { $0.body.prefix(33) } == [
        #"{"CalledNumber":"+8613700000001","#, #"{"CalledNumber":"+8613700000002","#,
      ])
    #expect(GatewayTests.word(await send(Service([Self.refused]), to: ["13800138000"])) == "refused")
    let nobody = Service([])
    #expect(GatewayTests.word(await send(nobody, to: [])) == "refused" && nobody.requests.isEmpty)
  }

  @Test(
    arguments: [
      ("LimitExceeded.DeliveryFrequencyLimit", "retry"), ("RequestLimitExceeded", "retry"),
      ("InternalError.AccessUpstreamTimeout", "retry"), ("InternalError.UpstreamError", "retry"),
      ("FailedOperation.AccessUpstreamTimeout", "retry"), ("FailedOperation.ParametersOtherError", "retry"),
      ("FailedOperation.ContainSensitiveWord", "unfit"), ("InvalidParameterValue.ContentLengthLimit", "unfit"),
      ("InvalidParameterValue.CalledNumberVerifyFail", "refused"),
      ("InvalidParameterValue.SdkAppidNotExist", "refused"),
      ("FailedOperation.InsufficientBalanceInVoicePackage", "refused"),
      ("FailedOperation.TemplateIncorrectOrUnapproved", "refused"),
      ("UnauthorizedOperation.ServiceSuspendDueToArrears", "refused"), ("UnsupportedOperation", "refused"),
    ])
  func codes(code: String, expected: String) {
    let body = #"{"Response":{"Error":{"Code":"\#(code)","Message":"m"},"RequestId":"1"}}"#
    let result = TencentWay.judge(call: HTTPAnswer(status: 200, body: Array(body.utf8)), now: Sample.start)
    #expect(GatewayTests.word(result) == expected)
    #expect(result.reason == "\(code): m")
  }

  /// No call id, no call: somebody else's page is tried again, and an HTTP error is one.
  @Test(
    arguments: [
      (200, taken, "delivered"), (200, #"{"Response":{"SendStatus":{"CallId":""}}}"#, "retry"),
      (200, #"{"Response":{}}"#, "retry"), (200, "<html>", "retry"), (200, "", "retry"), (404, "", "refused"),
      (503, taken, "retry"),
    ])
  func otherAnswers(status: Int, body: String, expected: String) {
    let result = TencentWay.judge(call: HTTPAnswer(status: status, body: Array(body.utf8)), now: Sample.start)
    #expect(GatewayTests.word(result) == expected)
  }
}
