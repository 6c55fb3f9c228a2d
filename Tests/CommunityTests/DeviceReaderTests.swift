import Community
import ConfigFile
import Pipeline
import Testing

/// Devices: found places and profiles, one identity each, and quick with thousands.
@Suite struct DeviceReaderTests {
  static let room = "hedong/jiefang/chaoyang/yihe/b3/301"

  static var library: ProfileLibrary {
    let plain = "profile: meter\ntopic: meter/state\npoints: {v: {from: /v, quantity: volume, unit: L}}\n"
    return ProfileLibrary([ProfileReaderTests.em300, plain].compactMap { ProfileReaderTests.read($0).profile })
  }

  static func read(_ text: String) -> (model: CommunityModel, problems: [String]) {
    let log = ProblemLog()
    let places = PlaceTreeReaderTests.read(PlaceTreeReaderTests.hedong).tree
    let library = library
    let devices = ConfigReader.parse(text, file: "devices.yaml", log: log)
      .map { DeviceReader.read($0, places: places, library: library, log: log) }
    return (CommunityModel(places: places, library: library, devices: devices ?? []), log.sorted.map(\.description))
  }

  @Test func becomePlans() throws {
    let (model, problems) = Self.read(
      """
      devices:
        - {id: m1, profile: meter, place: hedong}
        - id: care-301-env
          profile: milesight-em300-th
          place: \(Self.room)
          match: {device: 24e124136b502217}
          tags: [bedroom]
      """)
    #expect(problems.isEmpty)
    #expect(model.points.count == 7)
    let plan = model.makePlan()
    #expect(plan.devices[1].firstPoint == 1)
    #expect(plan.devices[1].match == ["device": "24e124136b502217"])
    #expect(plan.devices[1].silentAfter == 1_800_000)
    #expect(plan.devices[0].silentAfter == nil)
    #expect(plan.profiles[plan.devices[1].profile].name == "milesight-em300-th")
    let id = try #require(model.pointID("care-301-env/humidity"))
    #expect(plan.points[Int(id)].unit == "%" && plan.points[Int(id)].quantity == "relative-humidity")
    #expect(model.points(of: 1) == 1..<7)
    #expect(model.profilePoint(of: id).name == "humidity")
    #expect(model.placeKind(of: id) == "care-room")
    #expect(model.deviceKind(of: id) == "room-climate")
    #expect(model.tags(of: id) == ["bedroom", "care", "pilot"])
    #expect(model.place(of: id) == Self.room)
    #expect(model.deviceID("m1") == 0 && model.device("nobody") == nil)
  }

  @Test(arguments: [
    (
      "{id: a, profile: milesight-em300-ht, place: hedong, match: {device: x}}",
      "devices.yaml:2:22: error: unknown profile \"milesight-em300-ht\"; did you mean \"milesight-em300-th\"?"
    ),
    (
      "{id: a, profile: meter, place: hedong/jiefan}",
      "devices.yaml:2:36: error: unknown place \"hedong/jiefan\"; did you mean \"hedong/jiefang\"?"
    ),
    (
      "{id: a, profile: meter, place: yihe/301}",
      "devices.yaml:2:36: error: unknown place \"yihe/301\"; did you mean \"hedong/jiefang/chaoyang/yihe/b3/301\"?"
    ),
    (
      "{id: a, profile: milesight-em300-th, place: hedong}",
      "devices.yaml:2:5: error: match: \"device\" is missing, which profile \"milesight-em300-th\" captures; "
        + "add match: {device: …}"
    ),
    (
      "{id: a, profile: milesight-em300-th, place: hedong, match: {devcie: x}}",
      "devices.yaml:2:65: error: match: profile \"milesight-em300-th\" captures no \"devcie\"; did you mean \"device\"?"
    ),
    (
      "{id: a, profile: meter, place: hedong, match: {d: x}}",
      "devices.yaml:2:52: error: match: profile \"meter\" captures no \"d\"; its topic captures nothing; leave match out"
    ),
    (
      "{id: a, profile: milesight-em300-th, place: hedong, match: {device: a/b}}",
      "devices.yaml:2:73: error: match: \"a/b\" can never match: a capture is one level, without \"/\""
    ),
    ("{profile: meter, place: hedong}", "devices.yaml:2:5: error: missing \"id\""),
    (
      "{id: a, profile: meter, place: hedong}\n  - {id: a, profile: meter, place: hedong}",
      "devices.yaml:3:10: error: device \"a\" is there twice; the first is in line 2; give each device an id of its own"
    ),
    (
      "{id: a, profile: milesight-em300-th, place: hedong, match: {device: x}}\n"
        + "  - {id: b, profile: milesight-em300-th, place: hedong/jiefang, match: {device: x}}",
      "devices.yaml:3:5: error: device \"b\" has the same profile and match as the one in line 2; "
        + "one message can belong to one device only"
    ),
  ])
  func mistakes(text: String, expected: String) {
    #expect(Self.read("devices:\n  - \(text)\n").problems == [expected])
  }

  @Test func thousandsAreQuick() {
    var text = "devices:\n"
    for index in 0..<5_000 {
      text += "  - {id: d\(index), profile: milesight-em300-th, place: \(Self.room), match: {device: e\(index)}}\n"
    }
    let clock = ContinuousClock()
    var model = CommunityModel()
    let time = clock.measure { model = Self.read(text).model }
    #expect(model.devices.count == 5_000 && model.points.count == 30_000)
    // A debug build on a busy machine; quadratic look-ups would take minutes.
    #expect(time < .seconds(20), "\(time)")
  }

  @Test func wrongPlacesByTheThousandAreQuickToo() {
    var text = "devices:\n"
    for index in 0..<2_000 { text += "  - {id: d\(index), profile: meter, place: nowhere/at/all/\(index)}\n" }
    #expect(Self.read(text).problems.count == 2_000)
  }
}
