// The journal knows no Chinese: which file it could not use, and why.
package import Community
package import Pipeline

extension JournalError: WordedError {
  package var text: LocalizedText { LocalizedText(zh: "消息日志 \(path)：\(chinese)", en: description) }

  private var chinese: String {
    isDamaged ? "内容已损坏；请把它移走，再重新启动" : "\(call) 失败：\(SystemReason.text(code).zh)"
  }
}
