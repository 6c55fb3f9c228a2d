// Checks the address of a channel against its kind. Addresses hold keys, so no message quotes more than the host.
import ConfigFile
import Foundation

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
        at: location, "url: not an address",
        hint: "write \(schemes[schemes.count - 1])://HOST…, as the receiver gives it")
      return
    }
    guard schemes.contains(scheme) else {
      log.error(
        at: location, "url: a channel of kind \(kind.rawValue) cannot have an address that begins with \(scheme)://",
        hint: "write \(schemes.map { $0 + "://" }.joined(separator: " or "))")
      return
    }
    if url.user != nil || url.password != nil {
      let hint = kind == .email ? "use the keys user and password" : "use a secret, or a key in the address"
      log.error(at: location, "url: user and password do not belong in the address", hint: hint)
    }
    guard let home = homes.first(where: { host.lowercased() == $0.host }) else { return }
    if kind.isRobot && home.kind != kind {
      log.error(
        at: location, "url: \(host) is an address of kind \(home.kind.rawValue), not \(kind.rawValue)",
        hint: "write kind: \(home.kind.rawValue)")
    } else if kind.isRobot, let missing = missingPart(of: url, kind) {
      log.error(at: location, "url: the address has no \(missing)", hint: "copy the whole address of the robot")
    }
  }

  static func isLoopback(_ text: String) -> Bool {
    let host = URLComponents(string: text)?.host?.lowercased() ?? ""
    return host == "localhost" || host.hasPrefix("127.") || host == "::1" || host == "[::1]"
  }

  private static func missingPart(of url: URLComponents, _ kind: Channel.Kind) -> String? {
    func has(_ name: String) -> Bool {
      url.queryItems?.contains { $0.name == name && $0.value?.isEmpty == false } ?? false
    }
    switch kind {
    case .wecom: return has("key") ? nil : "key=…"
    case .dingtalk: return has("access_token") ? nil : "access_token=…"
    case .feishu:
      let parts = url.path.split(separator: "/")
      return parts.count > 1 && parts.contains("hook") && parts.last != "hook" ? nil : "token after /hook/"
    default: return nil
    }
  }
}
