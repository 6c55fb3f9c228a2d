// Reads `duty.yaml`: people, holidays and rotas.
package import ConfigFile
package import Pipeline

/// What `duty.yaml` says.
package struct DutyFile: Sendable {
  package static let keys = ["people", "holidays", "rotas"]
  package static let rotaKeys = ["id", "shifts", "calendar", "hand_over", "substitutes", "timezone"]
  package static let shiftKeys = ["days", "from", "to", "people"]
  package static let substituteKeys = ["for", "by", "from", "to"]
  package static let holidayKeys = ["from", "to", "name"]
  /// The words of `days`.
  package static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]
  static let peopleMax = 20_000
  static let rotasMax = 5_000

  package var people: [DutyPerson] = []
  package var holidays: Set<LocalDay> = []
  package var rotas: [Rota] = []
  /// False where there is no such file.
  package var isThere = false

  package init() {}

  /// - Parameters:
  ///   - directory: where `calendar:` files lie.
  ///   - zone: of rotas that name none.
  package static func read(
    _ node: ConfigNode?, directory: String, zone: LocalTimeTable, log: ProblemLog
  ) -> DutyFile {
    guard let node, let file = MappingReader(node, keys: keys, as: "duty.yaml", log: log) else { return DutyFile() }
    var reader = DutyFileReader(directory: directory, zone: zone, log: log)
    reader.result.isThere = true
    reader.readPeople(file.list("people"))
    for node in file.list("holidays") { reader.readHoliday(node) }
    for node in file.list("rotas") { reader.readRota(node) }
    for index in reader.result.rotas.indices { reader.result.rotas[index].holidays = reader.result.holidays }
    return reader.result
  }

  package static func load(directory: String, zone: LocalTimeTable, log: ProblemLog) -> DutyFile {
    read(
      ConfigReader.load(directory + "/duty.yaml", mayBeMissing: true, log: log), directory: directory, zone: zone,
      log: log)
  }
}

private struct DutyFileReader {
  let directory: String
  let zone: LocalTimeTable
  let log: ProblemLog
  var result = DutyFile()
  /// Id or, where it is unique, name → id.
  var names: [String: String] = [:]
  var ids: Set<String> = []
  var zones: [String: LocalTimeTable] = [:]

  mutating func readPeople(_ nodes: [ConfigNode]) {
    if nodes.count > DutyFile.peopleMax {
      log.error(
        at: nodes[0].location, zh: "人员超过 \(DutyFile.peopleMax) 人", en: "more than \(DutyFile.peopleMax) people")
    }
    for node in nodes.prefix(DutyFile.peopleMax) {
      guard let person = DutyPerson.read(node, log: log), let id = person.id else { continue }
      guard ids.insert(id).inserted else {
        log.error(at: person.location, zh: "人员“\(id)”写了两次", en: "person \"\(id)\" is there twice")
        continue
      }
      result.people.append(person)
    }
    let byName = Dictionary(grouping: result.people, by: \.name)
    for (name, people) in byName where people.count == 1 { names[name] = people[0].id }
    for id in ids { names[id] = id }
  }

  mutating func readHoliday(_ node: ConfigNode) {
    if node.scalar != nil {
      if let day = node.day(log, "holidays") { result.holidays.insert(day) }
      return
    }
    guard let reader = MappingReader(node, keys: DutyFile.holidayKeys, as: "holiday", log: log),
      let from = reader.required("from")?.day(log, "from")
    else { return }
    let to = reader.day("to") ?? from
    guard to >= from, to - from <= 366 else {
      log.error(
        at: reader.location(of: "to"), zh: "to \(to.text) 不在 from \(from.text) 之后的一年内",
        en: "to \(to.text) is not within a year after from \(from.text)")
      return
    }
    for number in from.number...to.number { result.holidays.insert(LocalDay(number: number)) }
  }

