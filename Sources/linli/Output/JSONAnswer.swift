import API
import Foundation

extension Terminal {
  /// An answer for scripts.
  static func json(_ value: some Encodable) throws {
    line(String(decoding: try WireFormat.encode(value, pretty: true), as: UTF8.self))
  }
}
