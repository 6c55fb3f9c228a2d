// Looks values up in a JSON document that a service answered.
import Foundation

struct JSONAnswer {
  private indirect enum Value: Decodable {
    case null, flag(Bool), integer(Int64), number(Double), text(String), list([Value]), object([String: Value])

    init(from decoder: any Swift.Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .flag(value)
      } else if let value = try? container.decode(Int64.self) {
        self = .integer(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode(String.self) {
        self = .text(value)
      } else if let value = try? container.decode([Value].self) {
        self = .list(value)
      } else {
        self = .object(try container.decode([String: Value].self))
      }
    }
  }

  private let root: Value?

  init(_ body: [UInt8]) { root = try? JSONDecoder().decode(Value.self, from: Data(body)) }

  /// The scalar at a JSON Pointer (RFC 6901) as text; nil when there is none.
  subscript(_ pointer: String) -> String? {
    var value = root
    for step in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let key = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
      switch value {
      case .object(let members): value = members[key]
      case .list(let elements): value = Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
      default: return nil
      }
    }
    switch value {
    case .text(let text): return text
    case .integer(let number): return String(number)
    case .number(let number): return String(number)
    case .flag(let flag): return String(flag)
    case .null, .list, .object, nil: return nil
    }
  }
}