  mutating func readRota(_ node: ConfigNode) {
    guard let reader = MappingReader(node, keys: DutyFile.rotaKeys, as: "rota", log: log),
      let id = reader.required("id").flatMap({ Identifier.read($0, "id", log: log) })
    else { return }
    if result.rotas.contains(where: { $0.id == id }) || result.rotas.count >= DutyFile.rotasMax {
      log.error(
        at: reader.location, zh: "班表“\(id)”写了两次，或班表太多",
        en: "rota \"\(id)\" is there twice, or there are too many")
      return
    }
    if ids.contains(id) {
      log.error(at: reader.location(of: "id"), zh: "“\(id)”已经是一个人员", en: "\"\(id)\" is a person already")
    }
    var rota = Rota(id: id, zone: zone(reader), location: reader.location(of: "id"))
    rota.shifts = reader.list("shifts").compactMap(shift)
    rota.handOver = reader.duration("hand_over", in: 0...12 * 3_600_000) ?? 0
    rota.substitutes = reader.list("substitutes").compactMap(substitute)
    if let name = reader.string("calendar") {
      let path = name.hasPrefix("/") ? name : directory + "/" + name
      rota.calendar = CalendarReader(file: path, zone: rota.zone, people: names, log: log).load()
    }
    if !reader.has("shifts") && !reader.has("calendar") {
      log.error(
        at: reader.location, zh: "班表“\(id)”既没有 shifts，也没有 calendar",
        en: "rota \"\(id)\" has neither shifts nor a calendar")
    }
    result.rotas.append(rota)
  }

  private mutating func zone(_ reader: MappingReader) -> LocalTimeTable {
    guard let name = reader.string("timezone") else { return zone }
    if let known = zones[name] { return known }
    guard let named = LocalTimeTable(named: name) else {
      log.error(
        at: reader.location(of: "timezone"), LocalTimeTable.unknown(name),
        hint: .init(zh: "如 Asia/Shanghai 这样的名称", en: "a name like Asia/Shanghai"))
      return zone
    }
    zones[name] = named
    return named
  }

  private func shift(_ node: ConfigNode) -> Rota.Shift? {
    guard let reader = MappingReader(node, keys: DutyFile.shiftKeys, as: "shift", log: log) else { return nil }
    var (days, onHolidays): (UInt8, Bool) = (reader.has("days") ? 0 : 0x7f, false)
    for word in reader.strings("days") ?? [] {
      guard let index = DutyFile.days.firstIndex(of: word.lowercased()) else {
        log.error(
          at: reader.location(of: "days"), zh: "days：未知的日子“\(word.prefix(40))”",
          en: "days: unknown day \"\(word.prefix(40))\"",
          hint: Suggestion.hint(for: word, among: DutyFile.days, listUpTo: 8))
        continue
      }
      if index == 7 { onHolidays = true } else { days |= 1 << UInt8(index) }
    }
    let from = reader.required("from")?.timeOfDay(log, "from")
    let to = reader.required("to")?.timeOfDay(log, "to")
    let people = self.people(reader, "people")
    guard let from, let to, days != 0 || onHolidays, !people.isEmpty else { return nil }
    return Rota.Shift(
      days: days, onHolidays: onHolidays, from: from, to: to, people: people, location: reader.location)
  }

  private func substitute(_ node: ConfigNode) -> Rota.Substitute? {
    guard let reader = MappingReader(node, keys: DutyFile.substituteKeys, as: "substitute", log: log) else {
      return nil
    }
    let person = people(reader, "for").first
    let by = people(reader, "by").first
    let from = reader.required("from")?.localMoment(log, "from")
    var to = reader.required("to")?.localMoment(log, "to")
    // A bare day is meant to its end.
    if let end = to, reader.string("to")?.utf8.count == 10 { to = LocalMoment(day: end.day + 1) }
    guard let person, let by, let from, let to else { return nil }
    if (to.day, to.milliseconds) <= (from.day, from.milliseconds) {
      log.error(at: reader.location(of: "to"), zh: "to 不晚于 from", en: "to is not after from")
      return nil
    }
    return Rota.Substitute(person: person, by: by, from: from, to: to, location: reader.location)
  }

  /// Ids of people that a key names by id or by name.
  private func people(_ reader: MappingReader, _ key: String) -> [String] {
    (reader.requiredStrings(key) ?? []).compactMap { name in
      if let id = names[name] { return id }
      log.error(
        at: reader.location(of: key), DutyPerson.unknown(name).of(key),
        hint: Suggestion.hint(for: name, among: names.keys.sorted()))
      return nil
    }
  }
}
