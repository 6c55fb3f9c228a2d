import App
import ConfigFile
import Foundation
import Pipeline
import TestSupport

/// The community of the simulation: a few devices of every kind that matters and small rules, in three versions between which
/// reloads change. Read and compiled once.
enum SimulatedSite {
  static let versions: [LoadedConfiguration] = [
    load(rules: base),
    load(
      rules: base.replacingOccurrences(of: "below: 16, for: 4m", with: "below: 18, for: 2m")
        .replacingOccurrences(of: "- id: open-long", with: "- id: open-longer"),
      devices: "\n  - {id: climate-3, profile: sim-climate, place: town/room, match: {device: c3}}"),
    load(rules: base + "\n" + more),
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
      - id: chilly
        on: {quantity: temperature}
        when: {below: 14}
        priority: low
      - id: open-long
        on: {quantity: open}
        when: {equals: true, for: 90s}
        priority: medium
      - id: open-at-night
        on: {quantity: open}
        when: {equals: true, during: {from: "22:00", to: "06:00"}}
        priority: medium
      - id: quiet
        on: {quantity: open}
        when: {quiet: 10m}
        priority: low
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

  private static func load(rules: String, devices: String = "") -> LoadedConfiguration {
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
          - id: town
            level: compound
            places:
              - {id: room, level: room, kind: care-room}
        """)
      try write(
        folder, "devices.yaml",
        """
        devices:
          - {id: button-1, profile: sim-button, place: town/room, match: {device: b1}}
          - {id: button-2, profile: sim-button, place: town/room, match: {device: b2}}
          - {id: climate-1, profile: sim-climate, place: town/room, match: {device: c1}}
          - {id: climate-2, profile: sim-climate, place: town/room, match: {device: c2}}
          - {id: door-1, profile: sim-door, place: town/room, match: {device: d1}}
          - {id: meter-1, profile: sim-meter, place: town/room, match: {device: m1}}\(devices)
        """)
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
  var version: Int
  var now: Timestamp
  var position: JournalPosition

  /// Of the newest one; nil when there is none.
  init?(directory: String) {
    guard let bytes = CheckpointFile(directory: directory).candidates().first, bytes.count > 40 else { return nil }
    now = Timestamp(milliseconds: Int64(bitPattern: Self.number(bytes, 16)))
    position = Self.number(bytes, 24)
    version = Self.has(bytes, "open-longer") ? 1 : Self.has(bytes, "presses") ? 2 : 0
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
    bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
  }

  private static func has(_ bytes: [UInt8], _ name: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    return bytes.withUnsafeBufferPointer { all in
      all.indices.dropLast(min(wanted.count - 1, all.count)).contains { start in
        all[start] == wanted[0] && all[start..<(start + wanted.count)].elementsEqual(wanted)
      }
    }
  }
}
