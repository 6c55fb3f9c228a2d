/// What is wrong with a tape or one of its lines.
package enum TapeProblem: Error, Sendable, Equatable {
  /// What a key of a line should be.
  package enum Expectation: Sendable, Equatable {
    case text(bytesMax: Int)
    case hexadecimal
    case time
    case qos
    case flag
  }

  /// The file cannot be opened or read; the system's reason.
  case unreadable(String)
  case lineTooLong(limit: Int)
  case json(JSONProblem)
  case notAnObject
  /// None of these keys is there.
  case missing([String])
  case wrong(String, expected: Expectation)
}

/// In English, for logs.
extension TapeProblem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .lineTooLong(let limit): "line is longer than \(limit) bytes"
    case .json(let problem): "not a JSON object: \(problem.rawValue)"
    case .notAnObject: "a line must be a JSON object"
    case .missing(let keys): "\(keys.map { "'\($0)'" }.joined(separator: " or ")) is missing"
    case .wrong(let key, let expected): "'\(key)' must be \(expected)"
    }
  }
}

extension TapeProblem.Expectation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .text(let bytesMax): "a text of 1 to \(bytesMax) bytes"
    case .hexadecimal: "a text of hexadecimal digit pairs"
    case .time: "an RFC 3339 time with offset or a Unix time"
    case .qos: "0, 1 or 2"
    case .flag: "0, 1, true or false"
    }
  }
}
