// When a channel speaks: groups, quiet hours, digests, the daily proof of life.
import Alerts
import Community
import ConfigFile

extension ChannelsReader {
  func rhythm(_ reader: MappingReader, of channel: inout Channel) {
    channel.digestEvery = reader.duration("digest_every", in: 60_000...1_800_000) ?? channel.digestEvery
    channel.heartbeat = reader.node("heartbeat")?.timeOfDay(log, "heartbeat")
    if let group = reader.reader("group", keys: Grouping.keys) { channel.grouping = grouping(group) }
    guard let hours = reader.reader("quiet_hours", keys: QuietHours.keys) else { return }
    let from = hours.required("from")?.timeOfDay(log, "from")
    let to = hours.required("to")?.timeOfDay(log, "to")
    let priorities = priorities(hours, of: "quiet_hours", unless: [.low, .medium])
    guard let from, let to else { return }
    if from == to {
      log.error(
        at: hours.location(of: "to"), zh: "quiet_hours：from 和 to 相同", en: "quiet_hours: from and to are the same",
        hint: .init(zh: "to 请写早晨起来的时刻", en: "write the hour of waking"))
    }
    channel.quietHours = QuietHours(from: from, to: to, priorities: priorities)
  }

  private func grouping(_ reader: MappingReader) -> Grouping {
    var grouping = Grouping()
    if reader.has("by") {
      let words = elements(reader, "by").compactMap { $0.choice(log, "by", among: Grouping.Criterion.words) }
      grouping.by = words.compactMap(Grouping.Criterion.init(word:))
    }
    grouping.wait = reader.duration("wait", in: Grouping.waitRange) ?? grouping.wait
    grouping.interval = reader.duration("interval", in: Grouping.intervalRange) ?? grouping.interval
    grouping.priorities = priorities(reader, of: "group", unless: grouping.priorities)
    return grouping
  }

  /// The priorities of what may wait.
  private func priorities(_ reader: MappingReader, of name: String, unless usual: Set<Priority>) -> Set<Priority> {
    if !reader.has("priority") { return usual }
    var priorities: Set<Priority> = []
    for node in elements(reader, "priority") {
      guard let priority = node.choice(log, "priority", as: Priority.self) else { continue }
      if priority == .critical {
        log.error(
          at: node.location, zh: "\(name)：critical 报警从不等待", en: "\(name): critical alerts never wait",
          hint: .init(zh: "请去掉 critical", en: "leave critical out"))
      }
      priorities.insert(priority)
    }
    return priorities
  }
}
