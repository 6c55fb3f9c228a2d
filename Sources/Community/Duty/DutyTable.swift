package import ConfigFile
package import Pipeline

/// Who answers for which place at which time: the tree of places joined with people and rotas. Pure and immutable.
package struct DutyTable: Sendable {
  /// The duty of one place.
  package struct Post: Sendable {
    package var place: String
    package var level: Place.Level
    package var unit: LocalizedText
    package var answer: Deadlines
    package var finish: Deadlines
    /// On duty always.
    package var people: [DutyPerson]
    /// Index of a rota.
    var rota: Int?
    /// A unit that names nobody is on duty as such.
    var isUnitOnly: Bool
    package var location: SourceLocation
  }

  /// A step of a home's care plan with the people behind it.
  package struct CareCall: Sendable {
    package var step: CareStep
    package var home: String
    package var person: DutyPerson?
    var rota: Int?
  }

  package let rotas: [Rota]
  package let people: [String: DutyPerson]
  package let zone: LocalTimeTable
  private let places: PlaceTree
  private let posts: [String: Post]
  private let calls: [String: [CareCall]]

  package static let none = DutyTable(places: .empty, file: DutyFile(), careChains: [:], zone: .utc, log: ProblemLog())

  /// - Parameters:
  ///   - careChains: care plans by the `profile` of a home's care; a home's own plan comes first.
  ///   - zone: in which days of service are counted.
  package init(
    places: PlaceTree, file: DutyFile, careChains: [String: [CareStep]], zone: LocalTimeTable, log: ProblemLog
  ) {
    self.places = places
    self.zone = zone
    rotas = file.rotas
    people = Dictionary(file.people.compactMap { person in person.id.map { ($0, person) } }) { first, _ in first }
    let finder = DutyFinder(file: file, people: people, log: log)
    var posts: [String: Post] = [:]
    var calls: [String: [CareCall]] = [:]
    for place in places.places {
      if let duty = place.duty { posts[place.path] = finder.post(place, duty) }
      if let care = place.care {
        let chain = care.chain ?? careChains[care.profile] ?? []
        let found = chain.compactMap { finder.call($0, home: place.path, care: care) }
        if !found.isEmpty { calls[place.path] = found }
      }
    }
    for step in careChains.values.joined() { finder.check(step) }
    self.posts = posts
    self.calls = calls
  }

  package var isEmpty: Bool { posts.isEmpty && calls.isEmpty }

  /// The posts that an alert at a place climbs, nearest first. A place that is gone is looked for by its path.
  package func posts(for path: String) -> [Post] {
    var found: [Post] = []
    var path = path[...]
    while !path.isEmpty {
      if let post = posts[String(path)] { found.append(post) }
      path = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
    }
    return found
  }

  /// Who is on duty at a post; nil: nobody. Empty: the unit as such, which names no people.
  package func onDuty(_ post: Post, at time: Timestamp) -> [DutyPerson]? {
    if post.isUnitOnly { return [] }
    let day = zone.day(at: time)
    let ids = post.rota.map { rotas[$0].onDuty(at: time) } ?? []
    let scheduled = ids.compactMap { people[$0] }
    var seen: Set<String> = []
    let present = (scheduled + post.people).filter { $0.serves(on: day) && seen.insert($0.id ?? $0.name).inserted }
    return present.isEmpty ? nil : present
  }

  /// The nearest post at a place or above that has someone on duty.
  package func onDuty(place path: String, at time: Timestamp) -> (post: Post, people: [DutyPerson])? {
    for post in posts(for: path) {
      if let people = onDuty(post, at: time) { return (post, people) }
    }
    return nil
  }

  /// The care plan of the home that a place is or lies in.
  package func care(for path: String) -> [CareCall] {
    var path = path[...]
    while !path.isEmpty {
      if let found = calls[String(path)] { return found }
      path = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
    }
    return []
  }

  /// Who is there for a step of a care plan.
  package func onCall(_ call: CareCall, at time: Timestamp) -> [DutyPerson] {
    let day = zone.day(at: time)
    let found = call.rota.map { rotas[$0].onDuty(at: time).compactMap { people[$0] } } ?? []
    return (found + (call.person.map { [$0] } ?? [])).filter { $0.serves(on: day) }
  }

  /// Somebody of `duty.yaml`, by id or by name; of several of one name the one whose id comes first.
  package func person(_ name: String) -> DutyPerson? {
    people[name] ?? people.values.filter { $0.name == name }.min { $0.id ?? "" < $1.id ?? "" }
  }

  /// Somebody who is meant at a place, by id or by name: of those who ever are on duty for it, the nearest first; else of
  /// `duty.yaml`, or of whom another place names.
  package func person(_ name: String, for place: String) -> DutyPerson? {
    if let known = people[name] { return known }
    func find(_ posts: [Post]) -> DutyPerson? {
      posts.lazy.compactMap { everybody(of: $0).first { $0.name == name } }.first
    }
    return find(posts(for: place)) ?? person(name) ?? find(allPosts)
  }

  /// Channels on which people on duty are told.
  package var channelsInUse: Set<String> {
    let known = people.values.compactMap(\.channel)
    return Set(known + posts.values.flatMap(\.people).compactMap(\.channel))
  }

  /// All who are ever on duty at a post.
  package func everybody(of post: Post) -> [DutyPerson] {
    (post.rota.map { rotas[$0].everybody.compactMap { people[$0] } } ?? []) + post.people
  }

  /// Every step of the care plans of homes, in the order of their places.
  package var allCalls: [CareCall] { places.places.flatMap { calls[$0.path] ?? [] } }

  /// Every post, parents before their children.
  package var allPosts: [Post] { places.places.compactMap { posts[$0.path] } }
  package var allPlaces: PlaceTree { places }
}

