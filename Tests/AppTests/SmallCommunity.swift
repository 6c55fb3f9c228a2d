import App
import ConfigFile
import Foundation
import TestSupport
import Words

/// A small correct configuration in a folder of its own; tests change single files of it.
struct SmallCommunity {
  static let room = "hedong/jiefang/yihe/301"

  let folder: TemporaryDirectory
  var config: String { folder.file("config") }
  var data: String { folder.file("data") }

  /// Every file but the profiles and `linli.yaml`, to be taken over or replaced.
  static let rules = """
    rules:
      - id: pressed
        on: {quantity: pressed}
        when: {equals: true}
        priority: critical
      - id: cold
        on: {quantity: temperature}
        when: {below: 16, for: 10m, deadband: 1}
        priority: high
      - id: chilly
        on: {quantity: temperature}
        when: {below: 14}
        priority: low
    """

  init(brokerPort: Int = 1883) throws {
    folder = try TemporaryDirectory()
    try write(
      "linli.yaml",
      """
      mqtt:
        - {url: "mqtt://127.0.0.1:\(brokerPort)", client_id: linli-test, subscribe: ["test/#"], qos: 1}
      http: {listen: off}
      timezone: Asia/Shanghai
      language: en
      journal: {size: 16MiB}
      """)
    try write(
      "places.yaml",
      """
      places:
        - id: hedong
          level: district
          places:
            - id: jiefang
              level: street
              places:
                - id: yihe
                  level: compound
                  places:
                    - {id: "301", level: room, kind: care-room}
      """)
    try write(
      "devices.yaml",
      """
      devices:
        # Written by hand.
        - {id: button, profile: test-button, place: \(Self.room), match: {device: b0}}
        - {id: climate, profile: test-climate, place: \(Self.room), match: {device: c1}}
      """)
    try write(
      "devices/button.yaml",
      """
      profile: test-button
      topic: test/{device}/button
      points:
        press: {from: /press, quantity: pressed, map: {single: true}, event: true}
      """)
    try write(
      "devices/climate.yaml",
      """
      profile: test-climate
      topic: test/{device}/climate
      points:
        temperature: {from: /temperature, quantity: temperature, unit: Cel, range: [-40, 85]}
      examples:
        - {topic: test/c1/climate, payload: {temperature: 21.5}, expect: {temperature: 21.5}}
      """)
    try write("rules/test.yaml", Self.rules)
    try write(
      "channels.yaml",
      """
      channels:
        - {id: hook, kind: webhook, url: "http://127.0.0.1:9/hook"}
      routes:
        - {to: [hook]}
      """)
  }

  func write(_ name: String, _ text: String) throws {
    let file = URL(fileURLWithPath: config).appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data((text + "\n").utf8).write(to: file)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: config + "/" + name) }

  func read(_ name: String) throws -> String { try String(contentsOfFile: config + "/" + name, encoding: .utf8) }

  /// Without the profiles that are installed on the machine, so that only what the test wrote counts.
  static let environment = ["LINLI_PROFILES": ""]

  func load(environment: [String: String] = [:]) -> LoadedConfiguration {
    LoadedConfiguration.load(
      directory: config, environment: Self.environment.merging(environment) { $1 })
  }

  /// What is wrong, with paths as from the configuration directory.
  func problems(environment: [String: String] = [:], in language: Language = .en) -> [String] {
    load(environment: environment).problems.map {
      $0.text(in: language).replacingOccurrences(of: config + "/", with: "")
    }
  }
}
