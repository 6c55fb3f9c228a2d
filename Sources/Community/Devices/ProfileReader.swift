package import ConfigFile
import Pipeline

/// Reads one profile file. What is wrong with it is reported; a profile with a broken part is read as far as it goes, so
/// that devices that use it do not add errors of their own.
package struct ProfileReader {
  package static let keys = [
    "profile", "vendor", "model", "kind", "description", "tags", "topic", "format", "time", "interval", "silent_after",
    "points", "messages", "faults", "examples",
  ]
  package static let messageKeys = ["topic", "format", "time", "points"]
  package static let faultKeys = ["priority", "after"]
  /// More points are refused.
  static let pointsMax = 1_000

  let log: ProblemLog
  var points: [ProfilePoint] = []
  var slots: [String: Int] = [:]
  var messages: [MessagePlan] = []

  private init(log: ProblemLog) { self.log = log }

  /// nil only when the file has no usable name.
  package static func read(_ node: ConfigNode, log: ProblemLog) -> DeviceProfile? {
    var profile = ProfileReader(log: log)
    return profile.read(node)
  }

  private mutating func read(_ node: ConfigNode) -> DeviceProfile? {
    guard let reader = MappingReader(node, keys: Self.keys, as: "profile", log: log) else { return nil }
    let name = reader.required("profile").flatMap { Identifier.read($0, "profile", log: log) }
    let frame = MessageFrame.read(reader, within: nil)
    for entry in reader.mapping("points") { readPoint(entry, in: frame) }
    for message in reader.list("messages") {
      guard let inner = MappingReader(message, keys: Self.messageKeys, as: "message", log: log) else { continue }
      let innerFrame = MessageFrame.read(inner, within: frame)
      for entry in inner.mapping("points") { readPoint(entry, in: innerFrame) }
    }
    if points.isEmpty, !reader.has("points"), !reader.has("messages") {
      log.error(
        at: reader.location, zh: "缺少“points”", en: "missing \"points\"",
        hint: .init(zh: "设备模板至少要有一个测点", en: "a profile describes at least one point"))
    }
    let captures = commonCaptures(at: reader.location(of: "topic"))
    let faults = readFaults(reader)
    guard let name else { return nil }
    return DeviceProfile(
      name: name, vendor: reader.string("vendor") ?? "", model: reader.string("model") ?? "",
      kind: reader.string("kind") ?? "", tags: reader.strings("tags") ?? [],
      interval: reader.duration("interval", in: 1...366 * 86_400_000),
      silentAfter: reader.duration("silent_after", in: 1...366 * 86_400_000), points: points, messages: messages,
      captures: captures, faults: faults,
      examples: reader.list("examples").compactMap { ProfileExample.read($0, points: points, slots: slots, log: log) },
      location: node.location)
  }

  /// The message of a frame, made when its first field comes.
  mutating func add(_ field: FieldPlan, to frame: MessageFrame) {
    guard let topic = frame.topic else { return }
    let index = messages.firstIndex {
      $0.topic == topic.text && $0.format == frame.format && $0.time == frame.time
    }
    if let index {
      messages[index].fields.append(field)
    } else {
      messages.append(MessagePlan(topic: topic.text, format: frame.format, time: frame.time, fields: [field]))
    }
  }

  /// Every topic must tell which device it is, so each captures the same names.
  private func commonCaptures(at location: SourceLocation) -> [String] {
    var first: TopicPattern?
    for message in messages {
      guard let pattern = try? TopicPattern(message.topic) else { continue }
      if let first, Set(first.captures) != Set(pattern.captures) {
        log.error(
          at: location, zh: "主题“\(first.text)”和“\(pattern.text)”的占位符不同",
          en: "topics \"\(first.text)\" and \"\(pattern.text)\" capture different names",
          hint: .init(
            zh: "设备模板的每个主题都要以同样的方式认出设备",
            en: "each topic of a profile must identify the device in the same way"))
      }
      first = first ?? pattern
    }
    return first?.captures ?? []
  }

  private func readFaults(_ reader: MappingReader) -> [BuiltInFault: FaultSetting] {
    var faults: [BuiltInFault: FaultSetting] = [:]
    for entry in reader.mapping("faults") {
      guard let fault = BuiltInFault(rawValue: entry.key) else {
        log.error(
          at: entry.keyLocation, zh: "未知的故障“\(entry.key)”", en: "unknown fault \"\(entry.key)\"",
          hint: Suggestion.hint(for: entry.key, among: BuiltInFault.allCases.map(\.rawValue)))
        continue
      }
      if let word = entry.value.scalar {
        if word == "off" || word == "false" {
          faults[fault] = FaultSetting(isOff: true)
        } else if word != "on" && word != "true" {
          let _: Int? = entry.value.wrong(
            log, entry.key,
            .init(zh: " off 或 {priority: …, after: …}", en: "off or {priority: …, after: …}"))
        }
        continue
      }
      guard let setting = MappingReader(entry.value, keys: Self.faultKeys, as: entry.key, log: log) else { continue }
      faults[fault] = FaultSetting(
        priority: setting.choice("priority", among: ["critical", "high", "medium", "low"]),
        after: setting.duration("after"))
    }
    return faults
  }
}

