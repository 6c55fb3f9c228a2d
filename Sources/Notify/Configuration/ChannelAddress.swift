// Checks the address of a channel against its kind. Addresses hold keys, so no message quotes more than the host.
import ConfigFile
import Foundation
import Words

enum ChannelAddress {
  /// The robots' own hosts: a robot's address under the wrong kind would be refused message by message.
  private static let homes: [(host: String, kind: Channel.Kind)] = [
    ("qyapi.weixin.qq.com", .wecom), ("oapi.dingtalk.com", .dingtalk), ("api.dingtalk.com", .dingtalk),
    ("open.feishu.cn", .feishu), ("open.larksuite.com", .feishu),
  ]

  static func check(_ text: String, for kind: Channel.Kind, at location: SourceLocation, log: ProblemLog) {
    let schemes = kind == .email ? ["smtp", "smtps"] : ["http", "https"]
    // {{fields}} of a template are filled in later.
    let plain = kind == .http ? HTTPTemplate.fill(text, .none) { _ in "x" } : text
    guard let url = URLComponents(string: plain), let scheme = url.scheme?.lowercased(), let host = url.host,
      !host.isEmpty
    else {
      log.error(
        at: location, zh: "url：不是地址", en: "url: not an address",
        hint: .init(
          zh: "请写 \(schemes[schemes.count - 1])://主机…，按接收方给出的地址",
          en: "write \(schemes[schemes.count - 1])://HOST…, as the receiver gives it"))
      return
    }
    guard schemes.contains(scheme) else {
      log.error(
        at: location, zh: "url：\(kind.rawValue) 渠道的地址不能以 \(scheme):// 开头",
        en: "url: a channel of kind \(kind.rawValue) cannot have an address that begins with \(scheme)://",
        hint: .init(
          zh: "请写 \(schemes.map { $0 + "://" }.joined(separator: " 或 "))",
          en: "write \(schemes.map { $0 + "://" }.joined(separator: " or "))"))
      return
    }
    if url.user != nil || url.password != nil {
      log.error(
        at: location, zh: "url：用户名和密码不应写在地址里", en: "url: user and password do not belong in the address",
        hint: kind == .email
          ? .init(zh: "请用 user 和 password 这两个键", en: "use the keys user and password")
          : .init(zh: "请用 secret，或地址里的密钥", en: "use a secret, or a key in the address"))
    }
    guard let home = homes.first(where: { host.lowercased() == $0.host }) else { return }
    if kind.isRobot && home.kind != kind {
      log.error(
        at: location, zh: "url：\(host) 是 \(home.kind.rawValue) 的地址，不是 \(kind.rawValue) 的",
        en: "url: \(host) is an address of kind \(home.kind.rawValue), not \(kind.rawValue)",
        hint: .init(zh: "请写 kind: \(home.kind.rawValue)", en: "write kind: \(home.kind.rawValue)"))
    } else if kind.isRobot, let missing = missingPart(of: url, kind) {
      log.error(
        at: location, zh: "url：地址里没有 \(missing.zh)", en: "url: the address has no \(missing.en)",
        hint: .init(zh: "请复制机器人的完整地址", en: "copy the whole address of the robot"))
    }
  }

  static func isLoopback(_ text: String) -> Bool {
    let host = URLComponents(string: text)?.host?.lowercased() ?? ""
    return host == "localhost" || host.hasPrefix("127.") || host == "::1" || host == "[::1]"
  }

  private static func missingPart(of url: URLComponents, _ kind: Channel.Kind) -> LocalizedText? {
    func has(_ name: String) -> Bool {
      url.queryItems?.contains { $0.name == name && $0.value?.isEmpty == false } ?? false
    }
    switch kind {
    case .wecom: return has("key") ? nil : LocalizedText("key=…")
    case .dingtalk: return has("access_token") ? nil : LocalizedText("access_token=…")
    case .feishu:
      let parts = url.path.split(separator: "/")
      let hasToken = parts.count > 1 && parts.contains("hook") && parts.last != "hook"
      return hasToken ? nil : LocalizedText(zh: "/hook/ 之后的令牌", en: "token after /hook/")
    default: return nil
    }
  }
}
