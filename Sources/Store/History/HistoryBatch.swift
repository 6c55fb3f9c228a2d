package import Pipeline

/// What one lane read from its journal since its last flush; written as a whole or not at all.
package struct HistoryBatch: Sendable {
  package var lane: String
  /// The last message whose readings are in here.
  package var position: JournalPosition
  package var points: [Series]

  package init(lane: String, position: JournalPosition, points: [Series]) {
    self.lane = lane
    self.position = position
    self.points = points
  }

  /// Readings of one point in the order in which they came.
  package struct Series: Sendable {
    /// Point id, `care-301-env/temperature`.
    package var point: String
    /// Whether true has a meaning: only then do roll-ups tell how long it held.
    package var isBoolean: Bool
    /// Longest time a reading is taken to hold, ms: the device's silence limit. 0 for momentary points.
    package var holdLimit: Int64
    package var readings: [HistoryReading]

    package init(point: String, isBoolean: Bool, holdLimit: Int64, readings: [HistoryReading]) {
      self.point = point
      self.isBoolean = isBoolean
      self.holdLimit = holdLimit
      self.readings = readings
    }
  }
}

/// What `HistoryStore.retain` took away.
package struct HistoryRemoval: Sendable, Equatable {
  /// Readings and blocks past their age.
  package var agedReadings = 0
  package var agedBlocks = 0
  /// The oldest ones, removed for the size bound before their time.
  package var crowdedReadings = 0
  package var crowdedBlocks = 0
  /// Stretches of hourly buckets past their age.
  package var hourlyChunks = 0

  package init() {}
}

/// What happened since the store was opened.
package struct HistoryCounters: Sendable, Equatable {
  package var batches = 0
  /// Batches whose position was applied already.
  package var skippedBatches = 0
  package var readings = 0
  package var compactedReadings = 0
  /// Blocks that could not be decoded; each is counted whenever it is met.
  package var damagedBlocks = 0
  package var removed = HistoryRemoval()

  package init() {}
}
