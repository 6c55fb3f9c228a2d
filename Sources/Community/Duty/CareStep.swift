package import ConfigFile

/// One step of a home's care plan, beside the four levels: whom to ask, and how long to wait for an answer before the next.
package struct CareStep: Sendable, Equatable {
  package enum Role: String, Sendable, CaseIterable { case family, neighbour, volunteer, carer, doctor }

  package static let keys = ["who", "role", "answer_within"]
  /// The word for the home's own `contact`.
  package static let contact = "contact"
  /// Steps of one plan.
  static let countMax = 20

  /// `contact`, a person or a rota of `duty.yaml`.
  package var who: String
  package var role: Role
  /// Ms.
  package var answerWithin: Int64
  package var location: SourceLocation

  /// A list of steps; a step may be its `who` alone.
  package static func readChain(_ node: ConfigNode, log: ProblemLog) -> [CareStep]? {
    guard let nodes = node.list(log, "chain") else { return nil }
    if nodes.isEmpty {
      log.error(
        at: node.location, zh: "照护计划里没有可找的人", en: "a care plan that asks nobody",
        hint: .init(zh: "请写上某人，或去掉它", en: "name someone, or leave it out"))
    }
    if nodes.count > countMax {
      log.error(at: node.location, zh: "步骤超过 \(countMax) 个", en: "more than \(countMax) steps")
    }
    return nodes.prefix(countMax).compactMap { read($0, log: log) }
  }

  private static func read(_ node: ConfigNode, log: ProblemLog) -> CareStep? {
    if node.scalar != nil {
      return node.string(log, "chain").map {
        CareStep(who: $0, role: $0 == contact ? .family : .volunteer, answerWithin: 600_000, location: node.location)
      }
    }
    guard let reader = MappingReader(node, keys: keys, as: "care step", log: log) else { return nil }
    let role = reader.choice("role", as: Role.self)
    let within = reader.duration("answer_within", in: Deadlines.range) ?? 600_000
    return reader.requiredString("who").map {
      CareStep(
        who: $0, role: role ?? ($0 == contact ? .family : .volunteer), answerWithin: within, location: reader.location)
    }
  }
}
