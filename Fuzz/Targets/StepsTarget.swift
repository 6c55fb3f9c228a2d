import Alerts
import Foundation
import Store

/// A stored step of an alert. Skimming is for what Linli itself has written: any text that decodes and is written again must be
/// read as the decoder reads it; other text may be anything, but stops nobody.
enum StepsTarget {
  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    let json = StoredJSON()
    var reader = StepReader()
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? reader.step(text)
    guard let event = try? json.value(AlertEvent.self, text), let written = try? json.text(event) else { return }
    // Twice: the second time from what the first one remembers.
    for _ in 0..<2 {
      let read = try? reader.step(written)
      try require(read == event, "read otherwise: \(written)")
    }
  }
}
