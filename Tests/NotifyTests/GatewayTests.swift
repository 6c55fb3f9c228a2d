// SMS, voice, WeChat, forums, templates and Alertmanager against receivers that insist on what the services document.
import Alerts
import Community
import ConfigFile
import Foundation
import Pipeline
import Synchronization
import TestSupport
import Testing

@testable import Notify

/// Answers from a script, then as `judge` says, and remembers what it was asked.
final class ScriptedService: Sendable {
  private final class Core: Sendable {
    let state = Mutex<(answers: [LoopbackHTTPAnswer], requests: [LoopbackHTTPRequest])>(([], []))
  }
  private let core = Core()
  private let server: LoopbackHTTPServer

  init(
    _ answers: [LoopbackHTTPAnswer] = [], then judge: @escaping @Sendable (LoopbackHTTPRequest) -> LoopbackHTTPAnswer
  ) throws {
    let core = core
    core.state.withLock { $0.answers = answers }
    server = try LoopbackHTTPServer { request in
      let scripted = core.state.withLock { state -> LoopbackHTTPAnswer? in
        state.requests.append(request)
        return state.answers.isEmpty ? nil : state.answers.removeFirst()
      }
      return scripted ?? judge(request)
    }
  }

  var url: String { server.url }
  var requests: [LoopbackHTTPRequest] { core.state.withLock { $0.requests } }
  func stop() { server.stop() }
}

private final class Count: Sendable {
  private let state = Mutex(0)
  var value: Int { state.withLock { $0 } }
  func next() -> Int {
    state.withLock { count in
      count += 1
      return count
    }
  }
}

@Suite struct GatewayTests {
  func send(
    _ service: ScriptedService, _ gateway: Gateway, _ kind: Channel.Kind = .http, to: [String] = [],
    entry: OutboxEntry = Sample.entry(), count: Int = 1, path: String = ""
  ) async throws -> [DeliveryResult] {
    var channel = Channel(id: "c", kind: kind, url: Secret(service.url + path))
    channel.to = to
    return try await Sample.withNetwork { network in
      let sender = GatewayChannel(channel: channel, gateway: gateway, settings: Sample.settings, transport: network)
      var results: [DeliveryResult] = []
      for _ in 0..<count { results.append(await sender.send(entry, now: Sample.start)) }
      return results
    }
  }

  static func json(_ text: String, status: Int = 200) -> LoopbackHTTPAnswer {
    LoopbackHTTPAnswer(status: status, headers: ["Content-Type": "application/json"], body: text)
  }

  // MARK: - Signatures

  /// The example of Aliyun's document ("V3版本请求体&签名机制").
  @Test func aliyunSignature() {
    let headers = [
      "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-version": "2014-05-26",
      "x-acs-content-sha256": CloudSignature.sha256(""), "x-acs-date": "2023-10-26T10:22:32Z",
      "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    ]
    let query = PercentEncoding.query([
      "RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
    ])
    let header = CloudSignature.aliyun(
      method: "POST", path: "/", query: query, headers: headers, body: "", key: "YourAccessKeyId",
      secret: "YourAccessKeySecret")
    #expect(header.hasSuffix("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"))
    #expect(header.hasPrefix("ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"))
  }

  /// The request of Tencent Cloud's document ("签名方法 v3"); the signature was computed with another program.
  @Test func tencentSignature() {
    let body = #"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#
    #expect(
      CloudSignature.sha256(body) == "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064")
    let header = CloudSignature.tencent(
      service: "cvm", host: "cvm.tencentcloudapi.com", action: "DescribeInstances", body: body, seconds: 1_551_113_065,
      key: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", secret: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
    #expect(
      header
        == "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        + "SignedHeaders=content-type;host;x-tc-action, "
        + "Signature=644be983de9a8a3f00db8eadaba61467c3b429e2215758ba897b738ca469fd26")
  }

  // MARK: - SMS and voice

  static let message = CloudMessage(
    accessKey: "AK", accessSecret: Secret("SK"), sign: "邻里", template: "SMS_1",
    parameters: [("title", "{{title}}"), ("place", "{{place}}")], showNumber: "4001112222", application: "1400006666")

