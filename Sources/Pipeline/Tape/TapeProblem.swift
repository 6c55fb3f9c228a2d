/// What is wrong with a tape or one of its lines.
package enum TapeProblem: Error, Sendable, Equatable {
  /// The file cannot be opened or read; the system's reason.
  case unreadable(String)
  case lineTooLong(limit: Int)
  case json(JSONProblem)
  case notAnObject
  case missing(String)
  /// Key and what it should be.
  case wrong(String, expected: String)
}

extension TapeProblem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .lineTooLong(let limit): "line is longer than \(limit) bytes"
    case .json(let problem): "not a JSON object: \(problem.rawValue)"
    case .notAnObject: "a line must be a JSON object"
    case .missing(let keys): "\(keys) is missing"
    case .wrong(let key, let expected): "'\(key)' must be \(expected)"
    }
  }
}
