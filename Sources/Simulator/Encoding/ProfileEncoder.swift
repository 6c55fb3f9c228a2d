import Community
import Pipeline

/// Makes the messages of one profile's devices: the inverse of what the decoder does with it.
struct ProfileEncoder: Sendable {
  private struct Message: Sendable {
    var pattern: TopicPattern
    /// What stands in the example's topic, for levels that any text fits.
    var exampleTopic: [String]
    var templates: [PayloadTemplate]
  }

  private let messages: [Message]
  private let eventSlots: Set<Int>

  init(_ profile: DeviceProfile) {
    let values = profile.points.map(\.values)
    eventSlots = Set(profile.points.indices.filter { profile.points[$0].event })
    messages = profile.messages.compactMap { plan in
      guard let pattern = try? TopicPattern(plan.topic) else { return nil }
      let fitting = profile.examples.filter { pattern.captures(of: $0.topic) != nil }
      var templates = fitting.map { example in
        PayloadTemplate(
          example.payload, message: plan, points: values, identity: pattern.captures(of: example.topic) ?? [:])
      }
      if !templates.contains(where: { !$0.slots.isEmpty }) {
        let skeleton = plan.format == .text ? [] : Self.skeleton(plan)
        templates = [PayloadTemplate(skeleton, message: plan, points: values, identity: [:])]
      }
      let levels = fitting.first?.topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init) ?? []
      return Message(pattern: pattern, exampleTopic: levels, templates: templates)
    }
  }

  /// - Parameters:
  ///   - values: of every point, canonical units.
  ///   - events: momentary points that happen now.
  ///   - only: the points that have something to say; nil = all. A message that carries none of them is not sent.
  func messages(
    _ values: [Double], events: Set<Int>, only: Set<Int>?, match: [String: String], at time: Timestamp, zone: Int64
  ) -> [SimulatedMessage] {
    messages.compactMap { message in
      guard let template = template(message, events: events) else { return nil }
      if let only, template.slots.isDisjoint(with: only) { return nil }
      return SimulatedMessage(
        at: time, topic: topic(message, match: match),
        payload: template.payload(values, at: time, identity: match, zone: zone))
    }
  }

  /// The example that shows the events that happen and no others, and as much else as possible.
  private func template(_ message: Message, events: Set<Int>) -> PayloadTemplate? {
    message.templates.filter { $0.slots.isSuperset(of: events) }.max { a, b in
      let (strangeA, strangeB) = (strange(a, events), strange(b, events))
      return strangeA != strangeB ? strangeA > strangeB : a.slots.count < b.slots.count
    }
  }

  private func strange(_ template: PayloadTemplate, _ events: Set<Int>) -> Int {
    template.slots.intersection(eventSlots).subtracting(events).count
  }

  private func topic(_ message: Message, match: [String: String]) -> String {
    message.pattern.levels.enumerated().map { index, level in
      switch level {
      case .literal(let text): text
      case .capture(let name): match[name] ?? "unknown"
      case .any, .rest: index < message.exampleTopic.count ? message.exampleTopic[index] : "1"
      }
    }.joined(separator: "/")
  }

  /// A document that has just the fields, for a profile without an example: `{"a":{"b":0.0}}`.
  private static func skeleton(_ plan: MessagePlan) -> [UInt8] {
    func object(_ pointers: [[String]]) -> String {
      var keys: [String] = []
      for pointer in pointers { if let key = pointer.first, !keys.contains(key) { keys.append(key) } }
      guard !keys.isEmpty else { return "0.0" }
      let members = keys.map { key in
        "\"\(key)\":" + object(pointers.filter { $0.first == key }.map { Array($0.dropFirst()) }.filter { !$0.isEmpty })
      }
      return "{\(members.joined(separator: ","))}"
    }
    return Array(object(plan.fields.map(\.pointer) + (plan.time.map { [$0] } ?? [])).utf8)
  }
}
