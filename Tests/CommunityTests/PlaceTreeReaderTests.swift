import Community
import ConfigFile
import Testing

/// The tree of places: nested and by reference, and everything that can be wrong with it.
@Suite struct PlaceTreeReaderTests {
  static let hedong = """
    places:
      - id: hedong
        level: district
        name: {zh: 河东区, en: Hedong}
        duty: {unit: 区城运中心, people: [{name: 值班长, channel: district-wecom}, 老王], answer_within: 30m}
        tags: [pilot]
        places:
          - id: jiefang
            level: street
            duty: {unit: {zh: 街道, en: Street office}, people: []}
            places:
              - id: chaoyang
                level: community
                places:
                  - id: yihe
                    level: compound
                    kind: compound
                    duty: {unit: 物业, answer_within: 10m}
                    places:
                      - {id: b3, level: building, places: [{id: "301", level: room, kind: care-room, tags: [care],
                         care: {profile: lives-alone, contact: 女儿 138, away_until: 2026-02-15}}]}
    """

  static func read(_ text: String) -> (tree: PlaceTree, problems: [String]) {
    let log = ProblemLog()
    let tree = ConfigReader.parse(text, file: "places.yaml", log: log).map { PlaceTreeReader.read($0, log: log) }
    return (tree ?? .empty, log.sorted.map(\.description))
  }

  @Test func nestedPlaces() throws {
    let (tree, problems) = Self.read(Self.hedong)
    #expect(problems.isEmpty)
    let room = "hedong/jiefang/chaoyang/yihe/b3/301"
    #expect(tree.places.map(\.id) == ["hedong", "jiefang", "chaoyang", "yihe", "b3", "301"])
    #expect(tree.chain(from: room).map(\.id) == ["yihe", "jiefang", "hedong"])
    #expect(tree[room]?.care?.profile == "lives-alone")
    #expect(tree[room]?.care?.awayUntil == DayOrTime("2026-02-15"))
    #expect(tree["hedong"]?.duty?.people.map(\.name) == ["值班长", "老王"])
    #expect(tree["hedong"]?.duty?.answer["high"] == 1_800_000)
    #expect(tree.kind(of: "hedong/jiefang/chaoyang/yihe/b3") == "compound")
    #expect(tree.kind(of: room) == "care-room")
    #expect(tree.tags(of: room) == ["pilot", "care"])
    #expect(tree.place(at: .community, above: room)?.path == "hedong/jiefang/chaoyang")
    #expect(tree.children(of: "hedong").map(\.id) == ["jiefang"])
    #expect(tree["hedong"]?.location.line == 2)
    #expect(tree.ancestry(of: "nowhere").isEmpty)
    #expect(PlaceTree.contains("hedong/jiefang", room) && !PlaceTree.contains("hedong/jie", room))
  }

  @Test func placesThatNameTheirParent() {
    let (tree, problems) = Self.read(
      """
      places:
        - {id: "301", level: room, parent: d/b1}
        - {id: b1, level: building, parent: d}
        - {id: d, level: district, places: [{id: s, level: street}]}
        - {id: c, parent: d/s}
      """)
    #expect(problems.isEmpty)
    #expect(Set(tree.places.map(\.path)) == ["d", "d/s", "d/b1", "d/b1/301", "d/s/c"])
    #expect(tree["d/s/c"]?.level == .community)
  }

