import Community
import Store

extension SetAside {
  /// One sentence for people. `count` is that of all such records; nil: this one alone.
  func words(of count: Int?, _ language: Language) -> String {
    switch language {
    case .zh:
      let which = (alert.map { "报警 \($0)，" } ?? "") + what.zh
      return (count.map { "有 \($0) 条记录无法写入数据库，最近一条：" } ?? "记录无法写入数据库：") + "\(which)：\(reason.zh)；其余照常进行"
    case .en:
      let which = (alert.map { "alert \($0), " } ?? "") + what.en
      return
        (count.map { "\($0) records cannot be written to the database, the newest: " } ?? "a record cannot be written: ")
        + "\(which): \(reason.en); everything else goes on"
    }
  }
}
