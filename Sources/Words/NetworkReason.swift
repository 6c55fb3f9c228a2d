/// Why a connection over the network failed. The libraries say so in English, as a description of their error.
package enum NetworkReason {
  /// Of an error without words of its own; one that is not known stands in its own words.
  package static func text(_ error: any Error) -> LocalizedText {
    if let error = error as? any WordedError { return error.text }
    let text = "\(error)"
    return reasons.first { text.contains($0.mark) }?.words ?? LocalizedText(zh: "“\(text)”", en: text)
  }

  /// By what the description contains, the cause before its consequence. Errors of async-http-client, of NIO with the system's
  /// words in it, of BoringSSL with the names of its reasons, and of getaddrinfo.
  private static let reasons: [(mark: String, words: LocalizedText)] = [
    ("CERTIFICATE_VERIFY_FAILED", .init(zh: "本机不信任它的证书", en: "this machine does not trust its certificate")),
    ("WRONG_VERSION_NUMBER", .init(zh: "它不支持 TLS", en: "it does not speak TLS")),
    ("failedToValidateHostname", .init(zh: "证书与主机名不符", en: "its certificate is for another host")),
    ("tlsHandshakeTimeout", .init(zh: "TLS 握手超时", en: "the TLS handshake took too long")),
    ("handshakeFailed", .init(zh: "TLS 握手失败", en: "the TLS handshake failed")),
    ("UnknownHost", .init(zh: "找不到这个主机名", en: "there is no such host name")),
    ("Name or service not known", .init(zh: "找不到这个主机名", en: "there is no such host name")),
    ("Temporary failure in name resolution", .init(zh: "域名服务器没有应答", en: "the name server does not answer")),
    ("No such file", .init(zh: "没有这个套接字", en: "there is no socket")),
    ("onnection refused", .init(zh: "连接被拒绝", en: "connection refused")),
    ("Permission denied", .init(zh: "没有权限", en: "permission denied")),
    ("Network is unreachable", .init(zh: "网络不通", en: "the network cannot be reached")),
    ("No route to host", .init(zh: "网络不通", en: "the network cannot be reached")),
    ("Connection reset", .init(zh: "对方中断了连接", en: "it broke the connection off")),
    ("Broken pipe", .init(zh: "对方中断了连接", en: "it broke the connection off")),
    ("Too many open files", .init(zh: "打开的文件太多", en: "too many open files")),
    ("connectTimeout", .init(zh: "连接超时", en: "connecting took too long")),
    ("Connection timed out", .init(zh: "连接超时", en: "connecting took too long")),
    ("getConnectionFromPoolTimeout", .init(zh: "连接超时", en: "connecting took too long")),
    ("readTimeout", .init(zh: "对方没有在规定时间内应答", en: "it did not answer in time")),
    ("writeTimeout", .init(zh: "对方没有在规定时间内应答", en: "it did not answer in time")),
    ("deadlineExceeded", .init(zh: "对方没有在规定时间内应答", en: "it did not answer in time")),
    ("remoteConnectionClosed", .init(zh: "对方关闭了连接", en: "it closed the connection")),
    ("uncleanShutdown", .init(zh: "对方关闭了连接", en: "it closed the connection")),
    ("invalidURL", .init(zh: "网址无效", en: "the address is not valid")),
    ("emptyHost", .init(zh: "网址中没有主机名", en: "the address has no host")),
    (
      "unsupportedScheme",
      .init(zh: "网址应以 http:// 或 https:// 开头", en: "the address must begin with http:// or https://")
    ),
    ("alreadyShutdown", .init(zh: "服务正在停止", en: "the service is stopping")),
  ]
}
