import App
import ConfigFile
import Foundation
import Glibc
import Pipeline
import TestSupport

/// The community of the simulation: a few devices of every kind that matters and small rules, in three versions between which
/// reloads change. Read and compiled once.
enum SimulatedSite {
  static let versions: [LoadedConfiguration] = [
    load(rules: base, quiet: quietWords[0], orders: orderWords[0]),
    load(
      rules: base.replacingOccurrences(of: "below: 16, for: 4m", with: "below: 18, for: 2m")
        .replacingOccurrences(of: "- id: open-long", with: "- id: open-longer"),
      quiet: quietWords[1], orders: orderWords[1], awayUntil: ", away_until: \"2025-06-16T09:30:00+08:00\"",
      devices: "\n  - {id: climate-3, profile: sim-climate, place: street/town/room, match: {device: c3}}"),
    load(rules: base + "\n" + more, quiet: quietWords[2], orders: orderWords[2]),
  ]

  /// The lane's plan in a version.
  static func lane(_ version: Int) -> LoadedConfiguration.LaneConfiguration { versions[version].lanes[0] }

  private static let base = """
    rules:
      - id: pressed
        on: {quantity: pressed}
        when: {equals: true}
        priority: critical
      - id: cold
        on: {quantity: temperature}
        when: {below: 16, for: 4m, deadband: 1, clear_for: 2m}
        priority: high
        realarm: 3m
      - id: chilly
        on: {quantity: temperature}
        when: {below: 14}
        priority: low
        away: suppress
      - id: open-long
        on: {quantity: open}
        when: {equals: true, for: 90s}
        priority: medium
        latch: true
      - id: open-at-night
        on: {quantity: open}
        when: {equals: true, during: {from: "22:00", to: "06:00"}}
        priority: medium
        away: suppress
      - id: quiet
        on: {quantity: open}
        when: {quiet: 10m}
        priority: low
        away: suppress
      - id: running
        on: {quantity: volume}
        when: {increase: 5m, above: 3}
        priority: medium
      - id: average-cold
        on: {quantity: temperature}
        when: {average: 5m, below: 15}
        priority: low
    """

  private static let more = """
      - id: presses
        on: {quantity: pressed}
        when: {count: 10m, above: 2}
        priority: medium
      - id: both
        per: room
        when:
          all:
            - {on: {quantity: temperature}, below: 17}
            - {on: {quantity: open}, equals: true}
          for: 1m
        priority: high
    """

  private static let profiles = [
    "button": """
    profile: sim-button
    topic: sim/{device}/button
    points:
      press: {from: /press, quantity: pressed, map: {single: true}, event: true}
    """,
    "climate": """
    profile: sim-climate
    topic: sim/{device}/climate
    time: /time
    interval: 2m
    points:
      temperature: {from: /t, quantity: temperature, unit: Cel, range: [-40, 85], must_change_within: 20m}
      battery: {from: /b, quantity: battery-level, unit: "%", low: 15}
    """,
    "door": """
    profile: sim-door
    topic: sim/{device}/door
    interval: 5m
    points:
      open: {from: /open, quantity: open}
    """,
    "meter": """
    profile: sim-meter
    topic: sim/{device}/meter
    points:
      volume: {from: /v, quantity: volume, unit: m3}
    """,
  ]

