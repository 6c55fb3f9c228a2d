import Pipeline
import Store

@testable import App

/// The history's database in memory: takes a batch in whole or not at all, keeps what it said yes to, whatever dies.
final class SimulatedHistory {
  /// What goes wrong at the moment.
  var refusals = 0
  var lostAnswers = 0
  private(set) var position: JournalPosition = 0
  /// Readings of each point in the order in which they came.
  private(set) var readings: [String: [HistoryReading]] = [:]

  fileprivate func take(_ batch: HistoryBatch) -> Bool {
    guard batch.position > position else { return false }
    position = batch.position
    for series in batch.points { readings[series.point, default: []] += series.readings }
    return true
  }

  fileprivate func last(_ point: String, at time: Timestamp) -> HistoryReading? {
    // Of equal times the one that came last.
    readings[point]?.filter { $0.time <= time }.reduce(nil) { best, next in
      best.map { next.time >= $0.time ? next : $0 } ?? next
    }
  }
}

/// The same, behind the fate of one process.
final class HistoryConnection: HistoryKeeping, @unchecked Sendable {
  // @unchecked: a simulation has one thread.

  private let history: SimulatedHistory
  private let fate: Fate
  private let chance: Chance

  init(_ history: SimulatedHistory, fate: Fate, chance: Chance) {
    self.history = history
    self.fate = fate
    self.chance = chance
  }

  func position(lane: String) throws(StoreError) -> JournalPosition {
    try reads()
    return history.position
  }

  func last(point: String, at time: Timestamp) throws(StoreError) -> HistoryReading? {
    try reads()
    return history.last(point, at: time)
  }

  func write(_ batch: HistoryBatch) throws(StoreError) -> Bool {
    guard fate.effect() else { throw .inputOutput(reason: "the process is dead") }
    if history.refusals > 0 {
      history.refusals -= 1
      chance.saw(.historyRefused)
      throw .diskFull
    }
    let isNew = history.take(batch)
    guard fate.effect() else { throw .inputOutput(reason: "the process is dead") }
    if history.lostAnswers > 0 {
      history.lostAnswers -= 1
      chance.saw(.historyAnswerLost)
      throw .inputOutput(reason: "the answer was lost")
    }
    return isNew
  }

  private func reads() throws(StoreError) {
    guard fate.isAlive else { throw .inputOutput(reason: "the process is dead") }
  }

  func compact(limit: Int) throws(StoreError) -> Int { 0 }
  func retain(
    rawSince: Timestamp, hourlySince: Timestamp, maximumBytes: Int64?
  ) throws(StoreError) -> HistoryRemoval { HistoryRemoval() }
}
