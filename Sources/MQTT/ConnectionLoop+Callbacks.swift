// What the library says, the words for what went wrong, and the log lines.
import CMosquitto
import Glibc
import Logging

extension ConnectionLoop {
  /// The library's own lines carry the DUP flag and OpenSSL's reasons; they cost, so only while needed.
  func watchLog(_ watch: Bool) {
    guard watch != watchesLog else { return }
    watchesLog = watch
    client.watchLog(watch)
  }

  func logged(_ level: CInt, _ text: UnsafePointer<CChar>) {
    if level == MOSQ_LOG_ERR {
      libraryError = String(cString: text)
    } else if level == MOSQ_LOG_DEBUG, let found = strstr(text, " received PUBLISH (d") {
      let flag = found[20]
      if flag == 0x30 || flag == 0x31 { incoming.line(redelivered: flag == 0x31) }
    }
  }

  // MARK: - Messages

  func received(_ message: mosquitto_message) {
    let bytes = Int(message.payloadlen)
    reads += 1
    batchBytes += bytes
    if incoming.backlog { incoming.message(now) }
    var new = IncomingMessage(
      topic: UnsafeRawBufferPointer(start: message.topic, count: strlen(message.topic)),
      payload: UnsafeRawBufferPointer(start: message.payload, count: bytes), qos: UInt8(message.qos),
      retained: message.retain, packetID: UInt16(truncatingIfNeeded: message.mid), redelivered: false,
      backlog: incoming.backlog)
    if new.qos == 1 {
      new.redelivered = incoming.takeFlag()
      if incoming.watched == 0 { watchLog(false) }
    }
    if isOwnStatus(new) { return }
    counters.received += 1
    counters.receivedBytes += UInt64(bytes)
    guard bytes <= settings.payloadBytesMaximum else {
      counters.oversized += 1
      let topic = String(decoding: new.topic, as: UTF8.self)
      logger.warning("message too large, dropped", metadata: ["topic": "\(topic)", "bytes": "\(bytes)"])
      return
    }
    if new.qos == 0, handler.sheds(new) { return }
    batchMessages += 1
    uncommitted = true
    if new.qos == 1 { counters.acksHeld += 1 }
    handler.received(new)
  }

  /// Our own sign-on and its retained copies are for others.
  private func isOwnStatus(_ message: IncomingMessage) -> Bool {
    guard message.topic.count == statusTopic.count, message.topic.elementsEqual(statusTopic) else { return false }
    if !message.retained, message.payload.elementsEqual(incoming.signOn) { incoming.signedOn() }
    return true
  }

  // MARK: - Connection

  func answered(_ code: CInt, sessionPresent: Bool) {
    guard code == 0 else {
      let words = settings.version == .v5 ? LibraryWords.reason(code) : LibraryWords.connack(code)
      ended = (.refused, .refused(words))
      return
    }
    accepted()
    counters.connects += 1
    let signOn = StatusMessage.online(UInt64.random(in: 0...UInt64.max))
    incoming.connected(
      sessionPresent: sessionPresent, receiveMaximum: settings.inDoubtMaximum, signOn: signOn, now: now)
    if !sessionPresent { watchLog(false) }
    set(.connected(sessionPresent: sessionPresent))
    subscribe()
    _ = client.publish(settings.statusTopic, Array(signOn.utf8), qos: 1, retain: true)
  }

  /// Always, also with a session present: the configuration may have changed, and retained messages come again.
  private func subscribe() {
    // Our own publications do not come back (MQTT 5), but for the sign-on. Shared subscriptions forbid that option.
    let noLocal = settings.version == .v5 ? CInt(MQTT_SUB_OPT_NO_LOCAL.rawValue) : 0
    subscribe(settings.subscriptions.filter { !$0.hasPrefix("$share/") }, CInt(settings.qos), noLocal)
    subscribe(settings.subscriptions.filter { $0.hasPrefix("$share/") }, CInt(settings.qos), 0)
    subscribe([settings.statusTopic], 1, 0)
  }

  private func subscribe(_ filters: [String], _ qos: CInt, _ options: CInt) {
    guard !filters.isEmpty else { return }
    let (code, id) = client.subscribe(filters, qos: qos, options: options)
    if code == MOSQ_ERR_SUCCESS.code {
      subscriptions[id] = filters
    } else {
      logger.error("cannot subscribe: \(reason(code, errno))", metadata: ["topics": "\(filters)"])
    }
  }

  func disconnected(_ code: CInt) {
    guard ended == nil else { return }
    if code == CInt(MQTT_RC_SESSION_TAKEN_OVER.rawValue) {
      ended = (.takenOver, .takenOver(clientID: settings.clientID))
    } else if code >= 128 {
      ended = (.network, .disconnected(LibraryWords.reason(code)))
    } else if code == 0 {
      ended = (.network, .disconnected(nil))
    } else if code == MOSQ_ERR_CONN_LOST.code, phase == .open {
      ended = (.network, .closed(clientID: settings.clientID))
    } else {
      ended = (.network, reason(code, errno))
    }
  }

  /// A return code of the library's loop functions: other than success it has closed the connection.
  func take(_ code: CInt) {
    let error = errno
    if code != MOSQ_ERR_SUCCESS.code {
      if ended == nil { ended = (.network, reason(code, error)) }
    } else if !client.isOpen, ended == nil {
      ended = (.network, .lost)
    }
  }

  func reason(_ code: CInt, _ error: CInt) -> ConnectionLoss {
    if let libraryError { return .library(libraryError) }
    if code == MOSQ_ERR_ERRNO.code { return .library(String(cString: strerror(error))) }
    if code == MOSQ_ERR_EAI.code { return .unresolved(host: settings.host, String(cString: gai_strerror(error))) }
    return .library(LibraryWords.error(code))
  }

  // MARK: - Words

  func log(_ state: ConnectionState) {
    let broker: Logger.Metadata = ["broker": "\(settings.host):\(settings.port)"]
    switch state {
    case .idle: break
    case .connecting: logger.debug("connecting", metadata: broker)
    case .connected(let present):
      logger.notice("connected, \(present ? "session resumed" : "new session")", metadata: broker)
    case .subscribed(_, let rejected) where rejected.isEmpty:
      logger.info("subscribed", metadata: ["topics": "\(settings.subscriptions.joined(separator: " "))"])
    case .subscribed(_, let rejected):
      logger.error(
        "the broker refused subscriptions",
        metadata: ["topics": "\(rejected.map(\.description).joined(separator: "; "))"])
    case .holding: break  // said with its cause
    case .waiting(let reason, let pause):
      logger.warning("not connected: \(reason); trying again in \(pause) ms", metadata: broker)
    case .stopped: logger.notice("stopped", metadata: broker)
    }
  }
}
