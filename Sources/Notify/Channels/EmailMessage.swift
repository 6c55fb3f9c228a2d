// A mail as RFC 5322 wants it: headers in ASCII, the subject encoded by RFC 2047, the text in base64.
package import Foundation
package import Pipeline

package enum EmailMessage {
  /// The whole message with CR LF line ends. `key` makes the Message-ID, so that a second delivery is seen as the same
  /// mail; all mails about an alert refer to one thread.
  package static func make(
    _ message: Message, mail: Channel.Mail, key: String, alert: String, at time: Timestamp, in zone: TimeZone
  ) -> [UInt8] {
    let domain = mail.from.split(separator: "@").last.map(String.init) ?? "localhost"
    let receivers = mail.to.joined(separator: ",\r\n ")
    var lines = [
      "From: Linli <\(mail.from)>",
      "To: \(receivers)",
      "Subject: \(subject(message.title))",
      "Date: \(LocalTime.mail(time, in: zone))",
      "Message-ID: <\(token(key))@\(domain)>",
      "References: <alert-\(token(alert))@\(domain)>",
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64",
      "",
    ]
    let text = message.text.replacing("\n", with: "\r\n") + "\r\n"
    lines += chunks(Data(text.utf8).base64EncodedString(), of: 76)
    return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
  }

  /// RFC 2047: ASCII as it is, else encoded words of at most 75 characters, each of whole characters, folded.
  package static func subject(_ title: String) -> String {
    let line = String(title.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
    let isPlain = line.utf8.allSatisfy { $0 >= 32 && $0 < 127 } && line.utf8.count <= 60 && !line.contains("=?")
    if isPlain { return line }
    var words: [String] = []
    var rest = line[...]
    while !rest.isEmpty {
      // 45 bytes are 60 of base64; with =?utf-8?B? and ?= that makes 72.
      var part = TextLimit.prefix(String(rest), bytes: 45)
      // A single cluster above that (a family of emoji) is cut between its scalars.
      if part.isEmpty { part = scalars(of: rest, bytes: 45) }
      rest = Substring(String(String.UnicodeScalarView(rest.unicodeScalars.dropFirst(part.unicodeScalars.count))))
      words.append("=?utf-8?B?\(Data(part.utf8).base64EncodedString())?=")
    }
    return words.joined(separator: "\r\n ")
  }

  /// A bare address that is safe in an envelope and a header: `local@domain` in ASCII without spaces and brackets.
  package static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let isClean = text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"<>(),;:\\\"[]".utf8.contains($0) }
    return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && isClean && text.utf8.count <= 254
  }

  private static func scalars(of text: Substring, bytes: Int) -> String {
    var result = String.UnicodeScalarView()
    var size = 0
    for scalar in text.unicodeScalars {
      size += UTF8.width(scalar)
      if size > bytes { break }
      result.append(scalar)
    }
    return String(result)
  }

  /// What may stand in a Message-ID.
  private static func token(_ text: String) -> String {
    String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
  }

  private static func chunks(_ text: String, of size: Int) -> [String] {
    let bytes = Array(text.utf8)
    return stride(from: 0, to: bytes.count, by: size).map { start in
      String(decoding: bytes[start..<min(start + size, bytes.count)], as: UTF8.self)
    }
  }
}
