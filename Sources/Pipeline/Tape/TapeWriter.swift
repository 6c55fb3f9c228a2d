/// Writes messages as lines of a tape, as `mosquitto_sub -F %j` would: the payload as a string where it is UTF-8, else as
/// `payload_hex`.
package enum TapeWriter {
  /// Appends one line with its line break.
  package static func append(_ message: RawMessage, to line: inout [UInt8]) {
    put("{\"tst\":\"", &line)
    put(message.arrival.rfc3339, &line)
    put("\",\"topic\":", &line)
    if UTF8Check.isValid(message.topic) {
      quote(message.topic, &line)
    } else {
      // The broker does not let such a topic through; a damaged journal might.
      var repaired = String(decoding: message.topic, as: UTF8.self)
      repaired.withUTF8 { quote(UnsafeRawBufferPointer($0), &line) }
    }
    put(
      ",\"qos\":\(message.qos),\"retain\":\(message.retained ? 1 : 0),\"payloadlen\":\(message.payload.count),", &line)
    if UTF8Check.isValid(message.payload) {
      put("\"payload\":", &line)
      quote(message.payload, &line)
    } else {
      put("\"payload_hex\":\"", &line)
      for byte in message.payload {
        line.append(digits[Int(byte >> 4)])
        line.append(digits[Int(byte & 15)])
      }
      line.append(UInt8(ascii: "\""))
    }
    put("}\n", &line)
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func put(_ text: String, _ line: inout [UInt8]) { line.append(contentsOf: text.utf8) }

  private static func quote(_ text: UnsafeRawBufferPointer, _ line: inout [UInt8]) {
    line.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        line.append(UInt8(ascii: "\\"))
        line.append(byte)
      case 0x0a: put("\\n", &line)
      case 0..<0x20, 0x7f:
        put("\\u00", &line)
        line.append(digits[Int(byte >> 4)])
        line.append(digits[Int(byte & 15)])
      default: line.append(byte)
      }
    }
    line.append(UInt8(ascii: "\""))
  }
}
