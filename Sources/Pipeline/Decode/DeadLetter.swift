/// A message of a known device that could not be read, or of which nothing could be used.
package struct DeadLetter: Sendable, Equatable {
  package enum Reason: Sendable, Equatable {
    /// More bytes than the lane's limit; how many.
    case tooLarge(Int)
    case json(JSONProblem)
    /// A text payload that is not UTF-8.
    case notText
    case emptyText
    /// It could be read, but holds no field that the profile names. Only the first one of a device is kept.
    case noKnownField

    package var text: String {
      switch self {
      case .tooLarge(let bytes): "payload of \(bytes) bytes is over the limit"
      case .json(let problem): problem.rawValue
      case .notText: JSONProblem.invalidUTF8.rawValue
      case .emptyText: JSONProblem.empty.rawValue
      case .noKnownField: "message understood, none of its fields is in the profile"
      }
    }
  }

  /// Arrival.
  package var at: Timestamp
  /// Cut to `MessageSample.longestTopic` bytes.
  package var topic: String
  package var reason: Reason
  /// The first `MessageSample.longestPayload` bytes.
  package var payload: [UInt8]
  package var position: JournalPosition
}

/// How much of a message is kept for people to look at.
package enum MessageSample {
  package static let longestTopic = 1024
  package static let longestPayload = 256

  static func topic(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix(longestTopic), as: UTF8.self)
  }

  static func payload(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { Array(bytes.prefix(longestPayload)) }

  /// In place, in memory that is there already.
  static func replace(_ payload: inout [UInt8], with bytes: UnsafeRawBufferPointer) {
    payload.removeAll(keepingCapacity: true)
    payload.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes.prefix(longestPayload)))
  }
}

/// The last dead letters.
struct DeadLetterBox {
  private let limit: Int
  private var letters: [DeadLetter] = []
  private var next = 0
  /// Letters that had to make room.
  private(set) var dropped: UInt64 = 0

  init(limit: Int) { self.limit = max(1, limit) }

  mutating func add(_ letter: DeadLetter) {
    guard letters.count == limit else {
      letters.append(letter)
      return
    }
    letters[next] = letter
    next = (next + 1) % limit
    dropped += 1
  }

  /// From the oldest to the newest.
  var all: [DeadLetter] { Array(letters[next...] + letters[..<next]) }
}
