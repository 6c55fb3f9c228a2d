package import ConfigFile
package import Pipeline

/// A message with what it must be read as: every profile proves itself.
package struct ProfileExample: Sendable {
  package enum Expectation: Sendable, Equatable {
    /// In the canonical unit; how far it may be off follows from the digits written.
    case value(Double, tolerance: Double)
    case reason(QualityReason)
    /// The message must give no reading of the point.
    case nothing
  }

  package static let keys = ["topic", "payload", "payload_hex", "retain", "expect"]

  package var topic: String
  package var payload: [UInt8]
  package var retained: Bool
  package var expect: [(point: String, expectation: Expectation, location: SourceLocation)]
  package var location: SourceLocation

  static func read(
    _ node: ConfigNode, points: [ProfilePoint], slots: [String: Int], log: ProblemLog
  ) -> ProfileExample? {
    guard let reader = MappingReader(node, keys: keys, as: "example", log: log) else { return nil }
    let retained = reader.bool("retain") ?? false
    var expect: [(point: String, expectation: Expectation, location: SourceLocation)] = []
    for entry in reader.mapping("expect") {
      guard let slot = slots[entry.key] else {
        log.error(
          at: entry.keyLocation, zh: "未知的测点“\(entry.key)”", en: "unknown point \"\(entry.key)\"",
          hint: Suggestion.hint(for: entry.key, among: points.map(\.name)))
        continue
      }
      if let expectation = expectation(entry.value, point: points[slot], log: log) {
        expect.append((entry.key, expectation, entry.value.location))
      }
    }
    guard let topic = reader.requiredString("topic"), let payload = payload(reader) else { return nil }
    return ProfileExample(
      topic: topic, payload: payload, retained: retained, expect: expect, location: node.location)
  }

  private static func payload(_ reader: MappingReader) -> [UInt8]? {
    if let node = reader.node("payload_hex"), let text = node.string(reader.log, "payload_hex") {
      let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      guard digits.count == text.utf8.count, digits.count % 2 == 0 else {
        return node.wrong(reader.log, "payload_hex", .init(zh: "成对的十六进制数字", en: "pairs of hexadecimal digits"))
      }
      return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }
    // An empty payload is a payload.
    if let empty = reader.node.entries?.first(where: { $0.key == "payload" })?.value, empty.scalar?.isEmpty == true {
      return []
    }
    guard let node = reader.required("payload") else { return nil }
    return Array((node.scalar ?? node.jsonText).utf8)
  }

  private static func expectation(_ node: ConfigNode, point: ProfilePoint, log: ProblemLog) -> Expectation? {
    guard let text = node.scalar else { return node.wrong(log, point.name, .init(zh: "一个值", en: "a value")) }
    if node.isNull || text == "none" { return .nothing }
    if case .named(let names) = point.values {
      if let index = names.firstIndex(of: text) { return .value(Double(index), tolerance: 0) }
    } else if case .boolean = point.values, let truth = ["true": 1.0, "false": 0, "1": 1, "0": 0][text] {
      return .value(truth, tolerance: 0)
    } else if case .number = point.values, let value = ConfigNode.number(text) {
      let decimals = text.contains("e") ? 0 : text.split(separator: ".").dropFirst().first?.utf8.count ?? 0
      let digit = (0..<decimals).reduce(0.5) { half, _ in half / 10 }
      return .value(value, tolerance: decimals == 0 ? max(1e-6, abs(value) * 1e-9) : digit * 1.000001)
    }
    if let reason = QualityReason.allCases.first(where: { $0.name == text && $0 != .none }) { return .reason(reason) }
    return node.wrong(
      log, point.name,
      .init(zh: "一个值、none 或原因（如 sensor-fault）", en: "a value, none, or a reason such as sensor-fault"))
  }
}

/// A reading that the decoder made of an example.
package struct ExampleReading: Sendable {
  /// Index into the profile's points.
  package var slot: Int
  package var value: Double
  package var reason: QualityReason

  package init(slot: Int, value: Double, reason: QualityReason) {
    self.slot = slot
    self.value = value
    self.reason = reason
  }
}

extension DeviceProfile {
  /// Decodes one message with a plan that has this profile and one device of it; the readings in order.
  package typealias ExampleDecoder = (_ plan: LanePlan, _ example: ProfileExample) -> [ExampleReading]

  /// Runs the examples and reports those that are read differently.
  package func checkExamples(decode: ExampleDecoder, log: ProblemLog) {
    for example in examples {
      guard let match = messages.lazy.compactMap({ (try? TopicPattern($0.topic))?.captures(of: example.topic) }).first
      else {
        log.error(
          at: example.location, zh: "示例：主题“\(example.topic)”不符合设备模板的任何主题",
          en: "example: topic \"\(example.topic)\" matches no topic of the profile",
          hint: topics.first.map { .init(zh: "设备模板读取 \($0)", en: "the profile reads \($0)") })
        continue
      }
      var newest: [Int: ExampleReading] = [:]
      for reading in decode(plan(forDeviceMatching: match), example) { newest[reading.slot] = reading }
      for (name, expectation, location) in example.expect {
        guard let slot = points.firstIndex(where: { $0.name == name }) else { continue }
        if let difference = difference(newest[slot], from: expectation, point: points[slot]) {
          log.error(
            at: location, zh: "示例：\(name) \(difference.zh)", en: "example: \(name) \(difference.en)")
        }
      }
    }
  }

  private func plan(forDeviceMatching match: [String: String]) -> LanePlan {
    var plan = LanePlan()
    plan.profiles = [self.plan]
    plan.devices = [
      DevicePlan(id: "example", profile: 0, place: "", match: match, firstPoint: 0, silentAfter: nil)
    ]
    plan.points = points.map { PointPlan(device: 0, deviceID: "example", point: $0) }
    return plan
  }

  private func difference(
    _ reading: ExampleReading?, from expectation: ProfileExample.Expectation, point: ProfilePoint
  ) -> LocalizedText? {
    func text(_ value: Double) -> String {
      let shown = (value * 1e6).rounded() / 1e6
      switch point.values {
      case .number: return NumberText.plain(shown) + (point.quantity.unit == "1" ? "" : " " + point.quantity.unit)
      case .boolean: return value == 0 ? "false" : "true"
      case .named(let names):
        return Int(exactly: value).flatMap { names.indices.contains($0) ? names[$0] : nil } ?? NumberText.plain(shown)
      }
    }
    let wanted =
      switch expectation {
      case .value(let value, _): text(value)
      case .reason(let reason): reason.name
      case .nothing: "none"
      }
    func but(_ zh: String, _ en: String) -> LocalizedText {
      LocalizedText(zh: "\(zh)；应为 \(wanted)", en: "\(en); expected \(wanted)")
    }
    guard let reading else { return expectation == .nothing ? nil : but("没有读数", "gives no reading") }
    let isAsExpected =
      switch expectation {
      case .value(let value, let tolerance): reading.reason.quality != .bad && abs(reading.value - value) <= tolerance
      case .reason(let reason): reading.reason == reason
      case .nothing: false
      }
    if isAsExpected { return nil }
    if reading.reason.quality == .bad {
      return but("读数无效（\(reading.reason.name)）", "is bad (\(reading.reason.name))")
    }
    return but("读作 \(text(reading.value))", "is \(text(reading.value))")
  }
}
