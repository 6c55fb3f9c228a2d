package import Community

/// What libmosquitto, OpenSSL and the resolver say in English.
package enum BrokerReason {
  /// - Parameter english: the library's own words; one that is not known stands in them.
  package static func text(_ english: String) -> LocalizedText {
    LocalizedText(zh: chinese(english), en: english)
  }

  private static func chinese(_ english: String) -> String {
    if let known = table[english] { return known }
    if english.hasPrefix("unknown code ") { return "未知代码 " + english.dropFirst("unknown code ".count) }
    if let found = marks.first(where: { english.contains($0.mark) }) { return found.chinese }
    let system = SystemReason.text(english)
    return system.zh == english ? "“\(english)”" : system.zh
  }

  /// Of OpenSSL's lines, which carry numbers and names of functions.
  private static let marks = [
    (mark: "certificate verify failed", chinese: "本机不信任它的证书"),
    (mark: "wrong version number", chinese: "它在这个端口上不支持 TLS"),
    (mark: "certificate required", chinese: "它要求客户端证书"), (mark: "bad certificate", chinese: "它不接受我们的证书"),
    (mark: "unknown ca", chinese: "它不信任我们的证书"), (mark: "unsupported protocol", chinese: "TLS 版本不符"),
  ]

  private static let table = [
    // mosquitto_strerror
    "Out of memory.": "内存不足",
    "A network protocol error occurred when communicating with the broker.": "与代理通信时协议出错",
    "Invalid function arguments provided.": "参数无效",
    "The client is not currently connected.": "没有连接",
    "The connection was refused.": "连接被拒绝",
    "The connection was lost.": "连接已中断",
    "A TLS error occurred.": "TLS 出错",
    "TLS handshake failed.": "TLS 握手失败",
    "OCSP error.": "证书状态（OCSP）查询失败",
    "Payload too large.": "消息太大",
    "Packet larger than supported by the server.": "消息超出代理允许的大小",
    "Requested QoS not supported on server.": "代理不支持所要求的 QoS",
    "This feature is not supported.": "不支持这项功能",
    "Authorisation failed.": "未获授权",
    "Access denied by ACL.": "访问控制列表（ACL）不允许",
    "Lookup error.": "找不到这个主机名",
    "Proxy error.": "代理服务器（SOCKS）出错",
    "Malformed UTF-8": "UTF-8 编码有误",
    // mosquitto_connack_string
    "Connection Refused: unacceptable protocol version.": "不支持这个协议版本",
    "Connection Refused: identifier rejected.": "不接受这个 client_id",
    "Connection Refused: broker unavailable.": "代理暂不可用",
    "Connection Refused: bad user name or password.": "用户名或密码不正确",
    "Connection Refused: not authorised.": "未获授权",
    // mosquitto_reason_string, the codes of MQTT 5 §2.4; "refused" is 128 of a SUBACK.
    "refused": "未获准许",
    "Unspecified error": "未说明原因",
    "Malformed Packet": "报文格式有误",
    "Protocol Error": "违反协议",
    "Implementation specific error": "代理自身的原因",
    "Unsupported Protocol Version": "不支持这个协议版本",
    "Client Identifier not valid": "不接受这个 client_id",
    "Bad User Name or Password": "用户名或密码不正确",
    "Not authorized": "未获授权",
    "Server unavailable": "代理暂不可用",
    "Server busy": "代理繁忙",
    "Banned": "本客户端已被封禁",
    "Server shutting down": "代理正在停止",
    "Bad authentication method": "不支持这种认证方式",
    "Keep Alive timeout": "保活（keepalive）超时",
    "Session taken over": "会话已被另一个客户端接管",
    "Topic Filter invalid": "主题过滤器无效",
    "Topic Name invalid": "主题名无效",
    "Receive Maximum exceeded": "未确认的消息太多",
    "Topic Alias invalid": "主题别名无效",
    "Packet too large": "消息太大",
    "Message rate too high": "消息太频繁",
    "Quota exceeded": "超出配额",
    "Administrative action": "被管理员断开",
    "Payload format invalid": "消息内容的格式有误",
    "Retain not supported": "不支持保留消息",
    "QoS not supported": "不支持这个 QoS",
    "Use another server": "请改用另一台服务器",
    "Server moved": "服务器已迁移",
    "Shared Subscriptions not supported": "不支持共享订阅",
    "Connection rate exceeded": "连接太频繁",
    "Maximum connect time": "已达最长连接时间",
    "Subscription identifiers not supported": "不支持订阅标识符",
    "Wildcard Subscriptions not supported": "不支持通配符订阅",
    // gai_strerror
    "Name or service not known": "找不到这个主机名",
    "No address associated with hostname": "这个主机名没有地址",
    "Temporary failure in name resolution": "域名服务器没有应答",
    "Non-recoverable failure in name resolution": "域名解析失败",
  ]
}
