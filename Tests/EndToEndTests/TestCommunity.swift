import Foundation
import TestSupport

/// A small configuration for tests with the real program: one care room with a button and a thermometer that tells its own
/// time, one webhook.
struct TestCommunity {
  let folder: URL
  var config: URL { folder.appendingPathComponent("config") }
  var data: URL { folder.appendingPathComponent("data") }

  /// `extraRules` are appended to `rules/test.yaml`.
  init(in folder: URL, brokerPort: Int, hookPort: Int, buttons: Int = 4, extraRules: String = "") throws {
    self.folder = folder
    try write(
      "linli.yaml",
      """
      mqtt:
        - {url: "mqtt://127.0.0.1:\(brokerPort)", client_id: linli-test, subscribe: ["test/#"], qos: 1}
      http: {listen: "127.0.0.1:0"}
      timezone: Asia/Shanghai
      language: en
      journal: {size: 64MiB}
      """)
    try write(
      "places.yaml",
      """
      places:
        - id: hedong
          level: district
          name: {zh: 河东区, en: Hedong}
          places:
            - id: jiefang
              level: street
              places:
                - id: chaoyang
                  level: community
                  places:
                    - id: yihe
                      level: compound
                      places:
                        - {id: "301", level: room, kind: care-room, name: {zh: 301 室, en: Room 301}}
      """)
    let room = "hedong/jiefang/chaoyang/yihe/301"
    let devices = (0..<buttons).map {
      "  - {id: button-\($0), profile: test-button, place: \(room), match: {device: b\($0)}}"
    }
    try write(
      "devices.yaml",
      "devices:\n" + devices.joined(separator: "\n")
        + "\n  - {id: climate, profile: test-climate, place: \(room), match: {device: c1}}\n")
    try write(
      "devices/test-button.yaml",
      """
      profile: test-button
      vendor: Test
      model: Button
      kind: emergency-button
      topic: test/{device}/button
      format: json
      points:
        press: {from: /press, quantity: pressed, map: {single: true}, event: true}
        number: {from: /number, quantity: count}
      examples:
        - {topic: test/b0/button, payload: {press: single, number: 7}, expect: {press: true, number: 7}}
      """)
    try write(
      "devices/test-climate.yaml",
      """
      profile: test-climate
      vendor: Test
      model: Climate
      kind: room-climate
      topic: test/{device}/climate
      format: json
      time: /time
      interval: 1h
      points:
        temperature: {from: /temperature, quantity: temperature, unit: Cel, range: [-40, 85]}
      examples:
        - {topic: test/c1/climate, payload: {temperature: 21.5}, expect: {temperature: 21.5}}
      """)
    try write(
      "rules/test.yaml",
      """
      rules:
        - id: pressed
          on: {quantity: pressed}
          when: {equals: true}
          priority: critical
          title: {zh: 紧急呼叫, en: Emergency call}
        - id: cold
          on: {quantity: temperature}
          when: {below: 16, for: 10m, deadband: 1}
          priority: high
          title: {zh: 房间温度过低, en: Room too cold}
      \(extraRules)
      """)
    try write(
      "channels.yaml",
      """
      channels:
        - {id: hook, kind: webhook, url: "http://127.0.0.1:\(hookPort)/hook"}
      routes:
        - {to: [hook]}
      """)
  }

  func write(_ name: String, _ text: String) throws {
    let file = config.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data((text + "\n").utf8).write(to: file)
  }
}
