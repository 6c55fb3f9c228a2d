package import Community
import Foundation
import GRDB

/// Why the database refused. Nothing of the refused transaction was applied.
package enum StoreError: Error, Sendable, Equatable {
  case diskFull
  case readOnly
  /// Another process holds the database.
  case busy
  case cannotOpen(path: String, reason: String)
  /// The file is no SQLite database or its content contradicts itself. It is left as it is.
  case damaged(path: String, reason: String)
  /// Written by a newer version of Linli.
  case tooNew(path: String)
  case inputOutput(reason: String)
  /// A report would have to read more steps of alerts than it may.
  case tooManySteps(Int, limit: Int)
  /// What was to be written is at fault: a value that cannot be stored, or one that contradicts what is there. It will never be taken.
  case unwritable(reason: String)
  case other(reason: String)

  /// Worth trying again later: the cause lies in the disk, not in the data.
  package var passes: Bool {
    switch self {
    case .diskFull, .readOnly, .busy, .inputOutput: true
    case .cannotOpen, .damaged, .tooNew, .tooManySteps, .unwritable, .other: false
    }
  }

  /// What a refused transaction has to do with it.
  enum Blame { case database, data, unknown }

  var blame: Blame {
    switch self {
    case .unwritable: .data
    case .other: .unknown
    case .diskFull, .readOnly, .busy, .cannotOpen, .damaged, .tooNew, .inputOutput, .tooManySteps: .database
    }
  }
}

extension StoreError {
  /// `error` as GRDB or a decoder threw it, about the database at `path`.
  package init(_ error: any Error, path: String) {
    if let error = error as? StoreError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      switch error {
      case is DecodingError: self = .damaged(path: path, reason: "\(error)")
      case is EncodingError: self = .unwritable(reason: "\(error)")
      default: self = .other(reason: "\(error)")
      }
      return
    }
    let reason = "\(error.message ?? "SQLite error") (code \(error.extendedResultCode.rawValue))"
    switch error.resultCode {
    case .SQLITE_FULL: self = .diskFull
    case .SQLITE_READONLY: self = .readOnly
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: self = .cannotOpen(path: path, reason: reason)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: self = .damaged(path: path, reason: reason)
    case .SQLITE_IOERR: self = .inputOutput(reason: reason)
    case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE: self = .unwritable(reason: reason)
    default: self = .other(reason: reason)
    }
  }

  /// One sentence for people: what is wrong and what to do.
  package var text: LocalizedText {
    switch self {
    case .diskFull:
      LocalizedText(zh: "磁盘已满，报警暂存于内存；请释放空间", en: "the disk is full, alerts are kept in memory; free some space")
    case .readOnly:
      LocalizedText(zh: "数据库只读；请检查磁盘和权限", en: "the database is read-only; check the disk and its permissions")
    case .busy:
      LocalizedText(
        zh: "数据库被其他进程占用；是否运行了两个 linli？", en: "another process holds the database; is a second linli running?")
    case .cannotOpen(let path, let reason):
      LocalizedText(
        zh: "无法打开数据库 \(path)：\(StorageReason.text(reason).zh)；请检查目录是否存在及权限",
        en: "cannot open the database \(path): \(reason); check that its folder exists and is writable")
    case .damaged(let path, let reason):
      LocalizedText(
        zh: "数据库 \(path) 已损坏：\(StorageReason.text(reason).zh)；请用 linli restore 恢复备份，或将该文件移开后重新启动（报警历史将丢失）",
        en:
          "the database \(path) is damaged: \(reason); restore a backup with `linli restore`, or move the file away to "
          + "start with an empty one (the alert history is lost)")
    case .tooNew(let path):
      LocalizedText(
        zh: "数据库 \(path) 由更新版本的 Linli 写成；请升级 Linli",
        en: "the database \(path) was written by a newer Linli; upgrade this one or restore an older backup")
    case .inputOutput(let reason):
      LocalizedText(
        zh: "读写数据库失败：\(StorageReason.text(reason).zh)；请检查磁盘",
        en: "the database cannot be read or written: \(reason); check the disk")
    case .tooManySteps(let steps, let limit):
      LocalizedText(
        zh: "这段时间内报警有 \(steps) 步，一份报表最多读取 \(limit) 步；请用 --place 按地点分别生成",
        en:
          "there are \(steps) steps of alerts in that time, and a report reads \(limit) at most; ask for one place after the "
          + "other (--place)")
    case .unwritable(let reason):
      LocalizedText(
        zh: "数据库不接受这条记录：\(StorageReason.text(reason).zh)", en: "the database does not take this record: \(reason)")
    case .other(let reason):
      LocalizedText(zh: "数据库错误：\(StorageReason.text(reason).zh)", en: "database error: \(reason)")
    }
  }
}
