import Community
import ConfigFile
import Pipeline

/// Any bytes as a profile: what is read without an error must decode, its own examples among it.
enum ProfileTarget {
  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse(), let profile = ProfileReader.read(node, log: file.log) else {
      return try file.check()
    }
    try require(profile.points.count <= 1_000, "\(profile.points.count) points")
    profile.checkExamples(decode: decode, log: file.log)
    try file.check()
    let captures = Dictionary(profile.captures.map { ($0, "a1") }, uniquingKeysWith: { first, _ in first })
    let device = Device(
      id: "d", profile: profile.name, place: "p", match: captures, location: SourceLocation(file: PlacedProblems.file))
    let model = CommunityModel(library: ProfileLibrary([profile]), devices: [device])
    let decoder = MessageDecoder(plan: model.makePlan())
    try require(model.points.count == profile.points.count, "points are lost")
    for point in model.points {
      if let range = point.range { try require(range.lowerBound.isFinite && range.upperBound.isFinite, "\(range)") }
    }
    guard !file.log.hasErrors else { return }
    try require(decoder.refusedPatterns.isEmpty, "the decoder refuses \(decoder.refusedPatterns)")
    for message in profile.messages {
      let slots = message.fields.map(\.slot)
      try require(slots.allSatisfy(profile.points.indices.contains), "a field of no point")
      for field in message.fields {
        try require(field.scale.isFinite && field.offset.isFinite, "scale \(field.scale), offset \(field.offset)")
      }
    }
    try sample(profile, decoder)
  }

  /// A document in which every field is a number.
  private static func sample(_ profile: DeviceProfile, _ decoder: MessageDecoder) throws(Violation) {
    for message in profile.messages where message.topic.utf8.count < 200 {
      guard let pattern = try? TopicPattern(message.topic) else { continue }
      let topic = pattern.levels.map { level in
        if case .literal(let text) = level { text } else { "a1" }
      }.joined(separator: "/")
      var entries: [Entry] = []
      Array(topic.utf8).withUnsafeBytes { topic in
        Array("21.5".utf8).withUnsafeBytes { payload in
          decoder.decode(
            RawMessage(topic: topic, payload: payload, arrival: Timestamp(milliseconds: 0), position: 1),
            into: &entries)
        }
      }
      try require(entries.contains { $0.kind == .message && $0.index == 0 }, "\(topic) is not \(message.topic)")
      try require(entries.allSatisfy { $0.kind != .reading || $0.value.isFinite }, "a value that is none")
    }
  }

  private static func decode(plan: LanePlan, example: ProfileExample) -> [ExampleReading] {
    let decoder = MessageDecoder(plan: plan)
    var entries: [Entry] = []
    Array(example.topic.utf8).withUnsafeBytes { topic in
      example.payload.withUnsafeBytes { payload in
        decoder.decode(
          RawMessage(topic: topic, payload: payload, arrival: Timestamp(milliseconds: 0), position: 1), into: &entries)
      }
    }
    return entries.filter { $0.kind == .reading }.map {
      ExampleReading(slot: Int($0.index), value: $0.value, reason: $0.reason)
    }
  }
}
