// What stood in a text before is taken from then: one value instead of thousands of equal ones, and decoded once.
import Glibc

struct TextCache<Value> {
  /// Texts that are remembered; one more, and all are forgotten.
  private static var most: Int { 20_000 }

  private var entries: [Int: [(text: [UInt8], value: Value)]] = [:]
  private var count = 0

  mutating func value(_ text: JSONSkim.Text, _ make: (JSONSkim.Text) throws -> Value) rethrows -> Value {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(text))
    let hash = hasher.finalize()
    for entry in entries[hash] ?? [] where Self.isSame(entry.text, text) { return entry.value }
    let value = try make(text)
    if count == Self.most {
      entries.removeAll()
      count = 0
    }
    count += 1
    entries[hash, default: []].append((Array(text), value))
    return value
  }

  private static func isSame(_ known: [UInt8], _ text: JSONSkim.Text) -> Bool {
    guard known.count == text.count, let start = text.baseAddress else { return known.count == text.count }
    return memcmp(known, start, known.count) == 0
  }
}
