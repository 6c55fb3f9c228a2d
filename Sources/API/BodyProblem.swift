// What is wrong with a body, in words for whoever wrote it.
import Foundation
import Hummingbird

/// A word of a request body; any other is refused with those there are.
package protocol RequestWord: RawRepresentable, CaseIterable, Codable, Sendable where RawValue == String {}

extension RequestWord {
  package init(from decoder: any Decoder) throws {
    let word = try decoder.singleValueContainer().decode(String.self)
    guard let known = Self(rawValue: word) else {
      let all = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw ProblemDocument(
        status: .badRequest, detail: "\(ProblemDocument.name(decoder.codingPath)) is one of \(all), not '\(word)'")
    }
    self = known
  }
}

extension ProblemDocument {
  init(body error: DecodingError) {
    let detail =
      switch error {
      case .keyNotFound(let key, let context): "the body lacks \(Self.name(context.codingPath + [key]))"
      case .typeMismatch(let type, let context): "\(Self.name(context.codingPath)) must be \(Self.words(type))"
      case .valueNotFound(let type, let context):
        "\(Self.name(context.codingPath)) must be \(Self.words(type)), not null"
      case .dataCorrupted(let context) where !context.codingPath.isEmpty:
        "\(Self.name(context.codingPath)) is not as expected: \(context.debugDescription)"
      default: "the body must be JSON, in UTF-8, its numbers whole and within 64 bits"
      }
    self.init(status: .badRequest, detail: detail)
  }

  /// As the keys are written: `'photos[1]'`, `'for_milliseconds'`.
  fileprivate static func name(_ path: [any CodingKey]) -> String {
    let steps = path.map { key in
      key.intValue.map { "[\($0)]" } ?? "." + key.stringValue.replacing(/[A-Z]/) { "_" + $0.output.lowercased() }
    }
    return path.isEmpty ? "the body" : "'\(steps.joined().drop { $0 == "." })'"
  }

  private static func words(_ type: Any.Type) -> String {
    switch type {
    case is String.Type: "text"
    case is Bool.Type: "true or false"
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is [Any].Type: "a list"
    default: "an object"
    }
  }
}
