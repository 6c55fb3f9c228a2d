import ConfigFile
import Foundation
package import Words

/// Adds an adopted device to the text of `devices.yaml`. The rest of the file, comments included, stays as it is.
package enum DeviceFile {
  /// Why a device could not be added; the file is unchanged then.
  package struct Refusal: Error, Equatable, CustomStringConvertible {
    package var message: LocalizedText
    package init(_ message: LocalizedText) { self.message = message }

    init(_ file: String, zh: String, en: String) { self.init(LocalizedText(zh: zh, en: en).of(file)) }

    /// In English, for logs.
    package var description: String { message.en }
  }

  /// The text with one more device. What comes out has been read back and holds what was there and the new one.
  package static func adding(_ device: Device, to text: String, file: String) throws(Refusal) -> String {
    let before = try Holdings(text, file: file)
    guard !before.ids.contains(device.id) else {
      throw Refusal(file, zh: "已有设备“\(device.id)”", en: "there is a device \"\(device.id)\" already")
    }
    // "\r\n" is one character for Swift; lines are counted in "\n".
    let hasCarriageReturns = text.contains("\r\n")
    let plain = hasCarriageReturns ? String(text.map { $0 == "\r\n" ? "\n" : $0 }) : text
    let inserted = try insert(line(for: device), into: plain, file: file)
    let result =
      hasCarriageReturns
      ? inserted.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") : inserted
    guard let after = try? Holdings(result, file: file), after.holds(before, and: device.id) else {
      let item = line(for: device)
      throw Refusal(
        file, zh: "无法自动在这个文件里添加设备；请手动添加：\(item)",
        en: "cannot add a device to this file by itself; add it by hand: \(item)")
    }
    return result
  }

  /// The same in the file itself: written beside it, synced, renamed. A missing file is made.
  package static func add(_ device: Device, toFileAt path: String) throws(Refusal) {
    var text = ""
    switch FileBytes.read(path, limit: ConfigReader.fileBytesMax) {
    case .success(let bytes):
      guard let valid = String(validating: bytes, as: UTF8.self) else {
        throw Refusal(path, zh: "不是有效的 UTF-8", en: "not valid UTF-8")
      }
      text = valid
    case .failure(let failure):
      guard failure.isMissing else {
        let reason = failure.reason
        throw Refusal(.init(zh: "无法读取 \(path)：\(reason.zh)", en: "cannot read \(path): \(reason.en)"))
      }
    }
    let result = try adding(device, to: text, file: path)
    do {
      try Data(result.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      let words = LocalizedText(ofWriting: error)
      throw Refusal(.init(zh: "无法写入 \(path)：\(words.zh)", en: "cannot write \(path): \(words.en)"))
    }
  }

  /// What a file says, but for where it stands.
  private struct Holdings {
    var ids: [String] = []
    private var devices: [String] = []
    private var otherKeys: [String] = []

    init(_ text: String, file: String) throws(Refusal) {
      let log = ProblemLog()
      let node = ConfigReader.parse(text, file: file, log: log)
      if let problem = log.sorted.first(where: { $0.severity == .error }) {
        throw Refusal(.init(zh: problem.text(in: .zh), en: problem.text(in: .en)))
      }
      for entry in node?.entries ?? [] {
        guard entry.key == "devices" else {
          otherKeys.append("\(entry.key): \(entry.value.jsonText)")
          continue
        }
        if !entry.value.isNull, entry.value.sequence == nil {
          throw Refusal(file, zh: "“devices”不是列表", en: "\"devices\" is no list")
        }
        for device in entry.value.sequence ?? [] {
          ids.append(device.entries?.first { $0.key == "id" }?.value.scalar ?? "")
          devices.append(device.jsonText)
        }
      }
    }

    /// Everything that was there before and one device more.
    func holds(_ before: Holdings, and id: String) -> Bool {
      guard let place = ids.firstIndex(of: id) else { return false }
      var others = devices
      others.remove(at: place)
      return others == before.devices && otherKeys == before.otherKeys
    }
  }

  private static func insert(_ item: String, into text: String, file: String) throws(Refusal) -> String {
    let node = ConfigReader.parse(text, file: file, log: ProblemLog())
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    let entries = node?.entries ?? []
    guard let index = entries.firstIndex(where: { $0.key == "devices" }) else {
      return (lines + ["devices:", "  - " + item, ""]).joined(separator: "\n")
    }
    // Where the list ends: before the next key of the file, without the comments and empty lines that belong to that.
    var end = lines.count
    if index + 1 < entries.count {
      end = min(entries[index + 1].keyLocation.line - 1, lines.count)
      while end > 0, lines[end - 1].allSatisfy({ $0 == " " }) || lines[end - 1].hasPrefix("#") { end -= 1 }
    }
    let key = entries[index]
    // Other line breaks that YAML knows (a lone "\r", U+2028) would shift the lines.
    guard key.keyLocation.line <= lines.count, (key.value.sequence?.last?.location.line ?? 1) <= lines.count else {
      throw Refusal(
        file, zh: "这个文件的换行符不常见；请手动添加：\(item)",
        en: "the line ends of this file are unusual; add by hand: \(item)")
    }
    guard let last = key.value.sequence?.last else {
      // Nothing or `[]` after the key: both give way to a list of one.
      lines[key.keyLocation.line - 1] = String(repeating: " ", count: key.keyLocation.column - 1) + "devices:"
      lines.insert("  - " + item, at: min(max(end, key.keyLocation.line), lines.count))
      return (lines + [""]).joined(separator: "\n")
    }
    let dash = lines[last.location.line - 1].prefix { $0 == " " }
    guard lines[last.location.line - 1].dropFirst(dash.count).first == "-" else {
      throw Refusal(
        file, zh: "设备写在 [ ] 里；请改成每台设备一个“- ”的列表，或手动添加：\(item)",
        en: "the devices stand in [ ]; write them as a list with one \"- \" each, or add: \(item)")
    }
    lines.insert(dash + "- " + item, at: end)
    return (lines + [""]).joined(separator: "\n")
  }

  /// `{id: x, profile: y, place: z, match: {device: "1"}}`; each text is quoted as JSON where it has to be.
  private static func line(for device: Device) -> String {
    var parts = ["id: \(scalar(device.id))", "profile: \(scalar(device.profile))", "place: \(scalar(device.place))"]
    if !device.match.isEmpty {
      let pairs = device.match.sorted { $0.key < $1.key }.map { "\($0.key): \(scalar($0.value))" }
      parts.append("match: {\(pairs.joined(separator: ", "))}")
    }
    if let name = device.name {
      parts.append("name: {zh: \(scalar(name.zh)), en: \(scalar(name.en))}")
    }
    return "{\(parts.joined(separator: ", "))}"
  }

  private static func scalar(_ text: String) -> String {
    let isPlain =
      text.first?.isLetter == true && !["null", "Null", "NULL"].contains(text)
      && text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789-_./".unicodeScalars.contains($0) }
    return isPlain ? text : ConfigNode(.scalar(text, plain: false), at: SourceLocation(file: "")).jsonText
  }
}
