import Glibc
import Pipeline

/// Any bytes as a tape file; what was read must survive being written and read again, and line numbers must rise within
/// the file.
enum TapeTarget {
  private struct Line: Equatable {
    var number: Int
    var time: Timestamp
    var topic: [UInt8]
    var payload: [UInt8]
    var qos: UInt8
    var retained: Bool
  }

  private static let longestLine = 1_000

  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    let breaks = bytes.count { $0 == 10 }
    var last = 0
    for line in try lines(bytes) {
      try require(line.number > last && line.number <= breaks + 1, "line \(line.number) after line \(last)")
      last = line.number
      var text: [UInt8] = []
      line.topic.withUnsafeBytes { topic in
        line.payload.withUnsafeBytes { payload in
          let message = RawMessage(
            topic: topic, payload: payload, arrival: line.time, qos: line.qos, retained: line.retained)
          TapeWriter.append(message, to: &text)
        }
      }
      try require(NaiveJSON.parse(text) != nil, "what was written is no JSON")
      guard text.count < longestLine - 100 else { continue }
      var expected = line
      expected.number = 1
      let again = try text.withUnsafeBytes { try lines($0) }
      try require(again == [expected], "what was written is read differently")
    }
  }

  private static func lines(_ bytes: UnsafeRawBufferPointer) throws -> [Line] {
    // A pipe holds 64 KiB, more than any input here.
    var ends: [CInt] = [0, 0]
    guard bytes.count < 60_000, pipe(&ends) == 0 else { return [] }
    defer { close(ends[0]) }
    let written = write(ends[1], bytes.baseAddress, bytes.count)
    close(ends[1])
    guard written == bytes.count else { return [] }
    let reader = TapeReader(descriptor: ends[0], longestLine: longestLine)
    var found: [Line] = []
    while true {
      let step = try reader.next { message in
        found.append(
          Line(
            number: reader.line, time: message.arrival, topic: Array(message.topic), payload: Array(message.payload),
            qos: message.qos, retained: message.retained))
      }
      if step == .end { return found }
      if case .malformed(let line, _) = step { try require(line == reader.line, "two line numbers") }
    }
  }
}
