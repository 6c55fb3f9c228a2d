import Community
import ConfigFile
import Pipeline
import Rules

/// A compound with a care room, a boiler and a car park: what the targets read devices and rules against.
enum SmallCommunity {
  static let places = read(placesText) { PlaceTreeReader.read($0, log: $1) }

  static let library = ProfileLibrary(
    profileTexts.compactMap { text in read(text) { ProfileReader.read($0, log: $1) } })

  static let community: CommunityModel = {
    let devices = read(devicesText) { DeviceReader.read($0, places: places, library: library, log: $1) }
    return CommunityModel(places: places, library: library, devices: devices)
  }()

  static let site = Site(community: community)

  /// A rule for every kind of condition.
  static let rules = RuleSet(read(rulesText) { RuleReader.read($0, log: $1) }, site: site, log: ProblemLog())

  private static func read<Value>(_ text: String, _ use: (ConfigNode, ProblemLog) -> Value) -> Value {
    let log = ProblemLog()
    guard let node = ConfigReader.parse(text, file: "community.yaml", log: log) else {
      fatalError("\(log.problems)")
    }
    let value = use(node, log)
    precondition(!log.hasErrors, "\(log.problems)")
    return value
  }

  private static let placesText = """
    places:
      - id: hedong
        level: district
        places:
          - id: yihe
            level: compound
            places:
              - {id: "301", level: room, kind: care-room, tags: [old]}
              - {id: plant, level: room, kind: plant-room}
              - {id: parking, level: floor, kind: car-park}
    """

  private static let profileTexts = [
    """
    profile: climate
    kind: room-climate
    topic: app/{device}/up
    time: /time
    interval: 10m
    points:
      temperature: {from: /temperature, quantity: temperature, unit: Cel, range: [-40, 85], must_change_within: 1d}
      humidity: {from: /humidity, quantity: relative-humidity, unit: "%"}
      battery: {from: /battery, quantity: battery-level, unit: "%", low: 15}
    """,
    """
    profile: door
    kind: door-contact
    topic: zigbee2mqtt/{device}
    points:
      door: {from: /contact, quantity: open, map: {"true": false, "false": true}}
      press: {from: /action, quantity: pressed, event: true, map: {single: true}}
    """,
    """
    profile: gate
    topic: gate/{site}/{device}/state
    format: text
    points:
      gate: {quantity: open, map: {open: true, closed: false}}
    """,
  ]

  private static let devicesText = """
    devices:
      - {id: env-301, profile: climate, place: hedong/yihe/301, match: {device: a1}, silent_after: 30m}
      - {id: env-plant, profile: climate, place: hedong/yihe/plant, match: {device: a2}}
      - {id: door-301, profile: door, place: hedong/yihe/301, match: {device: d1}}
      - {id: gate-1, profile: gate, place: hedong/yihe/parking, match: {site: yihe, device: g1}}
    """

  private static let rulesText = """
    rules:
      - {id: cold, on: {quantity: temperature}, when: {below: 16, for: 10m, clear_for: 5m, deadband: 1}}
      - {id: mean, on: {quantity: temperature}, per: place, when: {average: 30m, above: 30}}
      - {id: rise, on: {quantity: temperature}, when: {changes: {by: 5, within: 10m}}}
      - {id: quiet, on: {quantity: open}, per: place, when: {quiet: 2h, during: {from: "22:00", to: "06:00"}}}
      - {id: both, on: {place_kind: care-room}, per: place, when: {all: [
          {on: {quantity: temperature}, below: 18}, {on: {quantity: open}, equals: true, for: 5m},
          {not: {on: {quantity: relative-humidity}, outside: [20, 80]}}]}}
      - {id: press, on: {quantity: pressed}, when: {equals: true}}
    """
}
