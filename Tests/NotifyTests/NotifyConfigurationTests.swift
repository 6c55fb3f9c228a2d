// channels.yaml: what is read, and every mistake with its line and a hint.
import Alerts
import Community
import ConfigFile
import Notify
import Testing
import Words

@Suite struct NotifyConfigurationTests {
  func read(
    _ text: String, environment: [String: String] = ["KEY": "k-1", "SECRET": "s-1"],
    surroundings: NotifyConfiguration.Surroundings = .init(), in language: Language = .en
  ) -> (configuration: NotifyConfiguration, problems: [String]) {
    let log = ProblemLog()
    let node = ConfigReader.parse(text, file: "channels.yaml", log: log)
    let configuration = NotifyConfiguration.read(
      node, secrets: SecretSource(environment: environment), surroundings: surroundings, log: log)
    return (configuration, log.problems.map { $0.text(in: language) })
  }

  @Test func theExample() throws {
    let (configuration, problems) = read(
      """
      channels:
        - {id: ops-hook, kind: webhook, url: "http://127.0.0.1:9000/hook", secret: "${SECRET}"}
        - {id: district-wecom, kind: wecom, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}", fallback: ops-hook}
        - {id: ding, kind: dingtalk, url: "https://oapi.dingtalk.com/robot/send?access_token=x", secret: "${SECRET}", keyword: 邻里, mentions: [all], language: en}
        - {id: fei, kind: feishu, url: "https://open.feishu.cn/open-apis/bot/v2/hook/x", template: {zh: "{title}", en: "{title} {link}"}}
        - {id: bus, kind: mqtt}
        - id: mail
          kind: email
          url: smtp://mail.example:587
          user: linli
          password: ${SECRET}
          from: linli@example.org
          to: [ops@example.org, duty@example.org]
      routes:
        - {to: [ops-hook, bus]}
        - {place: hedong/jiefang, priority: [critical, high], audience: [care], to: [district-wecom], stop: true}
        - {to: [ding, fei], priority: low}
        - {to: mail, rule: [lift-stuck]}
      """)
    #expect(problems == [])
    #expect(configuration.channels.map(\.id) == ["ops-hook", "district-wecom", "ding", "fei", "bus", "mail"])
    #expect(configuration.channels[1].url.value.hasSuffix("key=k-1"))
    #expect("\(configuration.channels[1])".contains("k-1") == false)
    #expect(configuration.channels[4].topic == "linli/v1/alerts")
    let mail = try #require(configuration.channels[5].mail)
    #expect(mail.to.count == 2 && mail.startTLS == .required)
    #expect(configuration.routes[1].priorities == [.critical, .high] && configuration.routes[1].stop)
    #expect(configuration.routes[2].priorities == [.low])
  }

  @Test func servicesOverHTTP() throws {
    let (configuration, problems) = read(
      """
      channels:
        - {id: am, kind: alertmanager, url: "http://127.0.0.1:9093", secret: "${SECRET}"}
        - {id: sms, kind: http, preset: aliyun-sms, access_key: "${KEY}", access_secret: "${SECRET}", sign: 邻里, template_id: SMS_1, params: {title: "{{title}}"}, to: ["13800138000"]}
        - {id: call, kind: http, preset: aliyun-voice, access_key: a, access_secret: b, template_id: TTS_1}
        - {id: tc, kind: http, preset: tencent-sms, access_key: a, access_secret: b, sign: s, template_id: 1, app_id: 1400, params: ["{{title}}", "{{place}}"]}
        - {id: tv, kind: http, preset: tencent-voice, access_key: a, access_secret: b, template_id: 2, app_id: 1500, region: ap-beijing, params: ["{{place}}"]}
        - {id: own, kind: http, url: "https://h/{{to}}", method: PUT, headers: {X-Key: "${KEY}"}, body: '{"t": "{{text}}"}', success: {pointer: /code, equals: 0}}
        - {id: oa, kind: wechat, app_id: wx1, app_secret: "${SECRET}", template_id: T, data: {thing1: "{{title}}"}, to: [o1]}
        - {id: forum, kind: discourse, url: "https://forum.example", user: linli, key: "${KEY}", category: 3}
        - {id: wb, kind: weibo, token: "${KEY}", quiet_hours: {from: "22:00", to: "07:00", priority: [low]}, digest_every: 5m, heartbeat: "09:00"}
      routes:
        - {to: [am, sms, call, tc, tv, own, oa, forum, wb]}
      """)
    #expect(problems == [])
    #expect(configuration.channels.map(\.id) == ["am", "sms", "call", "tc", "tv", "own", "oa", "forum", "wb"])
    #expect(configuration.channels[1].url.value == "https://dysmsapi.aliyuncs.com")
    guard case .aliyunSMS(let message) = configuration.channels[1].gateway,
      case .tencentVoice(let call) = configuration.channels[4].gateway,
      case .template(let template) = configuration.channels[5].gateway
    else {
      Issue.record("other gateways")
      return
    }
    #expect(message.accessKey == "k-1" && message.parameters.map(\.text) == ["{{title}}"])
    #expect(template.method == .PUT && template.success == .init(pointer: "/code", equals: "0"))
    #expect(configuration.channels[4].url.value == "https://vms.tencentcloudapi.com")
    #expect(call.template == "2" && call.application == "1500" && call.region == "ap-beijing" && call.sign.isEmpty)
    #expect(call.parameters.map(\.text) == ["{{place}}"])
    let weibo = configuration.channels[8]
    #expect(weibo.quietHours == QuietHours(from: 1_320, to: 420, priorities: [.low]))
    #expect(weibo.heartbeat == 540 && weibo.digestEvery == 300_000)
  }

