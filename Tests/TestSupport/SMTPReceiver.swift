// Takes mail as a server without encryption does, with or without a sign-in, and refuses when told to.
import Foundation
import Synchronization

package final class SMTPReceiver: Sendable {
  package struct Mail: Sendable {
    package var from: String
    package var to: [String]
    /// As sent, lines with CR LF, dots restored.
    package var data: String
    package var user: String?

    /// A header, unfolded; nil when absent.
    package func header(_ name: String) -> String? {
      let head = data.components(separatedBy: "\r\n\r\n")[0].replacingOccurrences(of: "\r\n ", with: " ")
      let line = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
      return line.map { String($0.dropFirst(name.count + 1)).trimmingCharacters(in: .whitespaces) }
    }

    /// The text of a base64 body.
    package var text: String {
      let body = data.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
      let bytes = Data(base64Encoded: body, options: .ignoreUnknownCharacters) ?? Data()
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  fileprivate struct State {
    var mails: [Mail] = []
    /// Verb → the answer instead of the usual one, once.
    var answers: [String: String] = [:]
  }
  fileprivate final class Core: Sendable {
    let user: String?
    let password: String
    let state = Mutex(State())

    init(user: String?, password: String) {
      self.user = user
      self.password = password
    }
  }
  private let core: Core
  private let server: LoopbackServer

  /// With a `user`, only that one with the password may send.
  package init(user: String? = nil, password: String = "") throws {
    let core = Core(user: user, password: password)
    self.core = core
    server = try LoopbackServer { core.serve(&$0) }
  }

  package var url: String { "smtp://127.0.0.1:\(server.port)" }
  package var mails: [Mail] { core.state.withLock { $0.mails } }
  package func stop() { server.stop() }

  /// The next `MAIL`, `RCPT` or `DATA` (or `.`, the end of the data) is answered so, e.g. `451 later`.
  package func answer(_ verb: String, with line: String) { core.state.withLock { $0.answers[verb] = line } }
}

extension SMTPReceiver.Core {
  func serve(_ connection: inout LoopbackConnection) {
    var mail = SMTPReceiver.Mail(from: "", to: [], data: "", user: nil)
    connection.write("220 test ESMTP\r\n")
    while let line = connection.line() {
      let verb = line.prefix { $0 != " " && $0 != ":" }.uppercased()
      if let answer = state.withLock({ $0.answers.removeValue(forKey: verb) }) {
        connection.write(answer + "\r\n")
        continue
      }
      switch verb {
      case "EHLO": connection.write(user == nil ? "250 test\r\n" : "250-test\r\n250 AUTH PLAIN\r\n")
      case "HELO", "RSET", "NOOP": connection.write("250 ok\r\n")
      case "AUTH": signIn(line, &mail, &connection)
      case "MAIL":
        if user != nil && mail.user == nil {
          connection.write("530 sign in first\r\n")
        } else {
          mail.from = address(line)
          connection.write("250 ok\r\n")
        }
      case "RCPT":
        mail.to.append(address(line))
        connection.write("250 ok\r\n")
      case "DATA":
        connection.write("354 go on\r\n")
        guard let data = data(&connection) else { return }
        mail.data = data
        let answer = state.withLock { state -> String in
          if let answer = state.answers.removeValue(forKey: ".") { return answer }
          state.mails.append(mail)
          return "250 taken"
        }
        connection.write(answer + "\r\n")
        mail = SMTPReceiver.Mail(from: "", to: [], data: "", user: mail.user)
      case "QUIT":
        connection.write("221 bye\r\n")
        return
      default: connection.write("502 unknown\r\n")
      }
    }
  }

  private func signIn(_ line: String, _ mail: inout SMTPReceiver.Mail, _ connection: inout LoopbackConnection) {
    var token = line.split(separator: " ").dropFirst(2).first.map(String.init)
    if token == nil {
      connection.write("334 \r\n")
      token = connection.line()
    }
    let parts = Data(base64Encoded: token ?? "").map { String(decoding: $0, as: UTF8.self) }?
      .split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    if let parts, parts.count == 3, parts[1] == user, parts[2] == password {
      mail.user = parts[1]
      connection.write("235 welcome\r\n")
    } else {
      connection.write("535 wrong user or password\r\n")
    }
  }

  private func data(_ connection: inout LoopbackConnection) -> String? {
    var lines: [String] = []
    while let line = connection.line() {
      if line == "." { return lines.joined(separator: "\r\n") + "\r\n" }
      lines.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
    }
    return nil
  }

  private func address(_ line: String) -> String {
    guard let open = line.firstIndex(of: "<"), let close = line.firstIndex(of: ">"), open < close else { return "" }
    return String(line[line.index(after: open)..<close])
  }
}