  private static func load(
    rules: String, quiet: String, orders: String, awayUntil: String = "", devices: String = ""
  ) -> LoadedConfiguration {
    do {
      let folder = try TemporaryDirectory("simulated-site")
      try write(
        folder, "linli.yaml",
        """
        mqtt:
          - {url: "mqtt://127.0.0.1:1883", client_id: linli-sim, subscribe: ["sim/#"], qos: 1}
        http: {listen: off}
        timezone: Asia/Shanghai
        journal: {size: 16MiB}
        """)
      try write(
        folder, "places.yaml",
        """
        places:
          - id: street
            level: street
            duty: {unit: Street, people: [chief], answer_within: {critical: 30m}}
            places:
              - id: town
                level: compound
                duty: {unit: Town, rota: town, answer_within: {critical: 1m, other: 4m}, finish_within: {critical: 9m, other: 30m}}
                places:
                  - {id: room, level: room, kind: care-room, care: {profile: alone, contact: Daughter\(awayUntil)}}
        """)
      try write(
        folder, "duty.yaml",
        """
        people:
          - {id: early, name: Early}
          - {id: late, name: Late}
          - {id: chief, name: Chief}
          - {id: friend, name: Friend}
        rotas:
          - id: town
            hand_over: 5m
            shifts:
              - {from: "06:10", to: "13:40", people: [early]}
              - {from: "13:40", to: "23:50", people: [late]}
        """)
      try write(
        folder, "alerts.yaml",
        """
        repeat: {critical: 20m, high: 30m}
        realarm: {critical: 10m}
        climb_after_return: [critical, high]
        care:
          priority: [high]
          chains:
            alone:
              - {who: contact, role: family, answer_within: 2m}
              - {who: friend, role: volunteer, answer_within: 5m}
              - {who: early, role: doctor}
        \(quiet)
        """)
      try write(
        folder, "devices.yaml",
        """
        devices:
          - {id: button-1, profile: sim-button, place: street/town/room, match: {device: b1}}
          - {id: button-2, profile: sim-button, place: street/town/room, match: {device: b2}}
          - {id: climate-1, profile: sim-climate, place: street/town/room, gateway: door-1, match: {device: c1}}
          - {id: climate-2, profile: sim-climate, place: street/town/room, gateway: door-1, match: {device: c2}}
          - {id: door-1, profile: sim-door, place: street/town/room, match: {device: d1}}
          - {id: meter-1, profile: sim-meter, place: street/town/room, match: {device: m1}}\(devices)
        """)
      try write(folder, "orders.yaml", orders)
      for (name, profile) in profiles { try write(folder, "devices/\(name).yaml", profile) }
      try write(folder, "rules/all.yaml", rules)
      let configuration = LoadedConfiguration.load(directory: folder.path, environment: ["LINLI_PROFILES": ""])
      let errors = configuration.problems.filter { $0.severity == .error }
      precondition(errors.isEmpty, "the simulated site is wrong: \(errors)")
      return configuration
    } catch {
      preconditionFailure("the simulated site cannot be written: \(error)")
    }
  }

  private static func write(_ folder: TemporaryDirectory, _ name: String, _ text: String) throws {
    let file = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data((text + "\n").utf8).write(to: file)
  }
}

extension SimulatedSite {
  /// Which version a plan is of, told by what only that one has.
  static func version(of plan: LanePlan) -> Int {
    if plan.rules.contains(where: { $0.id == "open-longer" }) { return 1 }
    return plan.rules.contains { $0.id == "presses" } ? 2 : 0
  }

}

/// What a checkpoint says of itself without being loaded.
struct CheckpointFacts {
  /// Of which version of the site it is.
  let version: Int
  /// Its own checksum: tells it from others.
  let sum: UInt32

  /// Of the newest one; nil when there is none.
  init?(directory: String) {
    guard let bytes = CheckpointFile(directory: directory).candidates().first else { return nil }
    self.init(bytes)
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count > 40 else { return nil }
    version = Self.has(bytes, "open-longer") ? 1 : Self.has(bytes, "presses") ? 2 : 0
    sum = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self) }
  }

  private static func has(_ bytes: [UInt8], _ name: StaticString) -> Bool {
    bytes.withUnsafeBytes { all in
      var offset = 0
      while all.count - offset >= name.utf8CodeUnitCount,
        let found = memchr(all.baseAddress! + offset, CInt(name.utf8Start.pointee), all.count - offset)
      {
        offset = UnsafeRawPointer(found) - all.baseAddress!
        if all.count - offset < name.utf8CodeUnitCount { return false }
        if memcmp(found, name.utf8Start, name.utf8CodeUnitCount) == 0 { return true }
        offset += 1
      }
      return false
    }
  }
}
