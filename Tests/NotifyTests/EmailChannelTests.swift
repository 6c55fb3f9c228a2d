// Mail: the message as RFC 5322 wants it, and the way to a server that takes, delays or refuses it.
import ConfigFile
import Foundation
import Notify
import Pipeline
import TestSupport
import Testing
import Words

@Suite struct EmailChannelTests {
  func send(
    _ server: SMTPReceiver, user: String? = nil, password: String? = nil, startTLS: Channel.Mail.StartTLS = .ifOffered,
    entry: OutboxEntry = Sample.entry(channel: "mail")
  ) async -> DeliveryResult {
    let mail = Channel.Mail(
      user: user, password: password.map(Secret.init), from: "linli@example.org",
      to: ["ops@example.org", "duty@example.org"], startTLS: startTLS)
    let channel = Channel(id: "mail", kind: .email, url: Secret(server.url), mail: mail)
    return await EmailChannel(channel: channel, mail: mail, settings: Sample.settings, deadlineMilliseconds: 5_000)
      .send(entry, now: Sample.start)
  }

  @Test func arrives() async throws {
    let server = try SMTPReceiver()
    defer { server.stop() }
    #expect(await send(server) == .delivered)
    let mail = try #require(server.mails.first)
    #expect(mail.from == "linli@example.org" && mail.to == ["ops@example.org", "duty@example.org"])
    #expect(mail.header("Message-ID") == "<7ZQ4M1X0AB-1-mail@example.org>")
    #expect(mail.header("Date") == "Mon, 5 Jan 2026 11:00:00 +0800")
    #expect(mail.header("Subject")?.hasPrefix("=?utf-8?B?") == true)
    #expect(mail.text.contains("房间温度过低") && mail.text.contains("15.2 °C"))
    #expect(mail.data.utf8.allSatisfy { $0 < 128 })
  }

  @Test func signsIn() async throws {
    let server = try SMTPReceiver(user: "linli", password: "geheim")
    defer { server.stop() }
    #expect(await send(server, user: "linli", password: "geheim") == .delivered)
    #expect(server.mails.first?.user == "linli")
    guard case .refused(let reason) = await send(server, user: "linli", password: "falsch") else {
      Issue.record("not refused")
      return
    }
    #expect(!reason.en.contains("falsch") && reason.zh.contains("用户名或密码不被接受"))
  }

  @Test(arguments: [
    ("MAIL", "451 later", false), ("RCPT", "550 no such user", true), ("RCPT", "450 busy", false),
    (".", "452 full", false), (".", "554 spam", true), ("MAIL", "421 closing", false),
  ])
  func replies(verb: String, line: String, isFinal: Bool) async throws {
    let server = try SMTPReceiver()
    defer { server.stop() }
    server.answer(verb, with: line)
    switch await send(server) {
    case .delivered: Issue.record("delivered")
    case .refused(let reason), .unfit(let reason): #expect(isFinal, "\(reason)")
    case .retry(_, let reason): #expect(!isFinal, "\(reason)")
    }
    #expect(server.mails.isEmpty)
    #expect(await send(server) == .delivered)
  }

  @Test func withoutEncryptionNothingGoesOutThatNeedsIt() async throws {
    let server = try SMTPReceiver()
    #expect(await send(server, startTLS: .required) != .delivered)
    #expect(server.mails.isEmpty)
    server.stop()
    guard case .retry = await send(server) else {
      Issue.record("an absent server is no refusal")
      return
    }
  }

  @Test func subjects() {
    #expect(EmailMessage.subject("Lift 3 stuck") == "Lift 3 stuck")
    let long = String(repeating: "温度过低👨‍👩‍👧‍👦", count: 20) + "\r\nBcc: evil@example.org"
    let subject = EmailMessage.subject(long)
    let words = subject.components(separatedBy: "\r\n ")
    #expect(words.allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?utf-8?B?") && $0.hasSuffix("?=") })
    let decoded = words.map {
      String(decoding: Data(base64Encoded: String($0.dropFirst(10).dropLast(2)))!, as: UTF8.self)
    }.joined()
    #expect(
      decoded.replacingOccurrences(of: " ", with: "")
        == long.replacingOccurrences(of: "\r\n", with: "").replacingOccurrences(of: " ", with: ""))
  }

  @Test(arguments: [
    ("ops@example.org", true), ("ops", false), ("a@b@c", false), ("<ops@example.org>", false), ("a b@c", false),
    ("a@c\r\nBcc: x", false), ("@c", false), ("名@c", false),
  ])
  func addresses(text: String, isAddress: Bool) {
    #expect(EmailMessage.isAddress(text) == isAddress)
  }
}
