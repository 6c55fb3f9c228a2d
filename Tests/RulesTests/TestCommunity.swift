import Community
import ConfigFile
import Foundation
import Pipeline
import Rules
import Testing

/// A configuration directory and tapes in a temporary folder of their own, as a user would have them.
final class TestCommunity {
  let folder: String
  let rules: RuleSet
  let problems: [String]

  /// - Parameter files: contents by path within the configuration directory.
  init(_ files: [String: String], zone: LocalTimeTable = .utc) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("linli-rules-\(UUID().uuidString)").path
    for (path, text) in files {
      let file = URL(fileURLWithPath: folder).appendingPathComponent(path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let log = ProblemLog()
    let community = CommunityModel.load(directory: folder, installed: [], log: log)
    rules = RuleSet.load(directory: folder, community: community, zone: zone, log: log)
    let prefix = folder + "/"
    problems = log.problems.map { $0.description.replacingOccurrences(of: prefix, with: "") }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// What a replay prints, with the malformed lines as `LINE: problem`.
  func replay(_ tapes: [[String]], until: Timestamp? = nil) throws -> (
    changes: [ReplayChange], readings: [ReplayReading], malformed: [String]
  ) {
    var paths: [String] = []
    for (index, lines) in tapes.enumerated() {
      let path = "\(folder)/\(index).tape"
      try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      paths.append(path)
    }
    var changes: [ReplayChange] = []
    var readings: [ReplayReading] = []
    var malformed: [String] = []
    let count = try TapePlayer(rules, until: until).play(paths) { event in
      switch event {
      case .change(let change): changes.append(change)
      case .reading(let reading): readings.append(reading)
      case .malformed(_, let line, let problem): malformed.append("\(line): \(problem)")
      }
    }
    #expect(count == malformed.count)
    return (changes, readings, malformed)
  }
}
