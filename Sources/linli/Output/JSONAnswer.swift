import API
import Foundation

extension Terminal {
  /// An answer for scripts.
  static func json(_ value: some Encodable, pretty: Bool = true) throws {
    write(String(decoding: try WireFormat.encode(value, pretty: pretty), as: UTF8.self) + "\n")
  }
}