  @Test func groups() throws {
    let (configuration, problems) = read(
      """
      channels:
        - {id: a, kind: wecom, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", group: {}}
        - {id: b, kind: email, url: "smtp://h", from: a@b.cn, to: [c@d.cn], group: {by: [floor, rule, priority], wait: 0s, interval: 1h, priority: [low]}}
        - {id: c, kind: email, url: "smtp://h", from: a@b.cn, to: [c@d.cn], group: {by: []}}
      routes:
        - {to: [a, b, c]}
      """)
    #expect(problems == [])
    #expect(
      configuration.channels.map(\.grouping) == [
        Grouping(by: [.level(.building), .rule], wait: 30_000, interval: 300_000, priorities: [.high, .medium, .low]),
        Grouping(by: [.level(.floor), .rule, .priority], wait: 0, interval: 3_600_000, priorities: [.low]),
        Grouping(by: []),
      ])
  }

  @Test func nothing() {
    #expect(read("").problems == [])
    #expect(read("channels: []\nroutes: []").problems == [])
  }

  /// One mistake each: the text that stands in line 2 (channels) or 3, and the problem.
  @Test(arguments: [
    (
      "{id: a, kind: webhok, url: \"http://h\"}",
      "channels.yaml:2:19: error: kind: unknown value \"webhok\"; did you mean \"webhook\"?"
    ),
    (
      "{id: a, kind: webhook}", "channels.yaml:2:5: error: missing \"url\""
    ),
    (
      "{id: a, kind: webhook, url: \"smtp://h\"}",
      "channels.yaml:2:33: error: url: a channel of kind webhook cannot have an address that begins with smtp://; write http:// or https://"
    ),
    (
      "{id: a, kind: wecom, url: \"https://oapi.dingtalk.com/robot/send?access_token=t\"}",
      "channels.yaml:2:31: error: url: oapi.dingtalk.com is an address of kind dingtalk, not wecom; write kind: dingtalk"
    ),
    (
      "{id: a, kind: wecom, url: \"https://qyapi.weixin.qq.com/cgi-bin/webhook/send\"}",
      "channels.yaml:2:31: error: url: the address has no key=…; copy the whole address of the robot"
    ),
    (
      "{id: a, kind: webhook, url: \"http://h\", sekret: x}",
      "channels.yaml:2:45: error: unknown key \"sekret\"; did you mean \"secret\"?"
    ),
    (
      "{id: a, kind: webhook, url: \"http://h\", secret: \"${NONE}\"}",
      "channels.yaml:2:53: error: environment variable NONE is not set; set it in the environment of the service, or use file:PATH"
    ),
    (
      "{id: a, kind: webhook, url: \"http://h\", fallback: b}",
      "channels.yaml:2:55: error: there is no channel \"b\" to fall back on"
    ),
    (
      "{id: a, kind: mqtt, topic: \"x/#\"}",
      "channels.yaml:2:32: error: \"x/#\" is no topic to publish under; a prefix such as linli/v1/alerts, without + and #, not beginning or ending with /"
    ),
    (
      "{id: a, kind: feishu, url: \"http://h\", template: \"{titel}\"}",
      "channels.yaml:2:54: error: the template names an unknown field {titel}; did you mean \"title\"?"
    ),
    (
      "{id: a, kind: http, url: \"http://h\"}",
      "channels.yaml:2:5: error: missing \"body\"; for example body: '{\"text\": \"{{text}}\"}', or method: GET"
    ),
    (
      "{id: a, kind: http, url: \"http://h\", body: \"{{titel}}\"}",
      "channels.yaml:2:48: error: the template names an unknown field {{titel}}; did you mean \"title\"?"
    ),
    (
      "{id: a, kind: http, preset: aliyun-sns}",
      "channels.yaml:2:33: error: preset: unknown value \"aliyun-sns\"; did you mean \"aliyun-sms\"?"
    ),
    (
      "{id: a, kind: discourse, url: \"http://h\", user: u, key: k}",
      "channels.yaml:2:5: error: a forum needs either \"category\" or \"topic\"; category: every message becomes a topic; topic: a post in that topic"
    ),
    (
      "{id: a, kind: webhook, url: \"http://h\", heartbeat: \"09:00\"}",
      "channels.yaml:2:45: error: unknown key \"heartbeat\"; known: fallback, id, kind, language, secret, url"
    ),
    (
      "{id: a, kind: feishu, url: \"http://h\", quiet_hours: {from: \"22:00\", to: \"07:00\", priority: critical}}",
      "channels.yaml:2:96: error: quiet_hours: critical alerts never wait; leave critical out"
    ),
    (
      "{id: a, kind: feishu, url: \"http://h\", group: {by: [floor, flor]}}",
      "channels.yaml:2:64: error: by: unknown value \"flor\"; did you mean \"floor\"?"
    ),
    (
      "{id: a, kind: feishu, url: \"http://h\", group: {wait: 1h}}",
      "channels.yaml:2:58: error: wait: 1h is not between 0s and 10m"
    ),
    (
      "{id: a, kind: feishu, url: \"http://h\", group: {priority: [critical]}}",
      "channels.yaml:2:63: error: group: critical alerts never wait; leave critical out"
    ),
    (
      "{id: a, kind: mqtt, group: {}}",
      "channels.yaml:2:25: error: unknown key \"group\"; known: fallback, id, kind, language, topic"
    ),
    (
      "{id: a, kind: email, url: \"smtp://h\", from: \"x\", to: [b@c]}",
      "channels.yaml:2:49: error: \"x\" is no mail address; the bare address, such as ops@example.org"
    ),
  ])
  func channelMistakes(line: String, problem: String) {
    let problems = read("channels:\n  - \(line)\nroutes:\n  - {to: [a]}\n").problems
    #expect(problems == [problem])
  }

  @Test(arguments: [
    (
      "{id: a, kind: webhook, url: \"smtp://h\"}",
      "url：webhook 渠道的地址不能以 smtp:// 开头；请写 http:// 或 https://"
    ),
    (
      "{id: a, kind: feishu, url: \"https://open.feishu.cn/open-apis/bot/v2/hook\"}",
      "url：地址里没有 /hook/ 之后的令牌；请复制机器人的完整地址"
    ),
    (
      "{id: a, kind: feishu, url: \"http://h\", template: \"{titel}\"}",
      "模板里有未知的字段 {titel}；是不是想写“title”？"
    ),
    ("{id: a, kind: feishu, url: \"http://h\", template: \"{title\"}", "模板里有 { 没有对应的 }"),
  ])
  func mistakesInChinese(line: String, problem: String) {
    let problems = read("channels:\n  - \(line)\nroutes:\n  - {to: [a]}\n", in: .zh).problems
    #expect(problems.count == 1 && problems[0].hasSuffix(": error: \(problem)"), "\(problems)")
  }

  @Test(arguments: [
    ("{to: [hok]}", "channels.yaml:4:11: error: there is no channel \"hok\"; did you mean \"hook\"?"),
    ("{to: []}", "channels.yaml:4:10: error: a route to no channel"),
    ("{place: hedong}", "channels.yaml:4:5: error: missing \"to\""),
    (
      "{to: [hook], place: hedong/jiefan}",
      "channels.yaml:4:25: error: there is no place \"hedong/jiefan\"; did you mean \"hedong/jiefang\"?"
    ),
    (
      "{to: [hook], priority: [urgent]}",
      "channels.yaml:4:29: error: priority: unknown value \"urgent\"; known: critical, high, low, medium"
    ),
    ("{to: [hook], rule: colt}", "channels.yaml:4:24: error: there is no rule \"colt\"; did you mean \"cold\"?"),
  ])
  func routeMistakes(line: String, problem: String) {
    let problems = read(
      "channels:\n  - {id: hook, kind: webhook, url: \"http://h\"}\nroutes:\n  - \(line)\n",
      surroundings: .init(places: ["hedong", "hedong/jiefang"], rules: ["cold"], channelsInUse: ["hook"])
    ).problems
    #expect(problems == [problem])
  }

  @Test func doublesCirclesAndIdleChannels() {
    let problems = read(
      """
      channels:
        - {id: a, kind: webhook, url: "http://h", fallback: b}
        - {id: b, kind: webhook, url: "http://h", fallback: c}
        - {id: c, kind: webhook, url: "http://h", fallback: b}
        - {id: a, kind: webhook, url: "http://h"}
        - {id: idle, kind: webhook, url: "http://h"}
        - {id: duty, kind: webhook, url: "http://h"}
      routes:
        - {to: [a]}
      """, surroundings: .init(channelsInUse: ["duty"])
    ).problems
    #expect(
      problems == [
        "channels.yaml:5:10: error: channel \"a\" is given twice; the first is in line 2",
        "channels.yaml:3:55: error: the fallbacks go round in a circle: b → c → b; leave one of them out",
        "channels.yaml:6:10: warning: no route leads to channel \"idle\"; add a route, or remove the channel",
      ])
  }
}