  @Test func aliyunSMS() async throws {
    let service = try ScriptedService { request in
      // Signs again what arrived, as the service does.
      var signed: [String: String] = [:]
      for name in [
        "host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256",
      ] {
        signed[name] = request.headers[name] ?? ""
      }
      let expected = CloudSignature.aliyun(
        method: "POST", path: "/", query: PercentEncoding.query(request.query), headers: signed, body: "", key: "AK",
        secret: "SK")
      guard request.headers["authorization"] == expected else {
        return Self.json(#"{"Code":"SignatureDoesNotMatch","Message":"no"}"#, status: 400)
      }
      return Self.json(#"{"Code":"OK","Message":"OK","BizId":"1"}"#)
    }
    defer { service.stop() }
    #expect(try await send(service, .aliyunSMS(Self.message), to: ["13800138000", "13900139000"]) == [.delivered])
    let query = try #require(service.requests.first?.query)
    #expect(query["PhoneNumbers"] == "13800138000,13900139000" && query["SignName"] == "邻里")
    #expect(query["TemplateCode"] == "SMS_1")
    #expect(query["TemplateParam"] == #"{"place":"颐和小区 3号楼 301","title":"房间温度过低"}"#)
    #expect(service.requests[0].headers["x-acs-action"] == "SendSms")
    #expect(service.requests[0].headers["x-acs-date"] == "2026-01-05T03:00:00Z")
    var wrong = Self.message
    wrong.accessSecret = Secret("other")
    guard case .refused(let reason) = try await send(service, .aliyunSMS(wrong), to: ["13800138000"])[0] else {
      Issue.record("a wrong secret is not refused")
      return
    }
    #expect(reason.en.contains("SignatureDoesNotMatch") && !reason.en.contains("other"))
  }

  @Test func aVoiceCallReachesWhoeverIsOnDuty() async throws {
    let service = try ScriptedService { _ in Self.json(#"{"Code":"OK","CallId":"1"}"#) }
    defer { service.stop() }
    var event = Sample.raised()
    event.to = [
      Responder(name: "李雷", channel: "c", mention: "13700000001"),
      Responder(name: "韩", channel: "c", mention: "13700000002"),
      Responder(name: "他", channel: "other", mention: "13700000003"),
    ]
    #expect(
      try await send(service, .aliyunVoice(Self.message), to: ["13800138000"], entry: Sample.entry(event)) == [
        .delivered
      ])
    #expect(service.requests.map { $0.query["CalledNumber"] } == ["13700000001", "13700000002"])
    #expect(service.requests[0].query["CalledShowNumber"] == "4001112222")
    #expect(service.requests[0].headers["x-acs-action"] == "SingleCallByTts")
  }

  /// One is for whoever is on duty, the other for the channel's own number: the digest of both is for both.
  @Test func aDigestReachesWhoeverAnyOfItIsFor() async throws {
    let service = try ScriptedService { _ in Self.json(#"{"Code":"OK"}"#) }
    defer { service.stop() }
    var onDuty = Sample.raised(Sample.alert("B"))
    onDuty.to = [Responder(name: "李雷", channel: "c", mention: "13700000001")]
    var channel = Channel(id: "c", kind: .http, url: Secret(service.url))
    channel.to = ["13800138000"]
    let entries = [Sample.entry(), Sample.entry(onDuty)]
    let result = try await Sample.withNetwork { [channel] network in
      await GatewayChannel(
        channel: channel, gateway: .aliyunSMS(Self.message), settings: Sample.settings, transport: network
      ).send(Bulletin(.digest(entries, .tooMany), key: "k"), now: Sample.start)
    }
    #expect(result == .delivered)
    #expect(service.requests.map { $0.query["PhoneNumbers"] } == ["13800138000,13700000001"])
  }

  @Test(
    arguments: [
      (#"{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"触发分钟级流控"}"#, "retry"),
      (#"{"Code":"isv.AMOUNT_NOT_ENOUGH"}"#, "refused"), (#"{"Code":"isv.SMS_SIGNATURE_ILLEGAL"}"#, "refused"),
      (#"{"Code":"isv.PARAM_LENGTH_LIMIT"}"#, "unfit"), (#"{"Code":"isp.SYSTEM_ERROR"}"#, "retry"), ("<html>", "retry"),
      (#"{"Code":0}"#, "refused"), ("", "retry"),
    ])
  func aliyunCodes(body: String, expected: String) {
    let result = AliyunWay.judge(HTTPAnswer(status: 200, body: Array(body.utf8)), now: Sample.start)
    #expect(Self.word(result) == expected)
  }

  @Test func tencentSMS() async throws {
    let service = try ScriptedService { request in
      let host = request.headers["host"] ?? ""
      let seconds = request.headers["x-tc-timestamp"].flatMap { Int64($0) } ?? 0
      let expected = CloudSignature.tencent(
        service: "sms", host: host, action: "SendSms", body: String(decoding: request.body, as: UTF8.self),
        seconds: seconds, key: "AK", secret: "SK")
      guard request.headers["authorization"] == expected, request.headers["x-tc-version"] == "2021-01-11" else {
        return Self.json(#"{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"m"}}}"#)
      }
      return Self.json(#"{"Response":{"SendStatusSet":[{"Code":"Ok","Message":"send success"}],"RequestId":"1"}}"#)
    }
    defer { service.stop() }
    #expect(try await send(service, .tencentSMS(Self.message), to: ["13800138000", "+852123"]) == [.delivered])
    let document = try #require(service.requests.first?.json)
    #expect(document["PhoneNumberSet"] as? [String] == ["+8613800138000", "+852123"])
    #expect(document["SmsSdkAppId"] as? String == "1400006666")
    #expect(document["TemplateParamSet"] as? [String] == ["房间温度过低", "颐和小区 3号楼 301"])
    var wrong = Self.message
    wrong.accessSecret = Secret("other")
    #expect(Self.word(try await send(service, .tencentSMS(wrong), to: ["13800138000"])[0]) == "refused")
  }

  @Test(
    arguments: [
      (#"{"Response":{"Error":{"Code":"LimitExceeded.PhoneNumberDailyLimit","Message":""}}}"#, "retry"),
      (#"{"Response":{"Error":{"Code":"InternalError.Timeout","Message":""}}}"#, "retry"),
      (#"{"Response":{"Error":{"Code":"InvalidParameterValue.TemplateParameterLengthLimit"}}}"#, "unfit"),
      (#"{"Response":{"SendStatusSet":[{"Code":"FailedOperation.InsufficientBalanceInSmsPackage"}]}}"#, "refused"),
      (#"{"Response":{"SendStatusSet":[]}}"#, "retry"), ("nonsense", "retry"),
    ])
  func tencentCodes(body: String, expected: String) {
    let answer = HTTPAnswer(status: 200, body: Array(body.utf8))
    #expect(Self.word(TencentWay.judge(answer, receivers: 1, now: Sample.start)) == expected)
  }

  static func word(_ result: DeliveryResult) -> String {
    switch result {
    case .delivered: "delivered"
    case .retry: "retry"
    case .refused: "refused"
    case .unfit: "unfit"
    }
  }

  @Test func nobodyToSendTo() async throws {
    let service = try ScriptedService { _ in Self.json("{}") }
    defer { service.stop() }
    for gateway in [Gateway.aliyunSMS(Self.message), .aliyunVoice(Self.message), .tencentSMS(Self.message)] {
      #expect(Self.word(try await send(service, gateway)[0]) == "refused")
    }
    #expect(service.requests.isEmpty)
  }

  // MARK: - Templates

  @Test func aTemplateIsFilledAndCannotBeLeft() async throws {
    var alert = Sample.alert()
    alert.traits.title = LocalizedText("\"}, \"admin\": true, {\"x\": \"&a=b")
    let entry = Sample.entry(Sample.raised(alert))
    let service = try ScriptedService { _ in Self.json(#"{"result":{"code":0}}"#) }
    defer { service.stop() }
    let template = HTTPTemplate(
      headers: [("Authorization", Secret("Bearer T")), ("X-Alert", Secret("{{id}}"))],
      body: Secret(#"{"a":{"phone":"{{to}}","text":"{{ title }}"}}"#),
      success: .init(pointer: "/result/code", equals: "0"))
    #expect(
      try await send(service, .template(template), to: ["138", "139"], entry: entry, path: "/send?q={{title}}")
        == [.delivered])
    #expect(service.requests.count == 2)
    let document = try #require(service.requests[0].json?["a"] as? [String: Any])
    #expect(document["phone"] as? String == "138" && document["text"] as? String == alert.traits.title.zh)
    #expect(service.requests[0].query == ["q": alert.traits.title.zh])
    #expect(service.requests[0].headers["authorization"] == "Bearer T")
    #expect(service.requests[0].headers["x-alert"] == "7ZQ4M1X0AB")
  }

  @Test(arguments: [
    ("text/xml; charset=utf-8", #"<sms to="{{to}}"><text>{{title}}</text></sms>"#),
    ("application/SOAP+XML", "<a x='{{title}}'/>"), ("text/html", "<p>{{title}}</p>"),
  ])
  func markupIsFilledAndCannotBeLeft(type: String, body: String) async throws {
    var alert = Sample.alert()
    alert.traits.title = LocalizedText(#"</text><admin a="b" c='d'/>&lt;"#)
    let service = try ScriptedService { _ in Self.json("") }
    defer { service.stop() }
    let template = HTTPTemplate(headers: [("Content-Type", Secret(type))], body: Secret(body))
    let entry = Sample.entry(Sample.raised(alert))
    #expect(try await send(service, .template(template), to: ["1&2"], entry: entry) == [.delivered])
    let escaped = "&lt;/text&gt;&lt;admin a=&quot;b&quot; c=&#39;d&#39;/&gt;&amp;lt;"
    let expected = body.replacing("{{title}}", with: escaped).replacing("{{to}}", with: "1&amp;2")
    #expect(service.requests.map { String(decoding: $0.body, as: UTF8.self) } == [expected])
  }

  @Test(arguments: [
    ("a & b", "a &amp; b"), ("&amp;", "&amp;amp;"), ("<\u{301}", "&lt;\u{301}"), ("]]>", "]]&gt;"), ("", ""),
    ("\u{1B}[m\u{0}\u{FFFE}\n\t楼", "[m\n\t楼"),
  ])
  func valuesInXML(value: String, written: String) {
    #expect(HTTPTemplate.fill("<a>{{text}}</a>", .xml) { _ in value } == "<a>\(written)</a>")
  }

  /// In a CDATA section nothing is escaped but its end; behind it everything is again.
  @Test func valuesInCDATA() {
    func fill(_ source: String, _ value: String) -> String { HTTPTemplate.fill(source, .xml) { _ in value } }
    #expect(fill("<a><![CDATA[{{text}}]]></a><b>{{text}}</b>", "1 < 2") == "<a><![CDATA[1 < 2]]></a><b>1 &lt; 2</b>")
    let hostile = fill("<a><![CDATA[{{text}}>{{text}}]]></a>", "x]]><b/>]")
    #expect(hostile.hasPrefix("<a><![CDATA[") && hostile.hasSuffix("]]></a>"))
    // As a parser reads it: sections one after the other.
    let sections = hostile.dropFirst("<a>".count).dropLast("</a>".count).split(separator: "]]>")
    #expect(sections.allSatisfy { $0.hasPrefix("<![CDATA[") })
    let text = sections.map { String($0.dropFirst("<![CDATA[".count)) }.joined(separator: "")
    #expect(text == "x]]><b/>]>x]]><b/>]")
  }

  static let types: [(String, HTTPTemplate.Escape)] = [
    ("application/json", .json), ("Application/Vnd.api+JSON; charset=utf-8", .json),
    ("application/x-www-form-urlencoded", .url), ("application/xml", .xml), ("image/svg+xml;a=b", .xml),
    ("text/plain; note=xml", .none), ("", .none),
  ]

  @Test(arguments: Self.types) func theTypeOfTheBodyDecides(type: String, escape: HTTPTemplate.Escape) {
    #expect(HTTPTemplate.Escape(contentType: type) == escape)
  }

  @Test func successIsWhatTheAnswerSays() async throws {
    let template = HTTPTemplate(body: Secret("{{text}}"), success: .init(pointer: "/ok", equals: "true"))
    let service = try ScriptedService([
      Self.json(#"{"ok":false}"#), Self.json(#"{"ok":true}"#), Self.json("<html>"), Self.json("{}", status: 404),
      Self.json(#"{"ok":1}"#),
    ]) { _ in Self.json(#"{"ok":true}"#) }
    defer { service.stop() }
    let results = try await send(service, .template(template), count: 6).map(Self.word)
    #expect(results == ["retry", "delivered", "retry", "refused", "retry", "delivered"])
  }

  @Test func unknownFields() {
    #expect(HTTPTemplate.unknownField(in: #"{"a":{"b":"{{title}} {{to}}"}}"#) == nil)
    #expect(HTTPTemplate.unknownField(in: "{{titel}}") == "titel")
    #expect(HTTPTemplate.fill(#"{"a":{"b":{}}}"#, .json) { _ in "x" } == #"{"a":{"b":{}}}"#)
    #expect(HTTPTemplate.fill("a {{ b", .none) { _ in "x" } == "a {{ b")
  }

  @Test func pointers() {
    let answer = JSONAnswer(Array(#"{"a/b":{"~":[1,true,"x",null]},"":2}"#.utf8))
    #expect(answer["/a~1b/~0/0"] == "1" && answer["/a~1b/~0/1"] == "true" && answer["/a~1b/~0/2"] == "x")
    #expect(answer["/a~1b/~0/3"] == nil && answer["/a~1b/~0/9"] == nil && answer["/"] == "2")
    #expect(JSONAnswer([])["/a"] == nil)
  }

  // MARK: - WeChat, forums

  static let account = WeChatAccount(
    applicationID: "wx1", applicationSecret: Secret("S"), template: "TPL",
    data: [("thing1", "{{title}}"), ("time2", "{{since}}")])

  @Test func weChatFetchesAndRenewsItsToken() async throws {
    let tokens = Count()
    let service = try ScriptedService { request in
      if request.path == "/cgi-bin/stable_token" {
        guard request.json?["secret"] as? String == "S" else {
          return Self.json(#"{"errcode":40125,"errmsg":"invalid"}"#)
        }
        let number = tokens.next()
        return Self.json(#"{"access_token":"T\#(number)","expires_in":7200}"#)
      }
      // The second message finds that another program has taken a new token.
      let token = request.query["access_token"]
      let current = tokens.value
      let sent = current == 1 ? 0 : 1
      return token == "T\(current)" && (sent == 1 || request.json?["touser"] as? String == "o1")
        ? Self.json(#"{"errcode":0,"errmsg":"ok","msgid":1}"#) : Self.json(#"{"errcode":40001,"errmsg":"old"}"#)
    }
    defer { service.stop() }
    #expect(
      try await send(service, .weChat(Self.account), .wechat, to: ["o1", "o2"], count: 2) == [.delivered, .delivered])
    #expect(tokens.value == 2)
    let message = try #require(service.requests.first { $0.path.hasSuffix("/send") }?.json)
    #expect(message["template_id"] as? String == "TPL" && message["touser"] as? String == "o1")
    let data = try #require(message["data"] as? [String: [String: String]])
    #expect(data["thing1"]?["value"] == "房间温度过低" && data["time2"]?["value"] == "2026-01-05 11:00")
    var wrong = Self.account
    wrong.applicationSecret = Secret("X")
    #expect(Self.word(try await send(service, .weChat(wrong), .wechat, to: ["o1"])[0]) == "refused")
  }

  @Test func discourse() async throws {
    let service = try ScriptedService([
      Self.json(#"{"id":7,"topic_id":3}"#), Self.json(#"{"id":8}"#),
      Self.json(#"{"errors":["Title has already been used"]}"#, status: 422),
      Self.json(#"{"errors":["slow down"],"extras":{"wait_seconds":30}}"#, status: 429),
    ]) { _ in Self.json(#"{"errors":["no"]}"#, status: 403) }
    defer { service.stop() }
    let forum = DiscourseForum(user: "linli", key: Secret("K"), category: 5)
    #expect(try await send(service, .discourse(forum), .discourse) == [.delivered])
    let reply = DiscourseForum(user: "linli", key: Secret("K"), topic: 3)
    let results = try await send(service, .discourse(reply), .discourse, count: 4)
    #expect(results.map(Self.word) == ["delivered", "unfit", "retry", "refused"])
    #expect(results[2] == .retry(after: 30_000, reason: "HTTP 429: slow down"))
    let first = try #require(service.requests[0].json)
    #expect(first["category"] as? Int == 5 && (first["title"] as? String ?? "").count >= 15)
    #expect((first["raw"] as? String ?? "").contains("房间温度过低"))
    #expect(service.requests[0].headers["api-key"] == "K" && service.requests[0].path == "/posts.json")
    #expect(service.requests[1].json?["topic_id"] as? Int == 3 && service.requests[1].json?["title"] == nil)
  }

  @Test func weibo() async throws {
    let service = try ScriptedService([
      Self.json(#"{"id":1,"idstr":"1"}"#), Self.json(#"{"error":"repeat content!","error_code":20019}"#, status: 400),
      Self.json(#"{"error":"expired_token","error_code":21327}"#, status: 403),
    ]) { _ in Self.json(#"{"error":"User requests out of rate limit!","error_code":10023}"#, status: 403) }
    defer { service.stop() }
    let results = try await send(service, .weibo(token: Secret("T&1")), .weibo, count: 4)
    #expect(results.map(Self.word) == ["delivered", "unfit", "refused", "retry"])
    let form = String(decoding: service.requests[0].body, as: UTF8.self)
    #expect(form.hasPrefix("access_token=T%261&status="))
  }

  // MARK: - Alertmanager

  @Test func alertmanager() async throws {
    let service = try ScriptedService { _ in LoopbackHTTPAnswer() }
    defer { service.stop() }
    let channel = Channel(id: "am", kind: .alertmanager, url: Secret(service.url), secret: Secret("T"))
    try await Sample.withNetwork { network in
      let sender = AlertmanagerChannel(channel: channel, settings: Sample.settings, transport: network)
      #expect(await sender.send(Sample.entry(), now: Sample.start + 1_000) == .delivered)
      #expect(await sender.send(Sample.entry(Sample.cleared()), now: Sample.start + 1_000_000) == .delivered)
      #expect(await sender.repeating((0..<1_200).map { Sample.alert("A\($0)") }, now: Sample.start) == .delivered)
      #expect(await sender.send(Sample.entry(Sample.cleared(after: 0)), now: Sample.start) == .delivered)
    }
    let bodies = try service.requests.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.body)) as? [[String: Any]])
    }
    #expect(service.requests.allSatisfy { $0.path == "/api/v2/alerts" && $0.headers["authorization"] == "Bearer T" })
    #expect(bodies.map(\.count) == [1, 1, 500, 500, 200, 1])
    let firing = bodies[0][0]
    #expect((firing["labels"] as? [String: String])?["alertname"] == "care-room-cold")
    #expect(firing["startsAt"] as? String == "2026-01-05T11:00:00.000+08:00")
    #expect(firing["endsAt"] as? String == "2026-01-05T11:05:01.000+08:00")
    #expect(firing["generatorURL"] as? String == "https://linli.example/#alert=7ZQ4M1X0AB")
    #expect(bodies[1][0]["endsAt"] as? String == "2026-01-05T11:16:00.000+08:00")
    #expect(bodies[5][0]["endsAt"] as? String == "2026-01-05T11:00:00.001+08:00")
  }
}