  @Test(arguments: [
    (
      "places:\n  - {id: a, level: street, parent: b}\n  - {id: b, level: community, parent: a}\n",
      "places.yaml:2:5: error: places that lie within each other: \"a\" (line 2) in \"b\" (line 3) in \"a\" (line 2); "
        + "give one of them another parent"
    ),
    (
      "places:\n  - {id: a, level: street, parent: a}\n",
      "places.yaml:2:5: error: places that lie within each other: \"a\" (line 2) in \"a\" (line 2); "
        + "give one of them another parent"
    ),
    (
      "places:\n  - {id: hedong, level: district}\n  - {id: s, level: street, parent: hedonk}\n",
      "places.yaml:3:36: error: place \"s\": no place \"hedonk\" for its parent; did you mean \"hedong\"?"
    ),
    (
      "places:\n  - {id: a, level: district}\n  - {id: a, level: district}\n",
      "places.yaml:3:5: error: place \"a\" is there twice; the first is in line 2"
    ),
    (
      "places:\n  - id: a\n    level: building\n    places:\n      - {id: x, level: street}\n",
      "places.yaml:5:9: error: place \"x\": a street cannot lie within the building \"a\"; "
        + "levels descend: district, street, community, compound, building, floor, room"
    ),
    (
      "places:\n  - id: a\n    level: room\n    places:\n      - {id: x}\n",
      "places.yaml:5:9: error: place \"x\" lies within the room \"a\""
    ),
    (
      "places:\n  - {id: a, level: distrct}\n",
      "places.yaml:2:20: error: level: unknown value \"distrct\"; did you mean \"district\"?"
    ),
    (
      "places:\n  - {id: a/b, level: district}\n",
      "places.yaml:2:10: error: id: \"a/b\" contains \"/\"; use letters, digits, -, _, . and :"
    ),
    ("places:\n  - {level: district}\n", "places.yaml:2:5: error: missing \"id\""),
    (
      "places:\n  - {id: a}\n",
      "places.yaml:2:5: error: place \"a\" has no level; "
        + "one of district, street, community, compound, building, floor, room"
    ),
    ("plces: []\n", "places.yaml:1:1: error: missing \"places\""),
    (
      "places:\n  - {id: a, level: district, duty: {people: [{nam: x}], unit: y}}\n",
      "places.yaml:2:47: error: unknown key \"nam\"; did you mean \"name\"?"
    ),
    (
      "places:\n  - {id: a, level: room, care: {profile: x, away_until: soon}}\n",
      "places.yaml:2:57: error: away_until: expected a date, found \"soon\"; "
        + "write 2026-02-15 or 2026-02-15T08:00:00+08:00"
    ),
  ])
  func problems(text: String, expected: String) {
    #expect(Self.read(text).problems.contains(expected), "\(Self.read(text).problems)")
  }

  @Test(arguments: [
    ("2026-02-15", nil), ("2026-02-15T08:00:00+08:00", nil), ("2026-02-15 08:00:00.5Z", nil),
    (
      "2026-01-06T00:00:00",
      "the time \"2026-01-06T00:00:00\" has no offset; add one such as +08:00: 2026-01-06T00:00:00+08:00"
    ),
    (
      "2026-01-05 13:00",
      "the time \"2026-01-05 13:00\" has no offset; add one such as +08:00: 2026-01-05 13:00:00+08:00"
    ),
    ("2026-02-30", "no such day: \"2026-02-30\"; write 2026-02-15 or 2026-02-15T08:00:00+08:00"),
    (
      "2026-02-30T08:00:00Z",
      "no such day: \"2026-02-30T08:00:00Z\"; write 2026-02-15 or 2026-02-15T08:00:00+08:00"
    ),
    (
      "2026-02-15Tsoon", "expected a date, found \"2026-02-15Tsoon\"; write 2026-02-15 or 2026-02-15T08:00:00+08:00"
    ),
  ])
  func untilWhenNobodyIsThere(text: String, problem: String?) {
    let (_, problems) = Self.read(
      "places:\n  - {id: a, level: room, care: {profile: x, away_until: \"\(text)\"}}\n")
    #expect(problems == (problem.map { ["places.yaml:2:57: error: away_until: \($0)"] } ?? []))
  }

  @Test func manyPlacesAreQuick() {
    var text = "places:\n  - id: d\n    level: district\n    places:\n"
    for index in 0..<3_000 { text += "      - {id: s\(index), level: street, places: [{id: c, level: community}]}\n" }
    let (tree, problems) = Self.read(text)
    #expect(problems.isEmpty)
    #expect(tree.places.count == 6_001)
  }
}
