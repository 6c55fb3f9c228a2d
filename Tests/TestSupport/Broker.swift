import Foundation
import Glibc

/// Debian's own `mosquitto` on a free loopback port, with a folder of its own; killed when the value goes.
package final class MosquittoBroker: @unchecked Sendable {
  package struct Options: Sendable {
    /// Sessions and messages survive a restart.
    package var persistence = true
    /// nil = anonymous clients are welcome.
    package var user: (name: String, password: String)?
    /// Clients need a certificate of the broker's own authority.
    package var tls = false
    /// QoS 1 messages unacknowledged at a client; 0 = no limit.
    package var maxInflightMessages = 0
    package var maxQueuedMessages = 100_000
    /// Further lines of the configuration file, e.g. `acl_file`.
    package var extra: [String] = []

    package init() {}
  }

  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  package static let program = "/usr/sbin/mosquitto"
  package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

  package let host = "127.0.0.1"
  package var port: Int { reservation.number }
  package let options: Options
  package let folder: TemporaryDirectory
  private let reservation: LoopbackPort
  private var process: ChildProcess?

  /// Starts the broker and waits until it takes connections, at most ten seconds.
  package init(_ options: Options = Options()) throws {
    self.options = options
    folder = try TemporaryDirectory("broker")
    reservation = try LoopbackPort()
    if options.tls { try Self.makeCertificates(folder.url) }
    if let user = options.user {
      let passwords = folder.file("passwords")
      try "".write(toFile: passwords, atomically: true, encoding: .utf8)
      try ChildProcess.run("/usr/bin/mosquitto_passwd", ["-b", passwords, user.name, user.password])
      chmod(passwords, 0o644)
    }
    chmod(folder.path, 0o777)  // the broker gives up root
    try configuration.write(toFile: folder.file("mosquitto.conf"), atomically: true, encoding: .utf8)
    try start()
  }

  deinit { kill() }

  private var configuration: String {
    var lines = ["listener \(port) \(host)", "allow_anonymous \(options.user == nil)"]
    lines.append("max_inflight_messages \(options.maxInflightMessages)")
    lines.append("max_queued_messages \(options.maxQueuedMessages)")
    lines.append("persistence \(options.persistence)")
    if options.persistence { lines += ["persistence_location \(folder.path)/", "autosave_interval 1"] }
    if options.user != nil { lines.append("password_file \(folder.file("passwords"))") }
    if options.tls {
      lines += ["cafile \(folder.file("ca.crt"))", "certfile \(folder.file("server.crt"))"]
      lines += ["keyfile \(folder.file("server.key"))", "require_certificate true"]
    }
    return (lines + options.extra).joined(separator: "\n") + "\n"
  }

  /// Starts it on the same port, with what it has kept.
  package func start() throws {
    guard process == nil else { return }
    let log = folder.file("log")
    let process = try ChildProcess(Self.program, ["-c", folder.file("mosquitto.conf")], output: log)
    self.process = process
    let deadline = Date().addingTimeInterval(10)
    while !reservation.accepts {
      guard process.isRunning, Date() < deadline else {
        let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw Failure(description: "mosquitto did not start on port \(port): \(said)")
      }
      usleep(10_000)
    }
  }

  /// SIGTERM: it writes its sessions down first.
  package func stop() { end(SIGTERM) }
  /// SIGKILL: it has no time to.
  package func kill() { end(SIGKILL) }

  package func restart() throws {
    stop()
    try start()
  }

  private func end(_ signal: CInt) {
    process?.end(signal)
    process = nil
  }

  /// Publishes with `mosquitto_pub`, one message a line of `payloads`; waits until the broker has taken them.
  package func publish(_ topic: String, _ payloads: [String], qos: Int = 1, retain: Bool = false) throws {
    var arguments = ["-h", host, "-p", "\(port)", "-q", "\(qos)", "-t", topic, "-l"]
    if retain { arguments.append("-r") }
    if let user = options.user { arguments += ["-u", user.name, "-P", user.password] }
    if options.tls {
      arguments += ["--cafile", folder.file("ca.crt"), "--cert", folder.file("client.crt")]
      arguments += ["--key", folder.file("client.key")]
    }
    try ChildProcess.run("/usr/bin/mosquitto_pub", arguments, input: payloads.joined(separator: "\n") + "\n")
  }

  // MARK: - Helpers

  /// An authority (`ca.crt`), a server certificate for 127.0.0.1 and a client certificate with their keys.
  private static func makeCertificates(_ folder: URL) throws {
    func openssl(_ arguments: [String]) throws {
      try ChildProcess.run("/usr/bin/env", ["-C", folder.path, "openssl"] + arguments)
    }
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    try openssl(["req", "-x509", "-days", "30", "-subj", "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.crt"] + key)
    try "subjectAltName=IP:127.0.0.1,DNS:localhost\n".write(
      to: folder.appendingPathComponent("san"), atomically: true, encoding: .utf8)
    for name in ["server", "client"] {
      try openssl(["req", "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).csr"] + key)
      try openssl(
        ["x509", "-req", "-days", "30", "-in", "\(name).csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"]
          + ["-out", "\(name).crt", "-extfile", "san"])
      chmod(folder.appendingPathComponent("\(name).key").path, 0o644)
    }
  }
}
