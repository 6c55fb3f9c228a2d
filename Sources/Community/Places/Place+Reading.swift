package import ConfigFile

/// The keys of `places.yaml`; the JSON Schema names the same ones.
extension Place {
  package static let fileKeys = ["places"]
  package static let keys = ["id", "parent", "level", "name", "kind", "tags", "duty", "care", "places"]
  package static let dutyKeys = ["unit", "people", "rota", "answer_within", "finish_within"]
  package static let personKeys = ["id", "name", "channel", "phone"]
  package static let careKeys = ["profile", "contact", "away_until", "chain"]
}

extension Place.Duty {
  static func read(_ node: ConfigNode, log: ProblemLog) -> Place.Duty? {
    guard let reader = MappingReader(node, keys: Place.dutyKeys, as: "duty", log: log) else { return nil }
    let people = reader.list("people").compactMap { person in readPerson(person, log: log) }
    let answer = reader.node("answer_within").flatMap { Deadlines.read($0, "answer_within", log: log) }
    let finish = reader.node("finish_within").flatMap { Deadlines.read($0, "finish_within", log: log) }
    let rota = reader.string("rota").map { ($0, reader.location(of: "rota")) }
    guard let unit = reader.requiredText("unit") else { return nil }
    return Place.Duty(
      unit: unit, people: people, rota: rota, answer: answer ?? Deadlines(), finish: finish ?? Deadlines())
  }

  private static func readPerson(_ node: ConfigNode, log: ProblemLog) -> Person? {
    var person: Person?
    if node.scalar != nil {
      person = node.string(log, "people").map { Person(name: $0) }
    } else {
      guard let reader = MappingReader(node, keys: Place.personKeys, as: "person", log: log) else { return nil }
      let (channel, phone) = (reader.string("channel"), reader.string("phone"))
      if let id = reader.string("id") {
        for key in ["name", "channel", "phone"] where reader.has(key) {
          log.error(
            at: reader.location(of: key), zh: "“\(id)”的 \(key) 写在 duty.yaml 里",
            en: "\(key) of \"\(id)\" stands in duty.yaml")
        }
        person = Person(id: id, name: id)
      } else {
        person = reader.requiredString("name").map { Person(name: $0, channel: channel, phone: phone) }
      }
    }
    person?.location = node.location
    return person
  }
}

extension Place.Care {
  static func read(_ node: ConfigNode, log: ProblemLog) -> Place.Care? {
    guard let reader = MappingReader(node, keys: Place.careKeys, as: "care", log: log) else { return nil }
    let contact = reader.string("contact")
    let away = reader.node("away_until")?.dayOrTime(log, "away_until")
    let chain = reader.node("chain").flatMap { CareStep.readChain($0, log: log) }
    return reader.requiredString("profile").map {
      Place.Care(profile: $0, contact: contact, awayUntil: away, chain: chain)
    }
  }
}

/// What an id may look like: it becomes part of paths, topics and addresses.
package enum Identifier {
  static let lengthMax = 64

  /// The id of a place, device, profile or point; reports one that cannot be used.
  package static func read(_ node: ConfigNode, _ what: String, log: ProblemLog) -> String? {
    guard let text = node.string(log, what) else { return nil }
    if text.utf8.count <= lengthMax, text.utf8.allSatisfy({ isPlain($0) }) { return text }
    if text.count > lengthMax {
      let message = LocalizedText(zh: "超过 \(lengthMax) 个字符", en: "longer than \(lengthMax) characters")
      log.error(at: node.location, message.of(what))
      return nil
    }
    if let bad = text.unicodeScalars.first(where: { !isUsable($0) }) {
      let sign = bad == " " ? LocalizedText(zh: "空格", en: "a space") : .quoted(String(bad))
      log.error(
        at: node.location,
        LocalizedText(zh: "“\(text)”里有\(sign.zh)", en: "\"\(text)\" contains \(sign.en)").of(what),
        hint: .init(zh: "请用字母、数字、-、_、. 和 :", en: "use letters, digits, -, _, . and :"))
      return nil
    }
    return text
  }

  /// Letters, digits and signs of ASCII: nearly all ids are of nothing else, and a site has many.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 45, 95, 46, 58, 64: true
    default: false
    }
  }

  private static func isUsable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.properties.isAlphabetic || "0123456789-_.:@".unicodeScalars.contains(scalar) }
    return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }
}
