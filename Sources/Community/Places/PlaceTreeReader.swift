package import ConfigFile

/// Reads `places.yaml`: places within places, or places that name their `parent`; both may be mixed.
package struct PlaceTreeReader {
  /// More places are refused.
  static let placesMax = 200_000

  private struct Draft {
    var id: String
    var level: Place.Level?
    var name: LocalizedText?
    var kind = ""
    var tags: [String] = []
    var duty: Place.Duty?
    var care: Place.Care?
    var location: SourceLocation
    var parent: Int?
    var parentName: (text: String, location: SourceLocation)?
    var path: String?
  }

  private var drafts: [Draft] = []
  private var isOver = false
  private let log: ProblemLog

  private init(log: ProblemLog) { self.log = log }

  package static func read(_ node: ConfigNode, log: ProblemLog) -> PlaceTree {
    var reader = PlaceTreeReader(log: log)
    guard let top = MappingReader(node, keys: Place.fileKeys, as: "places", log: log) else { return .empty }
    for place in top.requiredList("places") { reader.readPlace(place, within: nil) }
    reader.findParents()
    return reader.build()
  }

  private mutating func readPlace(_ node: ConfigNode, within parent: Int?) {
    guard drafts.count < Self.placesMax else {
      if !isOver {
        log.error(
          at: node.location, zh: "场所超过 \(Self.placesMax) 个", en: "more than \(Self.placesMax) places")
      }
      isOver = true
      return
    }
    guard let reader = MappingReader(node, keys: Place.keys, as: "place", log: log) else { return }
    guard let id = reader.required("id").flatMap({ Identifier.read($0, "id", log: log) }) else { return }
    var draft = Draft(id: id, location: node.location, parent: parent)
    draft.level = reader.choice("level", as: Place.Level.self)
    if draft.level == nil, !reader.has("level"), parent == nil, !reader.has("parent") {
      log.error(
        at: node.location, zh: "场所“\(id)”没有 level", en: "place \"\(id)\" has no level",
        hint: .init(zh: "可用的有：\(Self.levelNames.zh)", en: "one of \(Self.levelNames.en)"))
    }
    draft.name = reader.text("name")
    draft.kind = reader.string("kind") ?? ""
    draft.tags = reader.strings("tags") ?? []
    draft.duty = reader.node("duty").flatMap { Place.Duty.read($0, log: log) }
    draft.care = reader.node("care").flatMap { Place.Care.read($0, log: log) }
    if let name = reader.string("parent") {
      if parent == nil {
        draft.parentName = (name, reader.location(of: "parent"))
      } else {
        log.error(
          at: reader.location(of: "parent"), zh: "场所“\(id)”已写在另一个场所之内，又写了 parent",
          en: "place \"\(id)\" stands within another place and names a parent too")
      }
    }
    drafts.append(draft)
    let index = drafts.count - 1
    for child in reader.list("places") { readPlace(child, within: index) }
  }

  /// Resolves `parent:` by path, or by id where the id is unique.
  private mutating func findParents() {
    guard drafts.contains(where: { $0.parentName != nil }) else { return }
    let byID = Dictionary(grouping: drafts.indices) { drafts[$0].id }
    for index in drafts.indices {
      guard let (text, location) = drafts[index].parentName else { continue }
      let last = text.split(separator: "/").last.map(String.init) ?? text
      let candidates = (byID[last] ?? []).filter { isPlausible($0, for: text) }
      if candidates.count == 1 {
        drafts[index].parent = candidates[0]
      } else if candidates.isEmpty {
        log.error(
          at: location, zh: "场所“\(drafts[index].id)”：没有可作为 parent 的场所“\(text)”",
          en: "place \"\(drafts[index].id)\": no place \"\(text)\" for its parent",
          hint: Suggestion.hint(for: text, among: drafts.map(\.id)))
      } else {
        log.error(
          at: location, zh: "parent“\(text)”对应 \(candidates.count) 个场所",
          en: "parent \"\(text)\" fits \(candidates.count) places",
          hint: .init(zh: "请写完整路径", en: "give its whole path"))
      }
    }
    reportCycles()
  }

  /// Whether a place can be meant by a path: the ids above it are those of the path, as far as they are known.
  private func isPlausible(_ index: Int, for path: String) -> Bool {
    var steps = path.split(separator: "/").map(String.init)
    guard steps.count > 1 else { return true }
    var place: Int? = index
    while let current = place, let step = steps.popLast() {
      guard drafts[current].id == step else { return false }
      if let named = drafts[current].parentName {
        let above = named.text.split(separator: "/").last.map(String.init)
        return steps.isEmpty || steps.last == above
      }
      place = drafts[current].parent
    }
    return steps.isEmpty && place == nil
  }

  private mutating func reportCycles() {
    var state = [UInt8](repeating: 0, count: drafts.count)  // 1: on the way up, 2: known to end at a top
    for start in drafts.indices {
      var way: [Int] = []
      var place: Int? = start
      while let current = place, state[current] == 0 {
        state[current] = 1
        way.append(current)
        place = drafts[current].parent
      }
      if let current = place, state[current] == 1, let first = way.firstIndex(of: current) {
        let circle = (way[first...] + [current]).map { drafts[$0] }
        let zh = circle.map { "“\($0.id)”（第 \($0.location.line) 行）" }.joined(separator: "→")
        let en = circle.map { "\"\($0.id)\" (line \($0.location.line))" }.joined(separator: " in ")
        log.error(
          at: drafts[current].location, zh: "场所互为上级：\(zh)", en: "places that lie within each other: \(en)",
          hint: .init(zh: "请给其中一个换一个 parent", en: "give one of them another parent"))
        drafts[current].parent = nil
      }
      for index in way { state[index] = 2 }
    }
  }

  private mutating func build() -> PlaceTree {
    var children = [[Int]](repeating: [], count: drafts.count)
    var waiting: [Int] = []
    for index in drafts.indices.reversed() {
      if let parent = drafts[index].parent { children[parent].append(index) } else { waiting.append(index) }
    }
    var places: [Place] = []
    var parents: [Int] = []
    var seen: [String: Int] = [:]
    var placed: [Int: Int] = [:]
    while let index = waiting.popLast() {
      let draft = drafts[index]
      let parent = draft.parent.flatMap { placed[$0] }
      let path = parent.map { places[$0].path + "/" + draft.id } ?? draft.id
      if let first = seen[path] {
        let line = places[first].location.line
        log.error(
          at: draft.location, zh: "场所“\(path)”写了两次；第一次在第 \(line) 行",
          en: "place \"\(path)\" is there twice; the first is in line \(line)")
      } else {
        seen[path] = places.count
      }
      placed[index] = places.count
      places.append(
        Place(
          id: draft.id, path: path, level: level(of: draft, in: parent.map { places[$0] }),
          name: draft.name ?? LocalizedText(draft.id), kind: draft.kind, tags: draft.tags, duty: draft.duty,
          care: draft.care, location: draft.location))
      parents.append(parent ?? -1)
      waiting += children[index]
    }
    return PlaceTree(places: places, parents: parents)
  }

  /// The level given, else the one below the parent's. Levels must descend.
  private func level(of draft: Draft, in parent: Place?) -> Place.Level {
    let all = Place.Level.allCases
    guard let parent else { return draft.level ?? .district }
    let above = all.firstIndex(of: parent.level) ?? 0
    guard let level = draft.level else {
      if above == all.count - 1 {
        log.error(
          at: draft.location, zh: "场所“\(draft.id)”位于房间“\(parent.path)”之内",
          en: "place \"\(draft.id)\" lies within the room \"\(parent.path)\"")
      }
      return all[min(above + 1, all.count - 1)]
    }
    if let own = all.firstIndex(of: level), own <= above {
      log.error(
        at: draft.location,
        zh: "场所“\(draft.id)”：\(level.rawValue) 不能位于 \(parent.level.rawValue)“\(parent.path)”之内",
        en:
          "place \"\(draft.id)\": a \(level.rawValue) cannot lie within the \(parent.level.rawValue) \"\(parent.path)\"",
        hint: .init(zh: "level 由上到下：\(Self.levelNames.zh)", en: "levels descend: \(Self.levelNames.en)"))
    }
    return level
  }

  private static var levelNames: LocalizedText { .list(Place.Level.allCases.map(\.rawValue)) }
}
