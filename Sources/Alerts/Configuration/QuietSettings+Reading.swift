// Reads the part of alerts.yaml that keeps alerts quiet. Whether the places, rules and devices that it names exist is checked
// where those are known (QuietCheck).
import Community
import ConfigFile
import Pipeline

extension QuietSettings {
  package static let keys = ["inhibit", "maintenance", "damp", "longest"]
  package static let inhibitKeys = ["id", "source", "target", "within", "wait", "grace", "reason"]
  package static let matcherKeys = ["place", "rule", "device", "audience", "priority", "up_to"]
  package static let maintenanceKeys = [
    "id", "place", "rule", "device", "audience", "up_to", "days", "from", "to", "reason", "critical",
  ]
  package static let dampKeys = ["raises", "within", "calm", "fleeting"]
  package static let fleetingKeys = ["under", "times", "within", "hold"]
  package static let longestKeys = ["silence", "maintenance", "away", "shelf"]
  /// The words of `days`.
  package static let days = Array(DutyFile.days.prefix(7))
  /// Entries of each list.
  private static let countMax = 200
  private static let day: Int64 = 86_400_000

  init(_ reader: MappingReader, zone: LocalTimeTable) {
    self.init()
    let log = reader.log
    isGiven = Self.keys.contains { reader.has($0) }
    var ids: Set<String> = Set(InhibitRule.builtIn.map(\.id))
    func isNew(_ id: String, _ entry: MappingReader) -> Bool {
      if ids.insert(id).inserted { return true }
      log.error(
        at: entry.location(of: "id"), zh: "id“\(id)”写了两次，或者是 Linli 自带的",
        en: "id \"\(id)\" is given twice, or is one of Linli's own")
      return false
    }
    for (key, count) in [("inhibit", reader.list("inhibit").count), ("maintenance", reader.list("maintenance").count)]
    where count > Self.countMax {
      log.error(
        at: reader.location(of: key), zh: "超过 \(Self.countMax) 条", en: "more than \(Self.countMax) entries")
    }
    for node in reader.list("inhibit").prefix(Self.countMax) {
      guard let entry = MappingReader(node, keys: Self.inhibitKeys, as: "inhibit", log: log) else { continue }
      if let rule = Self.inhibitRule(entry), isNew(rule.id, entry) { inhibit.append(rule) }
    }
    inhibit += InhibitRule.builtIn
    for node in reader.list("maintenance").prefix(Self.countMax) {
      guard let entry = MappingReader(node, keys: Self.maintenanceKeys, as: "maintenance", log: log) else { continue }
      if let window = Self.window(entry, zone), isNew(window.id, entry) { maintenance.append(window) }
    }
    if let node = reader.node("damp") { damping = Self.damping(node, log) }
    guard let longest = reader.reader("longest", keys: Self.longestKeys) else { return }
    limits.silence = longest.duration("silence", in: 60_000...31 * Self.day) ?? limits.silence
    limits.maintenance = longest.duration("maintenance", in: 60_000...366 * Self.day) ?? limits.maintenance
    limits.away = longest.duration("away", in: 60_000...3 * 366 * Self.day) ?? limits.away
    shelf = longest.duration("shelf", in: 60_000...31 * Self.day) ?? shelf
  }

  private static func inhibitRule(_ reader: MappingReader) -> InhibitRule? {
    let log = reader.log
    let id = reader.requiredString("id")
    let source = reader.required("source").flatMap { matcher($0, "source", log) }
    let target = reader.required("target").flatMap { matcher($0, "target", log) }
    let word = reader.required("within")?.choice(log, "within", among: InhibitRule.Scope.words)
    let wait = reader.duration("wait", in: 0...3_600_000) ?? 0
    let grace = reader.duration("grace", in: 0...day) ?? 120_000
    let reason = reader.text("reason")
    guard let id, let source, let target, let within = word.flatMap(InhibitRule.Scope.init(word:)) else { return nil }
    if !source.isSpecific && source.priorities.isEmpty && source.upTo == nil {
      log.error(
        at: reader.location(of: "source"), zh: "source 与每个报警都匹配", en: "the source matches every alert",
        hint: .init(zh: "请写明规则或对象群体", en: "name a rule or an audience"))
      return nil
    }
    return InhibitRule(
      id: id, source: source, target: target, within: within, wait: wait, grace: grace, reason: reason,
      location: reader.location)
  }

