// The site that the benchmarks run on: sensors of five values each, every reading under one rule, nothing that alerts by
// itself; and buttons whose press is an alert at once.
import App
import ConfigFile
import Foundation
import Pipeline

struct Site {
  static let floors = 20
  static let buttons = 40

  /// Sensors.
  var devices = 1_000
  /// Points of each sensor beside the five, under no rule of their own.
  var furtherPoints = 0
  /// Rules beside the hundred, each over one point.
  var furtherRules = 0

  /// Writes a complete configuration into `folder`.
  func write(to folder: URL, brokerPort: Int, hookPort: Int = 9) throws {
    func write(_ name: String, _ text: String) throws {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data((text + "\n").utf8).write(to: file)
    }
    try write(
      "linli.yaml",
      """
      mqtt:
        - {url: "mqtt://127.0.0.1:\(brokerPort)", client_id: linli-bench, subscribe: ["bench/#"], qos: 1}
      http: {listen: "127.0.0.1:0"}
      timezone: Asia/Shanghai
      language: en
      journal: {size: 1GiB}
      """)
    try write("places.yaml", places)
    try write("devices.yaml", deviceList)
    try write("devices/bench-sensor.yaml", sensor)
    try write("devices/bench-button.yaml", Self.button)
    try write("rules/bench.yaml", rules)
    try write(
      "channels.yaml",
      """
      channels:
        - {id: hook, kind: webhook, url: "http://127.0.0.1:\(hookPort)/hook"}
      routes:
        - {priority: [critical], to: [hook]}
      """)
  }

  private func floor(_ number: Int) -> String { "district/street/community/compound/b1/f\(number)" }

  private var places: String {
    let floors = (0..<Self.floors).map { "              - {id: f\($0), level: floor}" }
    return """
      places:
        - id: district
          level: district
          places:
            - id: street
              level: street
              places:
                - id: community
                  level: community
                  places:
                    - id: compound
                      level: compound
                      places:
                        - id: b1
                          level: building
                          places:
      \(floors.map { "            " + $0 }.joined(separator: "\n"))
      """
  }

  private var deviceList: String {
    let sensors = (0..<devices).map {
      "  - {id: sensor-\($0), profile: bench-sensor, place: \(floor($0 % Self.floors)), match: {device: s\($0)}}"
    }
    let buttons = (0..<Self.buttons).map {
      "  - {id: button-\($0), profile: bench-button, place: \(floor($0 % Self.floors)), match: {device: b\($0)}}"
    }
    return "devices:\n" + (sensors + buttons).joined(separator: "\n")
  }

  private var sensor: String {
    let further = (0..<furtherPoints).map { "  further-\($0): {from: /further-\($0), quantity: voltage, unit: V}" }
    return ([Self.sensorHead] + further + [Self.sensorTail]).joined(separator: "\n")
  }

  private static let sensorHead = """
    profile: bench-sensor
    vendor: Bench
    model: Sensor
    kind: room-climate
    topic: bench/{device}/up
    format: json
    interval: 10m
    points:
      temperature: {from: /temperature, quantity: temperature, unit: Cel, range: [-40, 85]}
      humidity: {from: /humidity, quantity: relative-humidity, unit: "%", range: [0, 100]}
      co2: {from: /co2, quantity: co2, unit: "[ppm]", range: [0, 10000]}
      illuminance: {from: /illuminance, quantity: illuminance, unit: lx, range: [0, 200000]}
      battery: {from: /battery, quantity: battery-level, unit: "%", low: 5}
    """

  private static let sensorTail = """
    examples:
      - {topic: bench/s0/up, payload: {temperature: 21.5, humidity: 45, co2: 600, illuminance: 300, battery: 90}, expect: {temperature: 21.5, co2: 600}}
    """

  private static let button = """
    profile: bench-button
    vendor: Bench
    model: Button
    kind: emergency-button
    topic: bench/{device}/button
    format: json
    points:
      press: {from: /press, quantity: pressed, map: {single: true}, event: true}
    examples:
      - {topic: bench/b0/button, payload: {press: single}, expect: {press: true}}
    """

  /// A hundred rules, five on each floor, of the kinds that real ones are; and the buttons'.
  private var rules: String {
    let conditions = [
      ("temperature", "{above: 35, for: 5m, deadband: 1}"),
      ("relative-humidity", "{outside: [5, 95], for: 10m, deadband: 2}"),
      ("co2", "{average: 10m, above: 2000}"), ("illuminance", "{changes: {by: 5000, within: 10m}}"),
      ("battery-level", "{below: 10}"),
    ]
    let rules = (0..<Self.floors).flatMap { number in
      conditions.map { quantity, condition in
        """
          - id: \(quantity)-f\(number)
            on: {quantity: \(quantity), place: \(floor(number)), device_kind: room-climate}
            when: \(condition)
            priority: medium
            title: {zh: 测试, en: Benchmark}
        """
      }
    }
    let pressed = """
        - id: pressed
          on: {quantity: pressed}
          when: {equals: true}
          priority: critical
          title: {zh: 紧急呼叫, en: Emergency call}
      """
    let further = (0..<furtherRules).map {
      """
        - id: further-\($0)
          on: {point: sensor-\($0)/temperature}
          when: {above: \(40 + $0 % 20), for: 5m}
          priority: medium
          title: {zh: 测试, en: Benchmark}
      """
    }
    return "rules:\n" + (rules + further + [pressed]).joined(separator: "\n")
  }

  /// The compiled plan, by the same way as in the service.
  func plan() throws -> LanePlan {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("linli-bench-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(to: folder, brokerPort: 1)
    let configuration = LoadedConfiguration.load(directory: folder.path)
    guard !configuration.hasErrors, let lane = configuration.lanes.first else {
      throw BenchmarkFailure(configuration.problems.map(\.description).joined(separator: "\n"))
    }
    return lane.plan
  }
}
