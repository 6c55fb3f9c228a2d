package import ConfigFile

/// The keys of `places.yaml`; the JSON Schema names the same ones.
extension Place {
  package static let fileKeys = ["places"]
  package static let keys = ["id", "parent", "level", "name", "kind", "tags", "duty", "care", "places"]
  package static let dutyKeys = ["unit", "people", "answer_within"]
  package static let personKeys = ["name", "channel", "phone"]
  package static let careKeys = ["profile", "contact", "away_until"]
}

extension Place.Duty {
  static func read(_ node: ConfigNode, log: ProblemLog) -> Place.Duty? {
    guard let reader = MappingReader(node, keys: Place.dutyKeys, as: "duty", log: log) else { return nil }
    let people = reader.list("people").compactMap { person in readPerson(person, log: log) }
    let deadline = reader.duration("answer_within", in: 1000...31 * 86_400_000)
    guard let unit = reader.requiredLocalizedText("unit") else { return nil }
    return Place.Duty(unit: unit, people: people, answerWithin: deadline)
  }

  private static func readPerson(_ node: ConfigNode, log: ProblemLog) -> Person? {
    if node.scalar != nil { return node.string(log, "people").map { Person(name: $0) } }
    guard let reader = MappingReader(node, keys: Place.personKeys, as: "person", log: log) else { return nil }
    let (channel, phone) = (reader.string("channel"), reader.string("phone"))
    return reader.requiredString("name").map { Person(name: $0, channel: channel, phone: phone) }
  }
}

extension Place.Care {
  static func read(_ node: ConfigNode, log: ProblemLog) -> Place.Care? {
    guard let reader = MappingReader(node, keys: Place.careKeys, as: "care", log: log) else { return nil }
    let (contact, away) = (reader.string("contact"), reader.string("away_until"))
    if let away, !startsWithDate(away) {
      log.error(
        at: reader.location(of: "away_until"), "away_until: expected a date, found \"\(away)\"",
        hint: "write 2026-02-15 or 2026-02-15T08:00:00+08:00")
    }
    return reader.requiredString("profile").map { Place.Care(profile: $0, contact: contact, awayUntil: away) }
  }

  private static func startsWithDate(_ text: String) -> Bool {
    let parts = text.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy({ Int($0) != nil }),
      let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month), (1...31).contains(day)
    else { return false }
    return text.utf8.count == 10 || "T ".contains(text.dropFirst(10).first ?? "-")
  }
}

/// What an id may look like: it becomes part of paths, topics and addresses.
package enum Identifier {
  static let lengthMax = 64

  /// The id of a place, device, profile or point; reports one that cannot be used.
  package static func read(_ node: ConfigNode, _ what: String, log: ProblemLog) -> String? {
    guard let text = node.string(log, what) else { return nil }
    if text.count > lengthMax {
      log.error(at: node.location, "\(what): longer than \(lengthMax) characters")
      return nil
    }
    if let bad = text.unicodeScalars.first(where: { !isUsable($0) }) {
      log.error(
        at: node.location, "\(what): \"\(text)\" contains \(bad == " " ? "a space" : "\"\(bad)\"")",
        hint: "use letters, digits, -, _, . and :")
      return nil
    }
    return text
  }

  private static func isUsable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.properties.isAlphabetic || "0123456789-_.:@".unicodeScalars.contains(scalar) }
    return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }
}
