// States and steps as the database keeps them.
import Foundation

/// Values that are stored whole: one encoder and decoder a transaction.
package struct StoredJSON {
  private let encoder = JSONEncoder()
  private let decoder = JSONDecoder()

  package init() {}

  package func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  package func value<Value: Decodable>(_ type: Value.Type = Value.self, _ text: String) throws -> Value {
    try decoder.decode(type, from: Data(text.utf8))
  }
}
