// What SQLite refuses, in Chinese.
import Community
import GRDB
import Testing

@testable import Store

@Suite struct StorageReasonTests {
  @Test(arguments: [
    ("unable to open database file (code 14)", "打不开文件（SQLite 代码 14）"),
    ("disk I/O error (code 778)", "磁盘写入出错（SQLite 代码 778）"),
    // One that the table has only as its primary code.
    ("disk I/O error (code 5898)", "磁盘读写出错（SQLite 代码 5898）"),
    (
      "UNIQUE constraint failed: alerts.id (code 1555)",
      "主键重复，“UNIQUE constraint failed: alerts.id”（SQLite 代码 1555）"
    ),
    ("file is not a database (code 26)", "不是 SQLite 数据库（SQLite 代码 26）"),
    ("strange (code 99)", "“strange (code 99)”"), ("row 3 missing from index", "“row 3 missing from index”"),
    ("the file exists already", "该文件已存在"), ("", "“”"), (")", "“)”"), (" (code )", "“ (code )”"),
  ])
  func sayWhy(english: String, chinese: String) {
    #expect(StorageReason.text(english) == LocalizedText(zh: chinese, en: english))
  }

  /// As GRDB throws them.
  @Test(
    arguments: [
      (14, "无法打开数据库 x：打不开文件"), (11, "数据库 x 已损坏：数据库内容已损坏"),
      (26, "数据库 x 已损坏：不是 SQLite 数据库"), (10, "读写数据库失败：磁盘读写出错"),
      (3, "无法打开数据库 x：没有权限"), (13, "磁盘已满"), (8, "数据库只读"),
      (5, "数据库被其他进程占用"), (18, "数据库不接受这条记录：内容太大"),
    ] as [(Int32, String)])
  func errors(code: Int32, begin: String) {
    let text = StoreError(DatabaseError(resultCode: ResultCode(rawValue: code), message: "in English"), path: "x").text
    #expect(text.zh.hasPrefix(begin) && !text.zh.contains("in English"), "\(text.zh)")
  }
}
