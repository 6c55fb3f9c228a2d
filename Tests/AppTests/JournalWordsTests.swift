import Community
import Glibc
import Pipeline
import Testing

@testable import App

/// What `status` says of a journal that cannot be written or opened.
@Suite struct JournalWordsTests {
  @Test(
    arguments: [
      (
        JournalError(call: "pwrite", path: "/data/1.journal", code: ENOSPC), "消息日志 /data/1.journal：pwrite 失败：磁盘空间不足",
        "journal: pwrite /data/1.journal: No space left on device"
      ),
      (
        JournalError(path: "/data/1.journal", reason: "it claims too much"),
        "消息日志 /data/1.journal：内容已损坏；请把它移走，再重新启动", "journal: open /data/1.journal: it claims too much"
      ),
    ])
  func bothLanguages(error: JournalError, zh: String, en: String) {
    #expect(error.text == LocalizedText(zh: zh, en: en))
  }
}
