// The three ways in which receivers want to know that a message is ours.
import Crypto
import Foundation

package enum Signature {
  /// `sha256=<hex HMAC-SHA256 of the body>`, the webhook header `Linli-Signature`.
  package static func webhook(body: [UInt8], secret: String) -> String {
    "sha256="
      + hmac(key: secret, message: body).map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }

  /// DingTalk: base64 of HMAC-SHA256 with the secret as key over `<ms>\n<secret>`, percent-encoded for the query.
  package static func dingTalk(milliseconds: Int64, secret: String) -> String {
    let digest = hmac(key: secret, message: Array("\(milliseconds)\n\(secret)".utf8))
    let unreserved = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return Data(digest).base64EncodedString().addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }

  /// Feishu, the other way round: `<s>\n<secret>` is the key and the message is empty.
  package static func feishu(seconds: Int64, secret: String) -> String {
    Data(hmac(key: "\(seconds)\n\(secret)", message: [])).base64EncodedString()
  }

  private static func hmac(key: String, message: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Array(key.utf8))))
  }
}
