import Pipeline

/// Lines of text: a topic, then patterns. The pattern parser, the captures, the filters and the tree that a lane matches
/// with must agree with a naive matcher over the bytes.
enum TopicsTarget {
  private static let patternsMost = 12

  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false).prefix(patternsMost + 1).map(Array.init)
    guard let topic = lines.first, topic.count <= 2_000 else { return }
    var patterns: [TopicPattern] = []
    for line in lines.dropFirst() {
      guard let text = String(validating: line, as: UTF8.self) else { continue }
      let pattern = try? TopicPattern(text)
      let naive = NaiveTopicPattern(line)
      try require((pattern != nil) == (naive != nil), "the pattern \(text) is\(pattern == nil ? " not" : "") taken")
      guard let pattern, let naive else { continue }
      try compare(pattern, naive, topic: topic)
      patterns.append(pattern)
    }
    for line in lines.dropFirst() {
      guard let text = String(validating: line, as: UTF8.self), !text.utf8.contains(0) else { continue }
      let isFilter = TopicFilter.problem(in: text) == nil
      try require(isFilter == NaiveTopicPattern.isFilter(line), "the filter \(text) is\(isFilter ? "" : " not") taken")
    }
    try compareOverlaps(patterns, topic: topic)
    try compareDecoder(patterns, topic: topic)
  }

  private static func compare(_ pattern: TopicPattern, _ naive: NaiveTopicPattern, topic: [UInt8]) throws(Violation) {
    let expected = naive.captures(of: topic)
    let filter = pattern.filter
    if !filter.utf8.contains(0) {
      try require(TopicFilter.problem(in: filter) == nil, "the filter of \(pattern.text) is none: \(filter)")
    }
    let matches = topic.withUnsafeBytes { TopicFilter.matches(filter, $0) }
    try require(matches == (expected != nil), "the filter \(filter) matches: \(matches)")
    guard let text = String(validating: topic, as: UTF8.self) else { return }
    let found = pattern.captures(of: text)?.mapValues { Array($0.utf8) }
    try require(found == expected, "captures of \(text) by \(pattern.text): \(found as Any), not \(expected as Any)")
  }

  private static func compareOverlaps(_ patterns: [TopicPattern], topic: [UInt8]) throws(Violation) {
    // A shared subscription's first two levels are no levels of the topic.
    let plain = patterns.map(\.filter).filter { !$0.hasPrefix("$share") }
    let matching = plain.filter { filter in topic.withUnsafeBytes { TopicFilter.matches(filter, $0) } }
    for first in matching {
      for second in matching {
        try require(TopicFilter.overlap(first, second), "\(first) and \(second) match one topic and do not overlap")
      }
    }
  }

  /// Every pattern is a profile with two devices: one for any captures, one for those of the topic.
  private static func compareDecoder(_ patterns: [TopicPattern], topic: [UInt8]) throws(Violation) {
    guard String(validating: topic, as: UTF8.self) != nil else { return }
    var plan = LanePlan()
    var expected: Set<DeviceID> = []
    for (number, pattern) in patterns.enumerated() {
      plan.profiles.append(
        ProfilePlan(
          name: "p\(number)", points: ["x"],
          messages: [
            MessagePlan(topic: pattern.text, format: .text, fields: [FieldPlan(slot: 0, pointer: [])])
          ]))
      let captures = NaiveTopicPattern(Array(pattern.text.utf8))?.captures(of: topic)
      let match = captures?.mapValues { String(decoding: $0, as: UTF8.self) } ?? ["device": "other"]
      for match in [[:], match] {
        let device = DeviceID(plan.devices.count)
        if captures != nil { expected.insert(device) }
        plan.points.append(PointPlan(id: "\(device)/x", device: device, quantity: "x", unit: "1"))
        plan.devices.append(
          DevicePlan(
            id: "\(device)", profile: number, place: "", match: match, firstPoint: PointID(device), silentAfter: nil))
      }
    }
    let decoder = MessageDecoder(plan: plan)
    try require(decoder.refusedPatterns.isEmpty, "the decoder refuses \(decoder.refusedPatterns)")
    for round in ["first", "second"] {
      var entries: [Entry] = []
      topic.withUnsafeBytes { topic in
        [UInt8](arrayLiteral: 49).withUnsafeBytes { payload in
          decoder.decode(
            RawMessage(topic: topic, payload: payload, arrival: Timestamp(milliseconds: 0), position: 1),
            into: &entries)
        }
      }
      let found = entries.filter { $0.kind == .message && $0.index != Entry.noDevice }.map(\.index)
      try require(Set(found) == expected, "the \(round) time the topic belongs to \(found.sorted())")
      try require(found.count == expected.count, "a device is named twice")
      try require(entries.count { $0.kind == .reading } == expected.count, "not one reading for each device")
    }
  }
}

/// A topic pattern of a profile over bytes, by the definition.
struct NaiveTopicPattern {
  private let levels: [[UInt8]]

  init?(_ text: [UInt8]) {
    guard !text.isEmpty, text.count <= 65_535 else { return nil }
    levels = text.split(separator: 0x2f, omittingEmptySubsequences: false).map(Array.init)
    guard levels.count <= TopicPattern.deepest else { return nil }
    var names: Set<[UInt8]> = []
    for (index, level) in levels.enumerated() {
      let special = level.filter { "+#{}".utf8.contains($0) }
      if special.isEmpty || level == Array("+".utf8) { continue }
      if level == Array("#".utf8), index == levels.count - 1 { continue }
      guard level.count > 2, special == Array("{}".utf8), level.first == special[0], level.last == special[1],
        names.insert(level).inserted
      else { return nil }
    }
  }

  static func isFilter(_ text: [UInt8]) -> Bool {
    guard !text.isEmpty, text.count <= 65_535 else { return false }
    let levels = text.split(separator: 0x2f, omittingEmptySubsequences: false)
    return levels.enumerated().allSatisfy { index, level in
      if level.contains(0x23) { return level.count == 1 && index == levels.count - 1 }
      return !level.contains(0x2b) || level.count == 1
    }
  }

  func captures(of topic: [UInt8]) -> [String: [UInt8]]? {
    let parts = topic.split(separator: 0x2f, omittingEmptySubsequences: false).map(Array.init)
    let isWild = levels[0] == [0x23] || levels[0] == [0x2b] || levels[0].first == UInt8(ascii: "{")
    if topic.first == UInt8(ascii: "$"), isWild { return nil }
    var found: [String: [UInt8]] = [:]
    for (index, level) in levels.enumerated() {
      if level == [0x23] { return found }
      guard index < parts.count else { return nil }
      if level.first == UInt8(ascii: "{") {
        found[String(decoding: level.dropFirst().dropLast(), as: UTF8.self)] = parts[index]
      } else if level != [0x2b], level != parts[index] {
        return nil
      }
    }
    return parts.count == levels.count ? found : nil
  }
}
