package import ConfigFile

/// Somebody who can be on duty: an entry of `people` in `duty.yaml`, or a name that a place gives.
package struct DutyPerson: Sendable, Hashable {
  package static let keys = ["id", "name", "channel", "phone", "mention", "from", "until"]

  /// nil for people that only a place names.
  package var id: String?
  package var name: String
  /// Channel on which this person is told.
  package var channel: String?
  package var phone: String?
  /// By what a robot calls this person (@-mention); the telephone number where nothing is given.
  package var mention: String?
  /// First and last day of service.
  package var from: LocalDay?
  package var until: LocalDay?
  package var location: SourceLocation

  package init(
    id: String? = nil, name: String, channel: String? = nil, phone: String? = nil, mention: String? = nil,
    from: LocalDay? = nil, until: LocalDay? = nil, location: SourceLocation = SourceLocation(file: "")
  ) {
    self.id = id
    self.name = name
    self.channel = channel
    self.phone = phone
    self.mention = mention
    self.from = from
    self.until = until
    self.location = location
  }

  package func serves(on day: LocalDay) -> Bool { (from ?? day) <= day && day <= (until ?? day) }
  package func hasLeft(by day: LocalDay) -> Bool { until.map { $0 < day } ?? false }

  static func read(_ node: ConfigNode, log: ProblemLog) -> DutyPerson? {
    guard let reader = MappingReader(node, keys: keys, as: "person", log: log) else { return nil }
    let id = reader.required("id").flatMap { Identifier.read($0, "id", log: log) }
    let name = reader.requiredString("name")
    let (from, until) = (reader.day("from"), reader.day("until"))
    if let from, let until, until < from {
      log.error(
        at: reader.location(of: "until"), zh: "until \(until.text) 早于 from \(from.text)",
        en: "until \(until.text) is before from \(from.text)")
    }
    guard let id, let name else { return nil }
    return DutyPerson(
      id: id, name: name, channel: reader.string("channel"), phone: reader.string("phone"),
      mention: reader.string("mention"), from: from, until: until, location: reader.location)
  }
}

extension DutyPerson {
  /// For messages: nobody of that id or name.
  static func unknown(_ name: String) -> LocalizedText {
    LocalizedText(
      zh: "duty.yaml 里没有人员“\(name.prefix(60))”", en: "there is no person \"\(name.prefix(60))\" in duty.yaml")
  }

  /// For messages: gone since the last day of service.
  /// - Parameter role: in a care plan.
  func gone(after day: LocalDay, as role: String? = nil) -> LocalizedText {
    let (zh, en) = (role.map { "（\($0)）" } ?? "", role.map { " (\($0))" } ?? "")
    return LocalizedText(zh: "“\(name)”\(zh)已于 \(day.text) 离开", en: "\(name)\(en) left on \(day.text)")
  }
}

extension MappingReader {
  /// A day like 2026-02-15.
  func day(_ key: String) -> LocalDay? {
    guard let node = node(key) else { return nil }
    return node.day(log, key)
  }
}

extension ConfigNode {
  func day(_ log: ProblemLog, _ what: String) -> LocalDay? {
    if let day = scalar.flatMap({ LocalDay($0) }) { return day }
    return wrong(
      log, what, .init(zh: "日期", en: "a day"), hint: .init(zh: "请写 2026-02-15", en: "write 2026-02-15"))
  }

  /// `HH:MM`, 00:00 … 24:00, in minutes.
  package func timeOfDay(_ log: ProblemLog, _ what: String) -> Int? {
    let parts = (scalar ?? "").split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy { "0"..."9" ~= $0 } }),
      parts[1].count == 2, let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60,
      hours * 60 + minutes <= 1440
    {
      return hours * 60 + minutes
    }
    return wrong(log, what, .init(zh: "时间，如“08:00”", en: "a time like \"08:00\""))
  }

  /// A day, or a day with a time: `2026-02-15` or `2026-02-15T08:00`; ms after midnight.
  func localMoment(_ log: ProblemLog, _ what: String) -> LocalMoment? {
    let text = scalar ?? ""
    if let day = LocalDay(text.prefix(10)) {
      if text.utf8.count == 10 { return LocalMoment(day: day) }
      let clock = text.dropFirst(11).split(separator: ":").map { Int($0) }
      if "T ".contains(text.dropFirst(10).first ?? "-"), (2...3).contains(clock.count), let hour = clock[0],
        let minute = clock[1], (0..<24).contains(hour), (0..<60).contains(minute), text.utf8.count >= 16
      {
        return LocalMoment(day: day, milliseconds: Int64(hour * 60 + minute) * 60_000)
      }
    }
    return wrong(
      log, what, .init(zh: "当地时间", en: "a local time"),
      hint: .init(zh: "请写 2026-02-15 或 2026-02-15T08:00", en: "write 2026-02-15 or 2026-02-15T08:00"))
  }
}
