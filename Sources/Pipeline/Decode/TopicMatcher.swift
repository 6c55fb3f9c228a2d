/// Finds, for a topic seen for the first time, the profiles whose patterns it fits and the devices it belongs to.
struct TopicMatcher {
  /// One profile's claim on a topic.
  struct Match {
    var profile: Int
    /// Number of the message in `DecodeTables`.
    var message: Int
    var captures: [(name: String, value: String)]
    var devices: [DeviceID]
  }

  private struct Pattern {
    var profile: Int
    var message: Int
    var names: [(name: String, level: Int)]
    var literals: Int
    var finder: DeviceFinder
  }

  private var trie = TopicTrie()
  private var patterns: [Pattern] = []
  /// Topics of profiles that are no patterns; a configuration that was checked has none.
  private(set) var refused: [String] = []

  init(_ plan: LanePlan, firstMessages: [Int]) {
    var devices: [Int: [DeviceID]] = [:]
    for (number, device) in plan.devices.enumerated() { devices[device.profile, default: []].append(DeviceID(number)) }
    for (number, profile) in plan.profiles.enumerated() {
      for (at, message) in profile.messages.enumerated() {
        guard let topic = try? TopicPattern(message.topic) else {
          refused.append(message.topic)
          continue
        }
        var names: [(name: String, level: Int)] = []
        var literals = 0
        for (level, part) in topic.levels.enumerated() {
          if case .capture(let name) = part { names.append((name, level)) }
          if case .literal = part { literals += 1 }
        }
        trie.insert(topic, pattern: patterns.count)
        let finder = DeviceFinder(devices[number] ?? [], plan: plan, captures: names.map(\.name))
        patterns.append(
          Pattern(
            profile: number, message: firstMessages[number] + at, names: names, literals: literals,
            finder: finder))
      }
    }
  }

  /// All claims on a topic, the most specific pattern first.
  func match(_ topic: UnsafeRawBufferPointer) -> [Match] {
    let levels = TopicLevels(topic)
    var found: [Int] = []
    trie.match(levels, into: &found)
    if found.count > 1 {
      found.sort { (patterns[$1].literals, $0) < (patterns[$0].literals, $1) }
    }
    return found.map { number in
      let pattern = patterns[number]
      let captures = pattern.names.map { (name: $0.name, value: String(decoding: levels[$0.level], as: UTF8.self)) }
      return Match(
        profile: pattern.profile, message: pattern.message, captures: captures,
        devices: pattern.finder.find(captures.map(\.value)))
    }
  }
}

/// The devices of one profile by the captures that identify them. Devices that name the same captures share a table, so
/// that thousands of devices cost a look-up and not a search.
private struct DeviceFinder {
  private struct Group {
    /// Which captures, by number.
    var captures: [Int]
    var devices: [[String]: [DeviceID]] = [:]
  }

  private var groups: [Group] = []

  /// A capture that a device's `match` does not name takes any value; one that the pattern does not have cannot tell
  /// devices apart and is not asked.
  init(_ devices: [DeviceID], plan: LanePlan, captures: [String]) {
    var numbers: [[Int]: Int] = [:]
    for device in devices {
      let match = plan.devices[Int(device)].match
      let asked = captures.indices.filter { match[captures[$0]] != nil }
      let group = numbers[asked] ?? groups.count
      if group == groups.count {
        numbers[asked] = group
        groups.append(Group(captures: asked))
      }
      groups[group].devices[asked.map { match[captures[$0]] ?? "" }, default: []].append(device)
    }
  }

  func find(_ values: [String]) -> [DeviceID] {
    var found: [DeviceID] = []
    for group in groups { found += group.devices[group.captures.map { values[$0] }] ?? [] }
    return found.sorted()
  }
}
