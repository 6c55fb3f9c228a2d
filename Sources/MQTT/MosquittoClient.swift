import CMosquitto
import Glibc
import Synchronization

/// libmosquitto's own initialisation, shared by all clients of the process: done by the first, undone after the last.
private enum Library {
  private static let users = Mutex(())
  static func enter() { users.withLock { _ in _ = mosquitto_lib_init() } }
  static func leave() { users.withLock { _ in _ = mosquitto_lib_cleanup() } }
}

/// Owns one libmosquitto client: makes it from the settings, connects it, frees it.
final class MosquittoClient: Client, @unchecked Sendable {
  // @unchecked: the library locks; everything but the blocking connect is called by the loop's thread.

  private let handle: OpaquePointer
  private let settings: ConnectionSettings
  /// A second descriptor of the socket from the DISCONNECT on: the library closes its own as soon as that is written.
  private var parting: CInt = -1

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
    if parting >= 0 { close(parting) }
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
    guard code == MOSQ_ERR_SUCCESS.code else { throw .library(LibraryWords.error(code)) }
  }

  func connect(_ done: @escaping @Sendable (ConnectOutcome) -> Void) {
    let thread = LoopThread(name: "mqtt-connect") { [self] in done(blockingConnect()) }
    if let thread {
      thread.detach()
    } else {
      done(ConnectOutcome(code: MOSQ_ERR_ERRNO.code, errno: EAGAIN))
    }
  }

  /// What a packet may have beyond the largest payload, bytes. Much more than topic and properties need: what is too large should be
  /// counted and named here (`Counters.oversized`), and only what would take the memory away vanish at the broker. mosquitto, to 2.0.19 at
  /// least, takes each QoS 1 message that it keeps to itself off the number that may be under way (`db__message_write` without
  /// `util__increment_send_quota`), until the connection is made anew.
  private static let packetRoom = 48 << 20

  /// Looks the host up and connects; may block for minutes. The handshake itself happens in the loop.
  private func blockingConnect() -> ConnectOutcome {
    var properties: OpaquePointer?
    if settings.version == .v5 {
      mosquitto_property_add_int32(
        &properties, CInt(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), settings.sessionExpiry)
      // The library takes in a packet whole, twice over, before we see its size; the broker keeps such a one to itself.
      mosquitto_property_add_int32(
        &properties, CInt(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue),
        UInt32(clamping: settings.payloadBytesMaximum + Self.packetRoom))
    }
    defer { mosquitto_property_free_all(&properties) }
    Glibc.errno = 0
    let code = mosquitto_connect_bind_v5(
      handle, settings.host, CInt(settings.port), CInt(settings.keepalive), nil, properties)
    return ConnectOutcome(code: code, errno: Glibc.errno)
  }

  // MARK: - What the library calls

  private static func loop(_ context: UnsafeMutableRawPointer?) -> ConnectionLoop {
    Unmanaged<ConnectionLoop>.fromOpaque(context!).takeUnretainedValue()
  }

  func attach(_ loop: ConnectionLoop) {
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(loop).toOpaque())
    mosquitto_connect_v5_callback_set(handle) { _, context, code, flags, _ in
      MosquittoClient.loop(context).answered(code, sessionPresent: flags & 1 == 1)
    }
    mosquitto_disconnect_v5_callback_set(handle) { _, context, code, _ in
      MosquittoClient.loop(context).disconnected(code)
    }
    mosquitto_message_callback_set(handle) { _, context, message in
      MosquittoClient.loop(context).received(message!.pointee)
    }
    mosquitto_subscribe_callback_set(handle) { _, context, id, count, granted in
      MosquittoClient.loop(context).subscribed(id, Array(UnsafeBufferPointer(start: granted, count: Int(count))))
    }
    mosquitto_publish_v5_callback_set(handle) { _, context, id, code, _ in
      MosquittoClient.loop(context).acknowledged(id, code)
    }
  }

  func watchLog(_ watch: Bool) {
    guard watch else { return mosquitto_log_callback_set(handle, nil) }
    mosquitto_log_callback_set(handle) { _, context, level, text in
      guard let text else { return }
      MosquittoClient.loop(context).logged(level, text)
    }
  }

  // MARK: - What the loop calls

  var isOpen: Bool { mosquitto_socket(handle) >= 0 }
  var wantsToWrite: Bool { mosquitto_want_write(handle) }
  func read() -> CInt { mosquitto_loop_read(handle, 1) }
  func keepUp() -> CInt { mosquitto_loop_misc(handle) }
  func abandon() { shutdown(mosquitto_socket(handle), CInt(SHUT_RDWR)) }

  func disconnect() {
    parting = fcntl(mosquitto_socket(handle), F_DUPFD_CLOEXEC, 0)
    mosquitto_disconnect(handle)
  }

  /// A socket that is closed with unread bytes in it is reset (RFC 1122 §4.2.2.13), and at the reset a broker drops the
  /// acknowledgements and the DISCONNECT that it has not read yet. So it is only closed half, and read until the broker closes.
  func part(within milliseconds: Int64) {
    guard parting >= 0 else { return }
    let deadline = microseconds / 1000 + milliseconds
    shutdown(parting, CInt(SHUT_WR))
    var entry = pollfd(fd: parting, events: Int16(POLLIN), revents: 0)
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { bytes in
      while case let left = deadline - microseconds / 1000, left > 0 {
        let ready = poll(&entry, 1, CInt(left))
        if ready > 0 {
          let count = recv(parting, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT))
          if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { break }
        } else if ready < 0, errno != EINTR {
          break
        }
      }
    }
    close(parting)
    parting = -1
  }

  /// The acknowledgements of a batch leave as one packet: the library writes each by itself, so the socket is corked
  /// meanwhile.
  func write() -> CInt {
    let socket = mosquitto_socket(handle)
    cork(socket, true)
    let code = mosquitto_loop_write(handle, 1)
    let error = errno
    if mosquitto_socket(handle) == socket { cork(socket, false) }
    errno = error
    return code
  }

  private func cork(_ socket: CInt, _ on: Bool) {
    var value: CInt = on ? 1 : 0
    setsockopt(socket, CInt(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<CInt>.size))
  }

  func subscribe(_ filters: [String], qos: CInt, options: CInt) -> (code: CInt, id: CInt) {
    let texts = filters.map { strdup($0) }
    defer { texts.forEach { free($0) } }
    var id: CInt = 0
    let code = mosquitto_subscribe_multiple(handle, &id, CInt(texts.count), texts, qos, options, nil)
    return (code, id)
  }

  func publish(_ topic: String, _ payload: [UInt8], qos: UInt8, retain: Bool) -> (code: CInt, id: CInt) {
    var id: CInt = 0
    let code = mosquitto_publish_v5(handle, &id, topic, CInt(payload.count), payload, CInt(qos), retain, nil)
    return (code, id)
  }

  // MARK: - The socket and the clock

  func ping() {
    let socket = mosquitto_socket(handle)
    let packet: [UInt8] = [0xc0, 0]
    if send(socket, packet, 2, CInt(MSG_NOSIGNAL | MSG_DONTWAIT)) == 1 {
      shutdown(socket, CInt(SHUT_RDWR))  // half a packet: the stream is spoilt
    }
  }

  var hasUnread: Bool {
    var bytes: CInt = 0
    return ioctl(mosquitto_socket(handle), UInt(FIONREAD), &bytes) == 0 && bytes > 0
  }

  var hasHungUp: Bool {
    var byte: UInt8 = 0
    return recv(mosquitto_socket(handle), &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) == 0
  }

  func wait(_ wakeUp: WakeUp, timeout: Int64) {
    var entry = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
    if poll(&entry, 1, CInt(timeout)) > 0 { wakeUp.clear() }
  }

  func wait(_ wakeUp: WakeUp, reads: Bool, writes: Bool, timeout: Int64) -> CInt {
    let socketEvents = (reads ? POLLIN : 0) | (writes && mosquitto_want_write(handle) ? POLLOUT : 0)
    var entries = (
      pollfd(fd: mosquitto_socket(handle), events: Int16(socketEvents), revents: 0),
      pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
    )
    let ready = withUnsafeMutablePointer(to: &entries) {
      $0.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, CInt(timeout)) }
    }
    guard ready > 0 else { return 0 }
    if entries.1.revents != 0 { wakeUp.clear() }
    return CInt(entries.0.revents)
  }

  var microseconds: Int64 { Monotonic.microseconds }
  func sleep(microseconds: Int64) { Monotonic.sleep(microseconds: microseconds) }
}
