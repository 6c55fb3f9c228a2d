import Community
package import Pipeline
package import Store

/// What a `HistoryWriter` wants of the history's database; tests put one in its place that refuses.
package protocol HistoryKeeping: Sendable {
  /// The last message of a lane whose readings are kept; 0 for a lane never heard of.
  func position(lane: String) throws(StoreError) -> JournalPosition
  /// The newest reading of a point at or before a time.
  func last(point: String, at time: Timestamp) throws(StoreError) -> HistoryReading?
  /// Takes a batch in, whole or not at all; false when its position is not above the stored one.
  func write(_ batch: HistoryBatch) throws(StoreError) -> Bool
  /// Merges small blocks of up to so many points; 0 when nothing is left to do.
  func compact(limit: Int) throws(StoreError) -> Int
  /// Removes what is past its age, and the oldest beyond the bound.
  func retain(
    rawSince: Timestamp, hourlySince: Timestamp, maximumBytes: Int64?
  ) throws(StoreError) -> HistoryRemoval
}

extension HistoryStore: HistoryKeeping {}

extension StoreError {
  /// Why history cannot be kept, for the log, `status` and the alert about it.
  var historyText: LocalizedText {
    switch self {
    case .diskFull: LocalizedText(zh: "磁盘已满", en: "the disk is full")
    case .readOnly: LocalizedText(zh: "数据库只读", en: "the database is read-only")
    case .busy: LocalizedText(zh: "数据库被其他进程占用", en: "another process holds the database")
    case .cannotOpen(_, let reason), .inputOutput(let reason), .unwritable(let reason), .other(let reason):
      StorageReason.text(reason)
    case .damaged(let path, let reason):
      LocalizedText(zh: "\(path) 已损坏：\(StorageReason.text(reason).zh)", en: "\(path) is damaged: \(reason)")
    case .tooNew(let path):
      LocalizedText(zh: "\(path) 由更新版本的 Linli 写成", en: "\(path) was written by a newer Linli")
    case .tooManySteps: text
    }
  }
}
