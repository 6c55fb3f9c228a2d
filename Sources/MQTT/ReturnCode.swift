import CMosquitto

extension mosq_err_t {
  /// As the library's functions return it.
  var code: CInt { CInt(rawValue) }
}

/// The library's English words for codes; of one that it does not know, the number.
enum LibraryWords {
  /// Of a return code of its functions.
  static func error(_ code: CInt) -> String { words(mosquitto_strerror(code), code) }
  /// Of a reason code of MQTT 5.
  static func reason(_ code: CInt) -> String { words(mosquitto_reason_string(code), code) }
  /// Of a return code in CONNACK of MQTT 3.1.1.
  static func connack(_ code: CInt) -> String { words(mosquitto_connack_string(code), code) }

  private static func words(_ text: UnsafePointer<CChar>?, _ code: CInt) -> String {
    let text = text.map { String(cString: $0) } ?? ""
    return text.isEmpty || text.lowercased().hasSuffix("unknown reason.") || text == "Unknown error."
      ? "unknown code \(code)" : text
  }
}
