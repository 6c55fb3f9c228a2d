// SMS and voice of Aliyun and Tencent Cloud: templates that the provider has approved, filled with an alert's fields, in
// requests signed as their public documents say.
package import ConfigFile
import Crypto
import Foundation
import Pipeline
import Words

package struct CloudMessage: Sendable {
  package var accessKey: String
  package var accessSecret: Secret
  /// The approved signature 签名; empty for voice.
  package var sign: String
  package var template: String
  /// Parameters of the approved template in their order, each a text with {{fields}}.
  package var parameters: [(name: String, text: String)]
  /// Number that a call shows (voice).
  package var showNumber: String
  /// SDK AppID (Tencent).
  package var application: String
  package var region: String

  package init(
    accessKey: String, accessSecret: Secret, sign: String = "", template: String,
    parameters: [(name: String, text: String)] = [], showNumber: String = "", application: String = "",
    region: String = "ap-guangzhou"
  ) {
    self.accessKey = accessKey
    self.accessSecret = accessSecret
    self.sign = sign
    self.template = template
    self.parameters = parameters
    self.showNumber = showNumber
    self.application = application
    self.region = region
  }

  /// Bytes of one parameter: the providers refuse longer variables.
  static let parameterBytes = 100

  func filled(_ draft: GatewayDraft) -> [(name: String, value: String)] {
    parameters.map { parameter in
      let text = TextStyle.plain.escape(HTTPTemplate.fill(parameter.text, .none) { draft.fields[$0] ?? "" })
      // The providers refuse empty ones; a digest has no place.
      return (parameter.name, text.isEmpty ? "-" : TextLimit.shorten(text, bytes: Self.parameterBytes))
    }
  }
}

enum CloudSignature {
  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  static func sha256(_ text: String) -> String { hex(SHA256.hash(data: Array(text.utf8))) }

  static func hmac(_ key: [UInt8], _ text: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
  }

  /// Aliyun's signature version 3, `ACS3-HMAC-SHA256` (help.aliyun.com, "V3版本请求体&签名机制"): the header Authorization.
  /// `headers` hold every signed header in lower case, `host` among them.
  static func aliyun(
    method: String, path: String, query: String, headers: [String: String], body: String, key: String, secret: String
  ) -> String {
    let names = headers.keys.sorted()
    let canonical =
      "\(method)\n\(path)\n\(query)\n" + names.map { "\($0):\(headers[$0] ?? "")\n" }.joined()
      + "\n\(names.joined(separator: ";"))\n\(sha256(body))"
    let signature = hex(hmac(Array(secret.utf8), "ACS3-HMAC-SHA256\n\(sha256(canonical))"))
    return "ACS3-HMAC-SHA256 Credential=\(key),SignedHeaders=\(names.joined(separator: ";")),Signature=\(signature)"
  }

  /// Tencent Cloud's `TC3-HMAC-SHA256` (cloud.tencent.com/document/api/382/52072, "签名方法 v3") for a JSON POST.
  static func tencent(
    service: String, host: String, action: String, body: String, seconds: Int64, key: String, secret: String
  ) -> String {
    let names = "content-type;host;x-tc-action"
    let canonical =
      "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:\(host)\nx-tc-action:\(action.lowercased())\n"
      + "\n\(names)\n\(sha256(body))"
    let date = String(Timestamp(milliseconds: seconds * 1000).rfc3339.prefix(10))
    let scope = "\(date)/\(service)/tc3_request"
    let text = "TC3-HMAC-SHA256\n\(seconds)\n\(scope)\n\(sha256(canonical))"
    let signing = hmac(hmac(hmac(Array("TC3\(secret)".utf8), date), service), "tc3_request")
    return "TC3-HMAC-SHA256 Credential=\(key)/\(scope), SignedHeaders=\(names), Signature=\(hex(hmac(signing, text)))"
  }
}

/// `dysmsapi` SendSms and `dyvmsapi` SingleCallByTts, both of version 2017-05-25.
struct AliyunWay: GatewayWay {
  let message: CloudMessage
  let isVoice: Bool
  let url: String
  let transport: any HTTPTransport

  /// A call reaches one person; an SMS request takes up to 1,000 numbers.
  var takesAll: Bool { !isVoice }
  var textBytes: Int { CloudMessage.parameterBytes }

