/// One reading as the history keeps it: 18 bytes of content; which point it belongs to stands beside it.
package struct HistoryReading: BitwiseCopyable, Sendable, Equatable {
  /// Event time. Any value survives, also equal ones and ones out of order.
  package var time: Timestamp
  /// In the canonical unit; booleans are 0 and 1. NaN when the quality is bad.
  package var value: Double
  package var reason: QualityReason
  /// Older than what the point had already: it drove no rule.
  package var isLate: Bool

  package init(time: Timestamp, value: Double, reason: QualityReason = .none, isLate: Bool = false) {
    self.time = time
    self.value = value
    self.reason = reason
    self.isLate = isLate
  }

  /// Good or uncertain, with a number: counts in roll-ups.
  package var isUsable: Bool { reason.quality != .bad && !value.isNaN }

  /// Bit for bit, so that NaN equals NaN and 0.0 differs from -0.0.
  package static func == (a: Self, b: Self) -> Bool {
    a.time == b.time && a.value.bitPattern == b.value.bitPattern && a.reason == b.reason && a.isLate == b.isLate
  }
}