/// Topic, format and time that the fields of a message share.
struct MessageFrame {
  var topic: TopicPattern?
  var format: PayloadFormat
  var time: [String]?

  /// What is not given here is taken from the surrounding frame.
  static func read(_ reader: MappingReader, within outer: MessageFrame?) -> MessageFrame {
    var frame = outer ?? MessageFrame(topic: nil, format: .json, time: nil)
    if let node = reader.node("topic"), let text = node.string(reader.log, "topic") {
      frame.topic = nil
      do throws(TopicPattern.Flaw) {
        frame.topic = try TopicPattern(profileTopic: text)
      } catch {
        reader.log.error(
          at: node.location, zh: "主题“\(text)”永远不会匹配：\(error.message.zh)",
          en: "topic \"\(text)\" can never match: \(error.message.en)")
        // Reading goes on with something harmless; the error above already refuses the configuration.
        frame.topic = try? TopicPattern("invalid/topic")
      }
    }
    if let format = reader.choice("format", as: PayloadFormat.self) {
      if format != frame.format { frame.time = nil }
      frame.format = format
    }
    if let node = reader.node("time"), let text = node.string(reader.log, "time") {
      frame.time = JSONPointer.tokens(text)
      if frame.time == nil || frame.time?.isEmpty == true {
        reader.log.error(
          at: node.location, JSONPointer.refusal(of: .quoted(text)).of("time"), hint: JSONPointer.example)
      }
    }
    return frame
  }
}

/// JSON Pointer (RFC 6901).
package enum JSONPointer {
  /// Unescaped tokens; nil when the text is no pointer. The empty pointer, the whole document, has none.
  package static func tokens(_ text: String) -> [String]? {
    if text.isEmpty { return [] }
    // By scalars: for Swift a sign and an accent behind it are one character.
    let scalars = text.unicodeScalars
    guard scalars.first == "/" else { return nil }
    var tokens: [String] = []
    for part in scalars.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      var token = String.UnicodeScalarView()
      var rest = part
      while let scalar = rest.popFirst() {
        guard scalar == "~" else {
          token.append(scalar)
          continue
        }
        switch rest.popFirst() {
        case "0": token.append("~")
        case "1": token.append("/")
        default: return nil
        }
      }
      tokens.append(String(token))
    }
    return tokens
  }

  static let example = LocalizedText(
    zh: "请写 /name 或 /object/name（RFC 6901）", en: "write /name or /object/name (RFC 6901)")

  static func refusal(of found: LocalizedText) -> LocalizedText {
    LocalizedText(zh: "\(found.zh)不是 JSON Pointer", en: "\(found.en) is no JSON Pointer")
  }
}
