package import Pipeline

/// What one lane read from its journal since its last flush; written as a whole or not at all.
package struct HistoryBatch: Sendable {
  package var lane: String
  /// The last message whose readings are in here.
  package var position: JournalPosition
  private let count: Int
  private let series: @Sendable (Int) -> Series

  /// - Parameter series: the readings of one of `count` points; asked for one after the other, so that a large batch does not
  ///   stand in memory twice.
  package init(lane: String, position: JournalPosition, count: Int, series: @escaping @Sendable (Int) -> Series) {
    self.lane = lane
    self.position = position
    self.count = count
    self.series = series
  }

  package init(lane: String, position: JournalPosition, points: [Series]) {
    self.init(lane: lane, position: position, count: points.count) { points[$0] }
  }

  package var points: some Sequence<Series> { (0..<count).lazy.map(series) }

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
