import CMosquitto
import Glibc
import Synchronization

extension mosq_err_t {
  var code: CInt { CInt(rawValue) }
}

/// libmosquitto's own initialisation, shared by all clients of the process: done by the first, undone after the last.
private enum Library {
  private static let users = Mutex(())
  static func enter() { users.withLock { _ in _ = mosquitto_lib_init() } }
  static func leave() { users.withLock { _ in _ = mosquitto_lib_cleanup() } }
}

/// Owns one libmosquitto client: makes it from the settings, connects it, frees it. The calls of the loop itself
/// (`mosquitto_loop_read` and so on) are made where the loop is.
final class Client: @unchecked Sendable {
  /// How a blocking attempt to connect ended.
  struct Outcome: Sendable {
    var code: CInt
    var errno: CInt
  }

  let handle: OpaquePointer
  private let settings: ConnectionSettings

  init(_ settings: ConnectionSettings) throws(ConnectionSettings.Problem) {
    try settings.check()
    Library.enter()
    guard let handle = mosquitto_new(settings.clientID, false, nil) else {
      Library.leave()
      throw .library(String(cString: strerror(Glibc.errno)))
    }
    self.handle = handle
    self.settings = settings
    try configure()
  }

  deinit {
    mosquitto_destroy(handle)
    Library.leave()
  }

  private func configure() throws(ConnectionSettings.Problem) {
    let version = settings.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
    try check(mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version))
    // "Threaded" makes the library queue what it has to send: nothing leaves until our loop writes it.
    try check(mosquitto_threaded_set(handle, true))
    if settings.version == .v5 {
      try check(mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, CInt(settings.receiveMaximum)))
    }
    try check(mosquitto_username_pw_set(handle, settings.user, settings.password))
    let will = Array(StatusMessage.offline.utf8)
    try check(mosquitto_will_set(handle, settings.statusTopic, CInt(will.count), will, 0, true))
    guard let tls = settings.tls else { return }
    // An encrypted key would make OpenSSL ask on the terminal; a service has none.
    try check(
      mosquitto_tls_set(handle, tls.ca, tls.ca == nil ? "/etc/ssl/certs" : nil, tls.certificate, tls.key) {
        _, _, _, _ in
        0
      })
  }

  private func check(_ code: CInt) throws(ConnectionSettings.Problem) {
    guard code == MOSQ_ERR_SUCCESS.code else { throw .library(String(cString: mosquitto_strerror(code))) }
  }

  /// Looks the host up and connects; may block for minutes. The handshake itself happens in the loop.
  func connect() -> Outcome {
    var properties: OpaquePointer?
    if settings.version == .v5 {
      mosquitto_property_add_int32(
        &properties, CInt(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), settings.sessionExpiry)
    }
    defer { mosquitto_property_free_all(&properties) }
    Glibc.errno = 0
    let code = mosquitto_connect_bind_v5(
      handle, settings.host, CInt(settings.port), CInt(settings.keepalive), nil, properties)
    return Outcome(code: code, errno: Glibc.errno)
  }
}

/// What stands, retained, under `ConnectionSettings.statusTopic`.
enum StatusMessage {
  static let offline = #"{"state":"offline"}"#
  /// - Parameter connection: a number no earlier sign-on had, so that our own coming back can be told from an older one.
  static func online(_ connection: UInt64) -> String { #"{"state":"online","connection":"\#(connection)"}"# }
}

/// Whether a file can be read, and if not why.
func unreadable(_ path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return String(cString: strerror(errno)) }
  close(descriptor)
  return nil
}
