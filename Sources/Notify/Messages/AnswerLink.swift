// Links in messages that acknowledge an alert with one tap. The link itself is the credential: it names the alert, the step
// that asked, the person asked and its end, and is signed with a key that never leaves the data directory. Whether it was used
// stands in the alert's story: any acknowledgement after the step that asked uses up every link of that step.
package import Alerts
import Community
import Crypto
import Foundation
package import Pipeline

package struct AnswerLink: Sendable, Equatable {
  /// Ms for which a link can be used.
  package static let lifetime: Int64 = 86_400_000
  /// Bytes of the name of who answers.
  private static let whoBytesMax = 120
  private static let tokenBytesMax = 600

  package var alert: String
  /// Number of the step that asked.
  package var number: Int
  package var who: String
  package var until: Timestamp

  package init(alert: String, number: Int, who: String, until: Timestamp) {
    self.alert = alert
    self.number = number
    self.who = TextLimit.prefix(who.replacing("\n", with: " "), bytes: Self.whoBytesMax)
    self.until = until
  }

  /// The link that a message on a channel carries; nil when the event asks nobody. Who answers is the one person asked on that
  /// channel; of several their unit, and without a unit the channel.
  package init?(for event: AlertEvent, on channel: String) {
    guard event.mayBeAnswered else { return nil }
    let asked = (event.to ?? []).filter { $0.channel == nil || $0.channel == channel }
    let responsible = event.isAside ? event.alert.response?.care : event.alert.response?.responsible
    let who = asked.count == 1 ? asked[0].name : responsible?.unit.zh ?? channel
    self.init(alert: event.alert.id, number: event.number, who: who, until: event.at + Self.lifetime)
  }

  /// What stands behind `/a/`: letters, digits, `-`, `_` and one dot.
  package func token(key: [UInt8]) -> String {
    let payload = Array("\(alert)\n\(number)\n\(until.milliseconds / 1000)\n\(who)".utf8)
    return Self.base64(payload) + "." + Self.base64(Self.signature(of: payload, key: key))
  }

  /// nil for everything that was not made with this key.
  package init?(token: String, key: [UInt8]) {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard token.utf8.count <= Self.tokenBytesMax, parts.count == 2, let payload = Self.bytes(parts[0]),
      let signature = Self.bytes(parts[1]), Self.equal(signature, Self.signature(of: payload, key: key))
    else { return nil }
    let fields = String(decoding: payload, as: UTF8.self).split(
      separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 4, let number = Int(fields[1]), let seconds = Int64(fields[2]) else { return nil }
    self.init(
      alert: String(fields[0]), number: number, who: String(fields[3]), until: Timestamp(milliseconds: seconds * 1000))
  }

  /// 128 bits of HMAC-SHA256.
  private static func signature(of payload: [UInt8], key: [UInt8]) -> [UInt8] {
    let purpose = Array("linli answer link\n".utf8)
    return Array(HMAC<SHA256>.authenticationCode(for: purpose + payload, using: SymmetricKey(data: key)).prefix(16))
  }

  /// Takes the same time wherever the first difference lies.
  private static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && zip(a, b).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  private static func bytes(_ text: Substring) -> [UInt8]? {
    let standard = String(text).replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
    return Data(base64Encoded: standard + padding).map { Array($0) }
  }
}
