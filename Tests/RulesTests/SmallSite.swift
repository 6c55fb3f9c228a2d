import Community
import ConfigFile
import Pipeline
import Rules

/// A building with two care rooms, a boiler and a meter: enough for every selector and kind of value.
enum SmallSite {
  static let room301 = "hedong/b3/f3/301"
  static let room302 = "hedong/b3/f3/302"
  static let plant = "hedong/b3/plant"

  static let site: Site = {
    var builder = SiteBuilder()
    builder.place("hedong", .district)
    builder.place("hedong/b3", .building, tags: ["old"])
    builder.place("hedong/b3/f3", .floor)
    builder.place(room301, .room, kind: "care-room")
    builder.place(room302, .room, kind: "care-room")
    builder.place(plant, .room, kind: "plant-room")
    for room in ["301", "302"] {
      builder.device(
        "care-\(room)-env", profile: "em300", kind: "room-climate", place: "hedong/b3/f3/\(room)",
        silentAfter: 1_800_000,
        points: [
          ("temperature", "temperature", .number), ("humidity", "relative-humidity", .number),
          ("battery", "battery-level", .number),
        ])
      builder.device(
        "care-\(room)-door", profile: "door-1", kind: "door-contact", place: "hedong/b3/f3/\(room)",
        points: [("door", "open", .boolean)])
    }
    builder.device(
      "boiler", profile: "boiler-a", kind: "boiler", place: plant, tags: ["heating"],
      points: [("mode", "mode", .named(["off", "eco", "heat"])), ("flow", "temperature", .number)])
    builder.device(
      "boiler-2", profile: "boiler-b", kind: "boiler", place: plant,
      points: [("mode", "mode", .named(["heat", "off", "in use", "aux1"]))])
    builder.device(
      "button-301", profile: "button", kind: "button", place: room301, points: [("press", "pressed", .boolean)])
    builder.setPoint("button-301/press") { $0.event = true }
    builder.setPoint("care-301-env/battery") { $0.low = 15 }
    builder.setPoint("care-302-env/battery") { $0.low = 20 }
    builder.setPoint("care-301-env/temperature") {
      $0.range = -40...85
      $0.mustChangeWithin = 86_400_000
    }
    return builder.site()
  }()
}

/// Puts a lane's plan and its site together by hand, without any configuration file.
struct SiteBuilder {
  var plan = LanePlan()
  var facts: [Site.DeviceFacts] = []
  var places: [Place] = []

  mutating func place(_ path: String, _ level: Place.Level, kind: String = "", tags: [String] = []) {
    let id = path.split(separator: "/").last.map(String.init) ?? path
    places.append(
      Place(
        id: id, path: path, level: level, name: LocalizedText(id), kind: kind, tags: tags,
        location: SourceLocation(file: "places.yaml")))
  }

  mutating func device(
    _ id: String, profile: String, kind: String, place: String, tags: Set<String> = [], silentAfter: Int64? = nil,
    points: [(name: String, quantity: String, values: PointPlan.Values)]
  ) {
    let slot: Int
    if let known = plan.profiles.firstIndex(where: { $0.name == profile }) {
      slot = known
    } else {
      slot = plan.profiles.count
      plan.profiles.append(ProfilePlan(name: profile, points: points.map(\.name), messages: []))
    }
    let device = DeviceID(plan.devices.count)
    plan.devices.append(
      DevicePlan(
        id: id, profile: slot, place: place, match: [:], firstPoint: PointID(plan.points.count),
        silentAfter: silentAfter))
    for point in points {
      plan.points.append(
        PointPlan(id: "\(id)/\(point.name)", device: device, quantity: point.quantity, unit: "", values: point.values))
    }
    facts.append(Site.DeviceFacts(profile: profile, kind: kind, tags: tags))
  }

  mutating func setPoint(_ id: String, _ change: (inout PointPlan) -> Void) {
    if let index = plan.points.firstIndex(where: { $0.id == id }) { change(&plan.points[index]) }
  }

  func site() -> Site {
    Site(
      plan: plan, devices: facts, places: places,
      quantities: ["temperature", "relative-humidity", "battery-level", "open", "mode", "pressed", "co2"],
      profiles: plan.profiles.map(\.name) + ["unused-profile"])
  }
}

/// The rules in a YAML text, read and compiled at the small site (or another), with everything that was said about them.
func compile(
  _ yaml: String, at site: Site = SmallSite.site, in language: Language = .en
) -> (plans: [RulePlan], problems: [String]) {
  let log = ProblemLog()
  let rules = ConfigReader.parse(yaml, file: "rules/a.yaml", log: log).map { RuleReader.read($0, log: log) } ?? []
  let plans = RuleCompiler(site: site, log: log).compile(rules)
  return (plans, log.problems.map { $0.text(in: language) })
}

/// One rule with a `when` and an `on` in flow style; `per` and more as further lines.
func rule(on: String? = "{quantity: temperature}", when: String, more: String = "") -> String {
  var lines = ["rules:", "  - id: r"]
  if let on { lines.append("    on: \(on)") }
  lines.append("    when: \(when)")
  if !more.isEmpty { lines.append("    \(more)") }
  return lines.joined(separator: "\n")
}
