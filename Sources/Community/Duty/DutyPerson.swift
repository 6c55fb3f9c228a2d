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
      log.error(at: reader.location(of: "until"), "until \(until.text) is before from \(from.text)")
    }
    guard let id, let name else { return nil }
    return DutyPerson(
      id: id, name: name, channel: reader.string("channel"), phone: reader.string("phone"),
      mention: reader.string("mention"), from: from, until: until, location: reader.location)
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
    log.error(at: location, "\(what): expected a day, found \(kindName)", hint: "write 2026-02-15")
    return nil
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
    log.error(at: location, "\(what): expected a time like \"08:00\", found \(kindName)")
    return nil
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
    log.error(
      at: location, "\(what): expected a local time, found \(kindName)", hint: "write 2026-02-15 or 2026-02-15T08:00")
    return nil
  }
}
