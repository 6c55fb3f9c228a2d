/// Where the scalars of a JSON document stand, by path, so that a recorded payload can be sent again with other values.
/// Reads documents that are known to be good (the examples of profiles); on anything else it stops and keeps what it has.
struct JSONScalars {
  struct Scalar {
    /// Keys and indices from the top, as in a JSON Pointer, unescaped.
    var path: [String]
    /// Quotes included.
    var range: Range<Int>
  }

  private let bytes: [UInt8]
  private var position = 0
  private(set) var scalars: [Scalar] = []
  /// Deeper documents are not read.
  private static let depthMax = 32

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func find(in bytes: [UInt8]) -> [Scalar] {
    var reader = JSONScalars(bytes)
    _ = reader.value(at: [])
    return reader.scalars
  }

  private mutating func value(at path: [String]) -> Bool {
    skipSpace()
    guard position < bytes.count, path.count < Self.depthMax else { return false }
    switch bytes[position] {
    case UInt8(ascii: "{"): return object(at: path)
    case UInt8(ascii: "["): return array(at: path)
    default:
      let start = position
      guard scalar() else { return false }
      scalars.append(Scalar(path: path, range: start..<position))
      return true
    }
  }

  private mutating func object(at path: [String]) -> Bool {
    position += 1
    skipSpace()
    if take("}") { return true }
    while true {
      skipSpace()
      let start = position
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\""), scalar() else { return false }
      let key = String(decoding: bytes[start + 1..<position - 1], as: UTF8.self)
      skipSpace()
      guard take(":"), value(at: path + [key]) else { return false }
      skipSpace()
      if take("}") { return true }
      guard take(",") else { return false }
    }
  }

  private mutating func array(at path: [String]) -> Bool {
    position += 1
    skipSpace()
    if take("]") { return true }
    var index = 0
    while true {
      guard value(at: path + [String(index)]) else { return false }
      index += 1
      skipSpace()
      if take("]") { return true }
      guard take(",") else { return false }
    }
  }

  /// A string, number, true, false or null.
  private mutating func scalar() -> Bool {
    let start = position
    if bytes[position] == UInt8(ascii: "\"") {
      position += 1
      while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
        position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      position += 1
      return position <= bytes.count
    }
    while position < bytes.count, !",]} \n\t\r".utf8.contains(bytes[position]) { position += 1 }
    return position > start
  }

  private mutating func skipSpace() {
    while position < bytes.count, " \n\t\r".utf8.contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }
}