  func send(_ draft: GatewayDraft, to receivers: [String], now: Timestamp) async throws -> DeliveryResult {
    guard !receivers.isEmpty else { return .refused(reason: .withoutNumber) }
    let parameters = Dictionary(
      message.filled(draft).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let json = String(
      decoding: try JSONSerialization.data(withJSONObject: parameters, options: .sortedKeys), as: UTF8.self)
    let items =
      isVoice
      ? [
        "CalledNumber": receivers[0], "CalledShowNumber": message.showNumber, "TtsCode": message.template,
        "TtsParam": json, "PlayTimes": "2",
      ].filter { !$0.value.isEmpty }
      : [
        "PhoneNumbers": receivers.prefix(1_000).joined(separator: ","), "SignName": message.sign,
        "TemplateCode": message.template, "TemplateParam": json,
      ]
    let query = PercentEncoding.query(items)
    var headers = [
      "host": HTTPAddress.host(url), "x-acs-action": isVoice ? "SingleCallByTts" : "SendSms",
      "x-acs-version": "2017-05-25", "x-acs-date": String(now.rfc3339.prefix(19)) + "Z",
      "x-acs-signature-nonce": CloudSignature.hex((0..<16).map { _ in UInt8.random(in: 0...255) }),
      "x-acs-content-sha256": CloudSignature.sha256(""),
    ]
    headers["authorization"] = CloudSignature.aliyun(
      method: "POST", path: "/", query: query, headers: headers, body: "", key: message.accessKey,
      secret: message.accessSecret.value)
    let answer = try await transport.request(
      "POST", "\(HTTPAddress.base(url))/?\(query)", headers: headers.map { ($0.key, $0.value) }, body: [])
    return Self.judge(answer, now: now)
  }

  /// `Code` is "OK" or says what is wrong (help.aliyun.com, error codes of SendSms and SingleCallByTts).
  static func judge(_ answer: HTTPAnswer, now: Timestamp) -> DeliveryResult {
    let json = JSONAnswer(answer.body)
    guard let code = json["/Code"] else {
      if case let result = AnswerJudge.judge(answer, now: now), result != .delivered { return result }
      return .retry(
        after: nil, reason: LocalizedText(strangerThan: .init(zh: "阿里云", en: "Aliyun"), lacking: "Code", answer))
    }
    if code == "OK" { return AnswerJudge.judge(answer, now: now) }
    let reason = LocalizedText(TextLimit.shorten("\(code): \(json["/Message"] ?? "")", bytes: 300))
    switch code {
    // One a minute, five an hour, ten a day for a number and template; as many requests a second.
    case "isv.BUSINESS_LIMIT_CONTROL", "Throttling.User", "Throttling", "isv.DAY_LIMIT_CONTROL":
      return .retry(after: 60_000, reason: reason)
    case "isp.SYSTEM_ERROR", "isp.UNKNOWN_ERROR", "ServiceUnavailable", "InternalError":
      return .retry(after: nil, reason: reason)
    case "isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM", "isv.PARAM_LENGTH_LIMIT", "isv.BLACK_KEY_CONTROL_LIMIT",
      "isv.TEMPLATE_MISSING_PARAMETERS", "isv.TTS_TEMPLATE_PARAM_ILLEGAL":
      return .unfit(reason: reason)
    default:
      return .refused(reason: reason)
    }
  }
}

/// Tencent Cloud's `sms` SendSms of version 2021-01-11, and `vms` SendTtsVoice of version 2020-09-02
/// (cloud.tencent.com/document/api/1128/51558).
struct TencentWay: GatewayWay {
  let message: CloudMessage
  let isVoice: Bool
  let url: String
  let transport: any HTTPTransport

  /// A call reaches one person; an SMS request takes up to 200 numbers.
  var takesAll: Bool { !isVoice }
  var textBytes: Int { CloudMessage.parameterBytes }

  func send(_ draft: GatewayDraft, to receivers: [String], now: Timestamp) async throws -> DeliveryResult {
    guard !receivers.isEmpty else { return .refused(reason: .withoutNumber) }
    let data = try JSONSerialization.data(
      withJSONObject: document(draft, receivers), options: [.sortedKeys, .withoutEscapingSlashes])
    let body = String(decoding: data, as: UTF8.self)
    let seconds = now.milliseconds / 1000
    let host = HTTPAddress.host(url)
    let action = isVoice ? "SendTtsVoice" : "SendSms"
    let headers = [
      ("Content-Type", "application/json; charset=utf-8"), ("Host", host), ("X-TC-Action", action),
      ("X-TC-Version", isVoice ? "2020-09-02" : "2021-01-11"), ("X-TC-Timestamp", "\(seconds)"),
      ("X-TC-Region", message.region),
      (
        "Authorization",
        CloudSignature.tencent(
          service: isVoice ? "vms" : "sms", host: host, action: action, body: body, seconds: seconds,
          key: message.accessKey, secret: message.accessSecret.value)
      ),
    ]
    let answer = try await transport.request("POST", HTTPAddress.base(url) + "/", headers: headers, body: Array(data))
    return isVoice
      ? Self.judge(call: answer, now: now) : Self.judge(answer, receivers: receivers.count, now: now)
  }

