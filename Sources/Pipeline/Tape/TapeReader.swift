import Glibc

/// Reads a tape (INTERFACE §5), line by line and in bounded memory: what `mosquitto_sub -F %j` and `%J`, `linli tape` and
/// `TapeWriter` print. A line that is no message is reported with its number; the next call goes on behind it.
package final class TapeReader {
  package enum Step: Equatable {
    case message
    /// The line was skipped.
    case malformed(line: Int, TapeProblem)
    case end
  }

  /// A line with a payload of 10 MB, escaped, fits; bytes.
  package static let longestLine = 64 << 20

  /// Number of the line last read, from 1.
  package private(set) var line = 0

  private let lines: LineReader
  private let reader = JSONReader()
  private let keys = TapeKeys()
  private var bytes: [UInt8] = []

  /// - Parameter path: a file, or `-` for standard input.
  package init(path: String, longestLine: Int = TapeReader.longestLine) throws(TapeProblem) {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
    lines = LineReader(descriptor: descriptor, owns: path != "-", limit: longestLine)
  }

  /// Reads from a descriptor that the caller closes.
  package init(descriptor: Int32, longestLine: Int = TapeReader.longestLine) {
    lines = LineReader(descriptor: descriptor, owns: false, limit: longestLine)
  }

  /// Calls `body` with the next message, whose arrival is the tape's time (not necessarily in order), or says why there is
  /// none. Empty lines are passed over. Throws only what `body` throws and `TapeProblem.unreadable`.
  package func next(_ body: (RawMessage) throws -> Void) throws -> Step {
    while true {
      switch try lines.next() {
      case .end: return .end
      case .tooLong:
        line += 1
        return .malformed(line: line, .lineTooLong(limit: lines.limit))
      case .bytes(let raw):
        line += 1
        let text = (line == 1 ? raw.withoutByteOrderMark : raw).trimmed
        if text.isEmpty { continue }
        // What the caller throws is not the line's fault.
        var failure: (any Error)?
        do throws(TapeProblem) {
          try message(text) { raw in
            do { try body(raw) } catch { failure = error }
          }
        } catch {
          return .malformed(line: line, error)
        }
        if let failure { throw failure }
        return .message
      }
    }
  }

  private func message(_ text: UnsafeRawBufferPointer, _ body: (RawMessage) -> Void) throws(TapeProblem) {
    if let problem = reader.read(text, paths: keys.paths.handle) { throw TapeProblem.json(problem) }
    guard reader[keys.document].kind == .object else { throw TapeProblem.notAnObject }
    let topic = reader[keys.topic]
    if topic.kind == .missing { throw TapeProblem.missing(["topic"]) }
    guard topic.kind == .text, !topic.text.isEmpty, topic.text.count <= TopicPattern.longest else {
      throw TapeProblem.wrong("topic", expected: .text(bytesMax: TopicPattern.longest))
    }
    let arrival = try time()
    let qos = try small("qos", reader[keys.qos], most: 2)
    let retained = try small("retain", reader[keys.retain], most: 1) == 1
    let message = { (payload: UnsafeRawBufferPointer) in
      RawMessage(topic: topic.text, payload: payload, arrival: arrival, qos: qos, retained: retained)
    }
    let payload = reader[keys.payload]
    let hex = reader[keys.payloadHex]
    if payload.kind == .null, reader[keys.payloadLength].isZero {
      // So mosquitto_sub prints a payload of no bytes; a payload `null` has four.
      body(message(UnsafeRawBufferPointer(start: payload.text.baseAddress, count: 0)))
    } else if payload.kind != .missing {
      body(message(payload.text))
    } else if hex.kind != .missing {
      guard hex.kind == .text, decode(hex: hex.text) else {
        throw TapeProblem.wrong("payload_hex", expected: .hexadecimal)
      }
      bytes.withUnsafeBytes { body(message($0)) }
    } else {
      throw TapeProblem.missing(["payload", "payload_hex"])
    }
  }

  private func time() throws(TapeProblem) -> Timestamp {
    let scalars = [("tst", reader[keys.tst]), ("time", reader[keys.time])].filter { $0.1.kind != .missing }
    for (_, scalar) in scalars {
      if let time = DeviceTime.read(scalar), time >= .distantPast, time <= .distantFuture { return time }
    }
    guard let key = scalars.first?.0 else { throw .missing(["tst", "time"]) }
    throw .wrong(key, expected: .time)
  }

  private func small(_ key: String, _ scalar: Scalar, most: Int64) throws(TapeProblem) -> UInt8 {
    switch scalar.kind {
    case .missing, .null: return 0
    case .boolean where most == 1: return UInt8(scalar.number)
    case .number where scalar.isInteger && (0...most).contains(scalar.integer): return UInt8(scalar.integer)
    default: throw .wrong(key, expected: most == 1 ? .flag : .qos)
    }
  }

  private func decode(hex: UnsafeRawBufferPointer) -> Bool {
    guard hex.count % 2 == 0 else { return false }
    bytes.removeAll(keepingCapacity: true)
    for at in stride(from: 0, to: hex.count, by: 2) {
      guard let high = Self.digit(hex[at]), let low = Self.digit(hex[at + 1]) else { return false }
      bytes.append(high << 4 | low)
    }
    return true
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// Where the keys of a tape line end up.
private struct TapeKeys {
  let paths = JSONPaths()
  let document, tst, time, topic, payload, payloadHex, payloadLength, qos, retain: Int32

  init() {
    document = paths.add([])
    tst = paths.add(["tst"])
    time = paths.add(["time"])
    topic = paths.add(["topic"])
    payload = paths.add(["payload"])
    payloadHex = paths.add(["payload_hex"])
    payloadLength = paths.add(["payloadlen"])
    qos = paths.add(["qos"])
    retain = paths.add(["retain"])
  }
}

extension Scalar {
  fileprivate var isZero: Bool { kind == .number && isInteger && integer == 0 }
}