  private static func matcher(_ node: ConfigNode, _ what: String, _ log: ProblemLog) -> AlertMatcher? {
    MappingReader(node, keys: matcherKeys, as: what, log: log).map { matcher($0) }
  }

  /// The keys of a matcher among others.
  private static func matcher(_ reader: MappingReader) -> AlertMatcher {
    let priorities = reader.node("priority").map { node in
      (node.sequence ?? [node]).compactMap { $0.choice(reader.log, "priority", as: Priority.self) }
    }
    return AlertMatcher(
      places: reader.strings("place") ?? [], rules: reader.strings("rule") ?? [],
      devices: reader.strings("device") ?? [], audience: reader.strings("audience") ?? [],
      priorities: priorities ?? [], upTo: reader.choice("up_to", as: Priority.self))
  }

  private static func window(_ reader: MappingReader, _ zone: LocalTimeTable) -> RecurringQuiet? {
    let log = reader.log
    let id = reader.requiredString("id")
    let matcher = matcher(reader)
    var mask: UInt8 = reader.has("days") ? 0 : 0x7f
    for word in reader.strings("days") ?? [] {
      if let index = days.firstIndex(of: word.lowercased()) {
        mask |= 1 << UInt8(index)
      } else {
        log.error(
          at: reader.location(of: "days"), zh: "days：未知的星期“\(word.prefix(40))”",
          en: "days: unknown day \"\(word.prefix(40))\"",
          hint: Suggestion.hint(for: word, among: days))
      }
    }
    let from = reader.required("from")?.timeOfDay(log, "from")
    let to = reader.required("to")?.timeOfDay(log, "to")
    let reason = reader.requiredText("reason")
    let critical = reader.bool("critical") ?? false
    guard let id, let from, let to, let reason, mask != 0 else { return nil }
    if !matcher.isSpecific {
      log.error(
        at: reader.location, zh: "maintenance 需要写明场所、规则、设备或对象群体",
        en: "maintenance needs a place, a rule, a device or an audience")
      return nil
    }
    return RecurringQuiet(
      id: id, matcher: matcher, days: mask, from: from, to: to,
      reason: reason, critical: critical, zone: zone,
      location: reader.location)
  }

  private static func damping(_ node: ConfigNode, _ log: ProblemLog) -> DampingSettings? {
    if node.isOff { return nil }
    var settings = DampingSettings()
    guard let reader = MappingReader(node, keys: dampKeys, as: "damp", log: log) else { return settings }
    settings.raises = reader.int("raises", in: 2...20) ?? settings.raises
    settings.within = reader.duration("within", in: 1_000...3_600_000) ?? settings.within
    settings.calm = reader.duration("calm", in: 1_000...day) ?? settings.calm
    guard let fleeting = reader.node("fleeting") else { return settings }
    if fleeting.isOff {
      settings.fleeting = nil
    } else if let reader = MappingReader(fleeting, keys: fleetingKeys, as: "fleeting", log: log) {
      var given = DampingSettings.Fleeting()
      given.under = reader.duration("under", in: 1_000...300_000) ?? given.under
      given.times = reader.int("times", in: 2...20) ?? given.times
      given.within = reader.duration("within", in: 60_000...31 * day) ?? given.within
      given.hold = reader.duration("hold", in: 1_000...300_000) ?? given.hold
      settings.fleeting = given
    }
    return settings
  }
}

extension ConfigNode {
  fileprivate var isOff: Bool { scalar == "off" || scalar == "false" }
}
