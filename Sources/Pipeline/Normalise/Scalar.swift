import CSimdjson

/// One value out of a payload before it means anything. Its bytes belong to the parser or the payload and are valid until
/// the next message.
struct Scalar: BitwiseCopyable {
  enum Kind: UInt8 {
    case missing, null, boolean, number, text, object, array
  }

  var kind: Kind
  /// `integer` is exact.
  var isInteger: Bool
  /// Booleans: 0 and 1.
  var number: Double
  var integer: Int64
  /// Texts without quotes and escapes, everything else as it was written.
  var text: UnsafeRawBufferPointer

  init(_ value: linli_json_value) {
    kind = Kind(rawValue: value.type) ?? .missing
    isInteger = value.is_integer
    number = value.number
    integer = value.integer
    text = UnsafeRawBufferPointer(start: value.text, count: value.length)
  }

  init(text: UnsafeRawBufferPointer) {
    kind = .text
    isInteger = false
    number = 0
    integer = 0
    self.text = text
  }

  /// The number that a text consists of (`linli_json_read_number`), else kind `.missing`.
  static func number(in text: UnsafeRawBufferPointer) -> Scalar {
    guard let start = text.baseAddress, text.count <= 400 else { return Scalar(linli_json_value()) }
    return Scalar(linli_json_read_number(start.assumingMemoryBound(to: UInt8.self), text.count))
  }
}
