/// What a core has counted since its state began; kept over restarts by the checkpoint.
package struct CoreCounters: Sendable, Equatable {
  /// Messages and the readings of them that were taken in.
  package var messages: UInt64 = 0
  package var readings: UInt64 = 0
  /// Readings older than their point's newest: history only.
  package var late: UInt64 = 0
  /// Retained copies that said nothing new, or of an event.
  package var retainedIgnored: UInt64 = 0
  /// Readings taken in as bad, by reason.
  package var bad: [QualityReason: UInt64] = [:]
  /// Deadlines of devices, points and rules that fell due.
  package var timersFired: UInt64 = 0
  /// Entries for a point or device that the plan does not have.
  package var unknownIndex: UInt64 = 0
  /// Points, devices, rule instances and inputs of a checkpoint that the plan does not have.
  package var droppedAtRestore: UInt64 = 0

  /// How often a window held as many buckets as it may and neighbours had to be merged.
  package var windowMerges: UInt64 = 0

  package init() {}
}
