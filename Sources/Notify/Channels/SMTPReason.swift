// Why libcurl could not hand a mail over. It says so in English; one that is not known stands in its own words.
import Words

enum SMTPReason {
  /// - Parameters:
  ///   - code: libcurl's, of curl.h.
  ///   - english: libcurl's own words.
  static func text(_ code: Int32, _ english: String) -> LocalizedText {
    let refusal = refusals.first { english.hasPrefix($0.begin) }?.chinese
    return LocalizedText(zh: refusal ?? chinese[code] ?? "“\(english)”", en: english)
  }

  /// What a server refuses; all of them have one code.
  private static let refusals = [
    (begin: "MAIL failed", chinese: "发件人被拒绝"), (begin: "RCPT failed", chinese: "收件人被拒绝"),
    (begin: "DATA failed", chinese: "邮件正文被拒绝"),
  ]

  private static let chinese: [Int32: String] = [
    6: "找不到这个主机名",  // CURLE_COULDNT_RESOLVE_HOST
    7: "连不上服务器",  // CURLE_COULDNT_CONNECT
    8: "服务器的应答出乎意料",  // CURLE_WEIRD_SERVER_REPLY
    27: "内存不足",  // CURLE_OUT_OF_MEMORY
    28: "服务器没有在规定时间内应答",  // CURLE_OPERATION_TIMEDOUT
    35: "TLS 握手失败",  // CURLE_SSL_CONNECT_ERROR
    52: "服务器没有应答",  // CURLE_GOT_NOTHING
    55: "发送时连接中断",  // CURLE_SEND_ERROR
    56: "接收时连接中断",  // CURLE_RECV_ERROR
    60: "本机不信任它的证书",  // CURLE_PEER_FAILED_VERIFICATION
    64: "服务器不提供 STARTTLS",  // CURLE_USE_SSL_FAILED
    67: "用户名或密码不被接受",  // CURLE_LOGIN_DENIED
  ]
}
