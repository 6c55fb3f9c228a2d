/// What a decoder has done since it was made; a copy is a snapshot.
package struct DecoderCounters: Sendable, Equatable {
  package init() {}

  package var messages: UInt64 = 0
  /// Messages of configured devices that could not be read: they are the dead letters.
  package var undecodable: UInt64 = 0
  package var tooLarge: UInt64 = 0
  /// Messages of configured devices that could be read and held none of their profile's fields.
  package var withoutReading: UInt64 = 0
  /// Messages of devices that a profile recognises and nobody has configured.
  package var unassigned: UInt64 = 0
  /// Messages under topics that no profile knows.
  package var unknownTopics: UInt64 = 0
  /// Messages of configured devices whose topic is not remembered (`limits.topics`, or too long) and was matched anew.
  package var topicsNotRemembered: UInt64 = 0
  /// Readings by reason, indexed by `QualityReason.rawValue`; good ones are number 0.
  package var readings: [UInt64] = Array(repeating: 0, count: QualityReason.allCases.count)
  package var discoveredEvicted: UInt64 = 0
  package var unknownTopicsEvicted: UInt64 = 0
  package var deadLettersDropped: UInt64 = 0

  package var readingsTotal: UInt64 { readings.reduce(0, +) }
  package func readings(_ reason: QualityReason) -> UInt64 { readings[Int(reason.rawValue)] }
}

/// Readings by reason, counted in place.
final class ReadingCounts {
  private let counts: UnsafeMutableBufferPointer<UInt64>

  init() {
    counts = .allocate(capacity: QualityReason.allCases.count)
    counts.initialize(repeating: 0)
  }

  deinit { counts.deallocate() }

  func add(_ reason: QualityReason, _ count: Int) { counts[Int(reason.rawValue)] &+= UInt64(count) }

  var all: [UInt64] { Array(counts) }
}