  private func document(_ draft: GatewayDraft, _ receivers: [String]) -> [String: Any] {
    let numbers = receivers.prefix(200).map { $0.hasPrefix("+") ? $0 : "+86\($0)" }
    let parameters = message.filled(draft).map(\.value)
    if isVoice {
      return [
        "CalledNumber": numbers[0], "VoiceSdkAppid": message.application, "TemplateId": message.template,
        "TemplateParamSet": parameters, "PlayTimes": 2,
      ]
    }
    return [
      "PhoneNumberSet": numbers, "SmsSdkAppId": message.application, "SignName": message.sign,
      "TemplateId": message.template, "TemplateParamSet": parameters,
    ]
  }

  /// `Response.Error` for the whole, `SendStatusSet` for each number; taken when one of them was
  /// (cloud.tencent.com/document/product/382/55981).
  static func judge(_ answer: HTTPAnswer, receivers: Int, now: Timestamp) -> DeliveryResult {
    let json = JSONAnswer(answer.body)
    if let refusal = refusal(json) { return refusal }
    let codes = (0..<receivers).compactMap { json["/Response/SendStatusSet/\($0)/Code"] }
    guard let first = codes.first else { return judge(stranger: answer, now: now) }
    return codes.contains("Ok")
      ? AnswerJudge.judge(answer, now: now) : meaning(first, json["/Response/SendStatusSet/0/Message"] ?? "")
  }

  /// `Response.Error`, or the id of the call that the service has taken on.
  static func judge(call answer: HTTPAnswer, now: Timestamp) -> DeliveryResult {
    let json = JSONAnswer(answer.body)
    if let refusal = refusal(json) { return refusal }
    guard let call = json["/Response/SendStatus/CallId"], !call.isEmpty else {
      return judge(stranger: answer, now: now)
    }
    return AnswerJudge.judge(answer, now: now)
  }

  private static func judge(stranger answer: HTTPAnswer, now: Timestamp) -> DeliveryResult {
    if case let result = AnswerJudge.judge(answer, now: now), result != .delivered { return result }
    return .retry(
      after: nil,
      reason: LocalizedText(strangerThan: .init(zh: "腾讯云", en: "Tencent Cloud"), lacking: "SendStatus", answer))
  }

  private static func refusal(_ json: JSONAnswer) -> DeliveryResult? {
    json["/Response/Error/Code"].map { meaning($0, json["/Response/Error/Message"] ?? "") }
  }

  /// Error codes of sms and vms.
  private static func meaning(_ code: String, _ message: String) -> DeliveryResult {
    let reason = LocalizedText(TextLimit.shorten("\(code): \(message)", bytes: 300))
    if code.hasPrefix("LimitExceeded") || code.hasPrefix("RequestLimitExceeded") {
      return .retry(after: 60_000, reason: reason)
    }
    switch code {
    // The service's own trouble, and what it calls an unknown error.
    case "FailedOperation.AccessUpstreamTimeout", "FailedOperation.ParametersOtherError":
      return .retry(after: nil, reason: reason)
    // Wrong whatever the message says.
    case "InvalidParameterValue.CalledNumberVerifyFail", "InvalidParameterValue.SdkAppidNotExist":
      return .refused(reason: reason)
    case "FailedOperation.ContainSensitiveWord": return .unfit(reason: reason)
    default: break
    }
    if code.hasPrefix("InternalError") || code.hasPrefix("FailedOperation.InternalFailure") {
      return .retry(after: nil, reason: reason)
    }
    return code.hasPrefix("InvalidParameterValue") ? .unfit(reason: reason) : .refused(reason: reason)
  }
}

extension LocalizedText {
  fileprivate static let withoutNumber = LocalizedText(zh: "没有可发送的电话号码", en: "no telephone number to send to")
}

enum HTTPAddress {
  /// Host with its port where that is not the usual one: what the header Host says, and what is signed.
  static func host(_ url: String) -> String {
    guard let parts = URLComponents(string: url), let host = parts.host else { return "" }
    guard let port = parts.port, port != (parts.scheme == "https" ? 443 : 80) else { return host }
    return "\(host):\(port)"
  }

  static func base(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }
}