/// Finds the people and rotas that places and care plans name.
private struct DutyFinder {
  let file: DutyFile
  let people: [String: DutyPerson]
  let log: ProblemLog
  let byName: [String: DutyPerson]
  let rotaIndex: [String: Int]

  init(file: DutyFile, people: [String: DutyPerson], log: ProblemLog) {
    self.file = file
    self.people = people
    self.log = log
    byName = Dictionary(file.people.map { ($0.name, $0) }) { first, _ in first }
    rotaIndex = Dictionary(zip(file.rotas.map(\.id), file.rotas.indices)) { first, _ in first }
  }

  func post(_ place: Place, _ duty: Place.Duty) -> DutyTable.Post {
    var rota: Int?
    if let (id, location) = duty.rota {
      rota = rotaIndex[id]
      if rota == nil {
        log.error(
          at: location, zh: "duty.yaml 里没有班表“\(id.prefix(60))”",
          en: "there is no rota \"\(id.prefix(60))\" in duty.yaml",
          hint: Suggestion.hint(for: id, among: rotaIndex.keys.sorted()))
      }
    }
    return DutyTable.Post(
      place: place.path, level: place.level, unit: duty.unit, answer: duty.answer, finish: duty.finish,
      people: duty.people.compactMap(person), rota: rota, isUnitOnly: duty.people.isEmpty && duty.rota == nil,
      location: place.location)
  }

  /// An entry of `duty.yaml` by id or name; else somebody whom only the place knows.
  private func person(_ entry: Place.Duty.Person) -> DutyPerson? {
    if let id = entry.id {
      if let known = people[id] { return known }
      reportUnknown(id, at: entry.location)
      return nil
    }
    if entry.channel == nil, entry.phone == nil, let known = people[entry.name] ?? byName[entry.name] { return known }
    if file.isThere, entry.channel == nil, entry.phone == nil, looksLikeID(entry.name) {
      reportUnknown(entry.name, at: entry.location)
    }
    return DutyPerson(name: entry.name, channel: entry.channel, phone: entry.phone, location: entry.location)
  }

  private func reportUnknown(_ person: String, at location: SourceLocation) {
    log.error(
      at: location, DutyPerson.unknown(person), hint: Suggestion.hint(for: person, among: people.keys.sorted()))
  }

  private func looksLikeID(_ name: String) -> Bool {
    name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95 }
  }

  func call(_ step: CareStep, home: String, care: Place.Care) -> DutyTable.CareCall? {
    if step.who == CareStep.contact {
      guard let contact = care.contact else {
        log.warning(
          at: step.location, zh: "“\(home)”的照护计划：它要找 contact，但这一户没有写 contact",
          en: "care plan of \(home): it asks the contact, but the home names none")
        return nil
      }
      let person = people[contact] ?? byName[contact] ?? DutyPerson(name: contact)
      return DutyTable.CareCall(step: step, home: home, person: person)
    }
    if let person = people[step.who] ?? byName[step.who] {
      return DutyTable.CareCall(step: step, home: home, person: person)
    }
    if let rota = rotaIndex[step.who] { return DutyTable.CareCall(step: step, home: home, rota: rota) }
    check(step)
    return nil
  }

  func check(_ step: CareStep) {
    if step.who == CareStep.contact || people[step.who] != nil || byName[step.who] != nil { return }
    if rotaIndex[step.who] != nil { return }
    log.error(
      at: step.location, zh: "duty.yaml 里既没有人员也没有班表“\(step.who.prefix(60))”",
      en: "there is neither a person nor a rota \"\(step.who.prefix(60))\" in duty.yaml",
      hint: Suggestion.hint(for: step.who, among: people.keys.sorted() + rotaIndex.keys.sorted() + [CareStep.contact]))
  }
}
