import Alerts
import Community
import ConfigFile
import Store

/// What the one who assigns an alert is told: on which channels the person hears of it, or why nobody does.
enum AssignmentWords {
  /// - Parameter name: to whom, as it was typed.
  static func text(
    _ name: String, _ outcome: ActionOutcome, duty: DutyTable, _ language: Language
  ) -> String {
    let zh = language == .zh
    let name = name.trimmed
    guard outcome.events.contains(where: { $0.kind == .assigned }) else {
      return zh ? "已指派给\(name)，不再重复通知" : "\(name) had it already and is not told again"
    }
    guard let person = outcome.alert.assignee else {
      return unknown(name, outcome.alert.place, duty, zh) + (zh ? "，没有通知任何人" : ": nobody is told")
    }
    if !outcome.told.isEmpty {
      let channels = outcome.told.joined(separator: zh ? "、" : ", ")
      return zh ? "经 \(channels) 通知\(person.name)" : "\(person.name) is told on \(channels)"
    }
    guard let channel = person.channel else {
      return zh
        ? "duty.yaml 没有给\(person.name)写明 channel，没有通知任何人"
        : "\(person.name) has no channel in duty.yaml: nobody is told"
    }
    return zh
      ? "渠道 \(channel) 不能通知个人，没有通知\(person.name)"
      : "\(channel) is no channel for one person: \(person.name) is not told"
  }

  private static func unknown(_ name: String, _ place: String, _ duty: DutyTable, _ zh: Bool) -> String {
    if let person = duty.person(name, for: place) {
      return zh ? "按 duty.yaml，\(person.name)今天不在职" : "by duty.yaml \(person.name) is not in service today"
    }
    let known = duty.people.values.flatMap { [$0.name, $0.id].compactMap(\.self) }.sorted()
    let meant = Suggestion.closest(to: name, among: known)
    return zh
      ? "值班表中没有“\(name)”" + (meant.map { "（是“\($0)”吗？）" } ?? "")
      : "duty.yaml knows nobody called \"\(name)\"" + (meant.map { " (did you mean \"\($0)\"?)" } ?? "")
  }
}
