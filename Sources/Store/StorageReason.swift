package import Community
import Foundation

/// Why SQLite refused, in both languages: by its result codes, which stand behind its words (sqlite.org/rescode.html).
package enum StorageReason {
  /// - Parameter english: SQLite's own words, `… (code 14)` behind them, or those of whatever else refused; what is not known stands in
  ///   them.
  package static func text(_ english: String) -> LocalizedText {
    LocalizedText(zh: chinese(english), en: english)
  }

  private static func chinese(_ english: String) -> String {
    if let known = others[english] { return known }
    guard let mark = english.range(of: " (code ", options: .backwards), english.hasSuffix(")"),
      let code = Int32(english[mark.upperBound...].dropLast()), let words = codes[code] ?? codes[code & 0xff]
    else { return "“\(english)”" }
    // Which column or table contradicts is in SQLite's words only.
    let detail = code & 0xff == constraint ? "，“\(english[..<mark.lowerBound])”" : ""
    return "\(words)\(detail)（SQLite 代码 \(code)）"
  }

  private static let constraint: Int32 = 19

  /// Extended codes before the primary ones, which are their lowest byte.
  private static let codes: [Int32: String] = [
    1: "语句有误", 2: "内部错误", 3: "没有权限", 4: "操作被中止", 5: "被其他进程占用", 6: "表被锁定", 7: "内存不足", 8: "数据库只读", 9: "操作被中断",
    10: "磁盘读写出错", 11: "数据库内容已损坏", 12: "找不到所需的内容", 13: "磁盘已满", 14: "打不开文件", 15: "文件锁协议出错", 17: "数据库结构已改变",
    18: "内容太大", 19: "与已有的记录矛盾", 20: "数据类型不符", 21: "调用方式有误", 22: "系统不支持这么大的文件", 23: "没有授权", 25: "参数编号超出范围",
    26: "不是 SQLite 数据库",
    // SQLITE_IOERR_…
    266: "磁盘读取出错", 522: "文件比预期的短", 778: "磁盘写入出错", 1034: "数据没有写到磁盘（fsync）", 1290: "目录没有写到磁盘（fsync）",
    1546: "截断文件出错", 2570: "文件删除不了", 3082: "内存不足", 3850: "文件锁出错", 6410: "没有临时文件目录可用", 8202: "磁盘数据校验不符", 8458: "文件系统已损坏",
    // SQLITE_CANTOPEN_…
    526: "那是一个目录", 782: "路径无效", 1038: "路径无效",
    // SQLITE_CONSTRAINT_…
    787: "引用的记录不存在", 1299: "缺少必填的值", 1555: "主键重复", 2067: "值重复",
  ]

  private static let others = ["the file exists already": "该文件已存在"]
}
