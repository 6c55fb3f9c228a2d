// Mail through libcurl. Its call blocks, so it runs on a queue of its own and never on the threads of Swift's tasks.
import Alerts
import CCurl
import ConfigFile
import Dispatch
import Glibc
package import Pipeline
import Words

package struct EmailChannel: BulletinSender {
  /// Mails above are shortened, bytes of text.
  static let textBytesMax = 100_000

  private let channel: Channel
  private let mail: Channel.Mail
  private let settings: MessageSettings
  private let writer: MessageWriter
  private let deadlineMilliseconds: Int
  private let queue: DispatchQueue

  /// `channel.mail` must be set.
  package init(channel: Channel, mail: Channel.Mail, settings: MessageSettings, deadlineMilliseconds: Int = 30_000) {
    self.channel = channel
    self.mail = mail
    self.settings = settings
    self.deadlineMilliseconds = deadlineMilliseconds
    writer = MessageWriter(channel: channel, style: .plain, settings: settings)
    queue = DispatchQueue(label: "linli.mail.\(channel.id)")
  }

  package func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    let message = writer.message(for: entry.event, bytes: Self.textBytesMax)
    return await send(message, key: entry.idempotencyKey, thread: entry.event.alert.id, now: now)
  }

  package func send(_ bulletin: Bulletin, now: Timestamp) async -> DeliveryResult {
    let message = writer.message(for: bulletin, bytes: Self.textBytesMax)
    return await send(message, key: bulletin.key, thread: bulletin.key, now: now)
  }

  private func send(_ message: Message, key: String, thread: String, now: Timestamp) async -> DeliveryResult {
    let bytes = EmailMessage.make(message, mail: mail, key: key, alert: thread, at: now, in: settings.timeZone)
    return await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: transfer(bytes)) }
    }
  }

  /// Blocks for at most the deadline.
  private func transfer(_ message: [UInt8]) -> DeliveryResult {
    var answer = linli_smtp_answer()
    let receivers = mail.to.map { strdup($0) }
    defer { receivers.forEach { free($0) } }
    let protection =
      switch mail.startTLS {
      case .never: LINLI_SMTP_PLAIN
      case .ifOffered: LINLI_SMTP_IF_OFFERED
      case .required: LINLI_SMTP_REQUIRED
      }
    let url = channel.url.value
    // An implicit-TLS connection needs no upgrade.
    let starttls = url.lowercased().hasPrefix("smtps:") ? LINLI_SMTP_PLAIN : protection
    let code = url.withCString { url in
      mail.from.withCString { from in
        withOptional(mail.user) { user in
          withOptional(mail.password?.value) { password in
            receivers.map { UnsafePointer($0) }.withUnsafeBufferPointer { to in
              message.withUnsafeBytes { text in
                var mail = linli_smtp_mail(
                  url: url, user: user, password: password, from: from, to: to.baseAddress, to_count: to.count,
                  message: text.bindMemory(to: CChar.self).baseAddress, message_length: text.count,
                  starttls: Int32(starttls.rawValue), timeout_ms: deadlineMilliseconds)
                return linli_smtp_send(&mail, &answer)
              }
            }
          }
        }
      }
    }
    return Self.result(code: code, answer: answer)
  }

  /// 5xx and a refused sign-in are final, 4xx and everything on the way there may pass (RFC 5321 §4.2.1).
  private static func result(code: Int32, answer: linli_smtp_answer) -> DeliveryResult {
    if code == 0 { return .delivered }
    let text = withUnsafeBytes(of: answer.error) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let words = SMTPReason.text(code, text)
    let reason =
      answer.reply_code > 0
      ? LocalizedText(zh: "SMTP \(answer.reply_code)：\(words.zh)", en: "SMTP \(answer.reply_code): \(words.en)") : words
    let isFinal = answer.reply_code >= 500 || (answer.signed_in == 0 && !(400..<500).contains(answer.reply_code))
    return isFinal ? .refused(reason: reason) : .retry(after: nil, reason: reason)
  }
}

private func withOptional<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
  guard let text else { return body(nil) }
  return text.withCString { body($0) }
}
