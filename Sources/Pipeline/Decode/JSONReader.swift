import CSimdjson

/// Why a payload is no JSON document.
package enum JSONProblem: String, Sendable, CaseIterable {
  case empty = "empty payload"
  case invalidUTF8 = "not valid UTF-8"
  case tooDeep = "nested too deeply"
  case syntax = "not JSON"
  case badNumber = "wrong number"
  case badString = "wrong character or escape in a string"
  case truncated = "JSON ends too early"
  case trailing = "more after the JSON value"
  case tooLarge = "too large"
  case noMemory = "out of memory"

  init(_ error: linli_json_error) {
    self =
      switch error {
      case linli_json_empty: .empty
      case linli_json_invalid_utf8: .invalidUTF8
      case linli_json_too_deep: .tooDeep
      case linli_json_bad_number: .badNumber
      case linli_json_bad_string: .badString
      case linli_json_truncated: .truncated
      case linli_json_trailing: .trailing
      case linli_json_too_large: .tooLarge
      case linli_json_no_memory: .noMemory
      default: .syntax
      }
  }
}

/// A compiled set of JSON Pointers.
final class JSONPaths {
  let handle: OpaquePointer

  init() {
    guard let made = linli_json_paths_create() else { preconditionFailure("out of memory") }
    handle = made
  }

  deinit { linli_json_paths_destroy(handle) }

  var count: Int { linli_json_paths_count(handle) }

  /// The slot of the value that the tokens (RFC 6901, unescaped) name; the same tokens always have the same slot.
  func add(_ tokens: [String]) -> Int32 {
    var bytes: [UInt8] = []
    for token in tokens { bytes.append(contentsOf: token.utf8) }
    let slot = bytes.withUnsafeBufferPointer { all in
      var start = all.baseAddress
      let views = tokens.map { token in
        defer { start = start.map { $0 + token.utf8.count } }
        return linli_json_token(bytes: start, length: token.utf8.count)
      }
      return linli_json_paths_add(handle, views, views.count)
    }
    precondition(slot >= 0, "out of memory")
    return slot
  }
}

/// simdjson with its buffers, reused from document to document. One thread at a time.
final class JSONReader {
  /// Containers within containers.
  static let deepest = 256

  private let parser: OpaquePointer
  /// Of the last document, by slot.
  private var values: UnsafeMutablePointer<linli_json_value>
  private var capacity: Int

  init() {
    guard let made = linli_json_parser_create(Self.deepest) else { preconditionFailure("out of memory") }
    parser = made
    capacity = 64
    values = .allocate(capacity: capacity)
    values.initialize(repeating: linli_json_value(), count: capacity)
  }

  deinit {
    linli_json_parser_destroy(parser)
    values.deallocate()
  }

  /// Checks the whole document and makes the values of `paths` available under their slots, until the next call and as long
  /// as the document is there.
  func read(_ document: UnsafeRawBufferPointer, paths: OpaquePointer) -> JSONProblem? {
    reserve(linli_json_paths_count(paths))
    guard let bytes = document.baseAddress else { return .empty }
    let error = linli_json_extract(
      parser, paths, bytes.assumingMemoryBound(to: UInt8.self), document.count, values)
    return error == linli_json_ok ? nil : JSONProblem(error)
  }

  subscript(slot: Int32) -> Scalar { Scalar(values[Int(slot)]) }

  /// The number of a slot, nil when there is something else or nothing.
  func number(_ slot: Int32) -> Double? {
    let value = values + Int(slot)
    return value.pointee.type == Scalar.Kind.number.rawValue ? value.pointee.number : nil
  }

  private func reserve(_ count: Int) {
    guard count > capacity else { return }
    values.deallocate()
    capacity = count
    values = .allocate(capacity: capacity)
    values.initialize(repeating: linli_json_value(), count: capacity)
  }
}
