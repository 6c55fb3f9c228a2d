import Community
import ConfigFile
import Foundation
import Pipeline
import Rules

/// The example configuration of this repository, read as the service reads it.
struct ExampleCommunity {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static var config: String { root.appendingPathComponent("config").path }
  static var profiles: String { root.appendingPathComponent("devices").path }

  let log = ProblemLog()
  let community: CommunityModel
  let rules: [Rule]

  init() {
    community = CommunityModel.load(directory: Self.config, installed: [Self.profiles], log: log)
    rules = RuleReader.load(directory: Self.config + "/rules", log: log)
  }

  static var zone: LocalTimeTable { LocalTimeTable(named: "Asia/Shanghai") ?? .utc }

  /// What was found wrong, as `linli check` prints it.
  var problems: [String] { log.problems.map(\.description) }

  /// The readings that a decoder makes of an example.
  static func decode(_ plan: LanePlan, _ example: ProfileExample) -> [ExampleReading] {
    var entries: [Entry] = []
    var topic = example.topic
    topic.withUTF8 { topic in
      example.payload.withUnsafeBytes { payload in
        MessageDecoder(plan: plan).decode(
          RawMessage(
            topic: UnsafeRawBufferPointer(topic), payload: payload, arrival: Timestamp(milliseconds: 1_767_582_000_000),
            qos: 1, retained: example.retained, position: 1), into: &entries)
      }
    }
    return entries.filter { $0.kind == .reading }
      .map { ExampleReading(slot: Int($0.index), value: $0.value, reason: $0.reason) }
  }
}
