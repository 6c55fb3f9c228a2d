package import ConfigFile
import Community
import Foundation
import Pipeline

/// Reads `rules/*.yaml` (INTERFACE §4). What is wrong within a file is found here; what is wrong with a rule at the points
/// that it selects, in `RuleCompiler`.
package enum RuleReader {
  /// Rules in all files together.
  package static let countLimit = 2_000
  private static let keys = [
    "id", "on", "when", "per", "priority", "title", "advice", "audience", "latch", "realarm", "away", "enabled",
  ]

  /// All rules of a folder (`CONFIG/rules`), in the order of the file names. A folder that is not there has none.
  package static func load(directory folder: String, log: ProblemLog) -> [Rule] {
    var names: [String] = []
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
      // No rules at all because of a wrong permission would be noticed by nobody.
      if FileManager.default.fileExists(atPath: folder) {
        log.error(
          at: SourceLocation(file: folder), zh: "无法列出这个文件夹", en: "cannot list this folder",
          hint: .init(zh: "它必须是一个允许读取的目录", en: "it must be a directory that may be read"))
      }
    }
    return load(
      files: names.filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".") }.sorted()
        .map { "\(folder)/\($0)" }, log: log)
  }

  package static func load(files: [String], log: ProblemLog) -> [Rule] {
    var rules: [Rule] = []
    for file in files {
      guard let root = ConfigReader.load(file, log: log) else { continue }
      rules += read(root, log: log)
      if rules.count > countLimit {
        log.error(at: root.location, zh: "规则超过 \(countLimit) 条", en: "more than \(countLimit) rules")
        break
      }
    }
    return rules
  }

  /// The rules of one file, also those with which something is wrong (`Rule.refused`).
  package static func read(_ root: ConfigNode, log: ProblemLog) -> [Rule] {
    guard let reader = MappingReader(root, keys: ["rules"], log: log) else { return [] }
    return reader.list("rules").compactMap { rule($0, log: log) }
  }

  private static func rule(_ node: ConfigNode, log: ProblemLog) -> Rule? {
    guard let reader = MappingReader(node, keys: keys, as: "rule", log: log) else { return nil }
    let id = reader.requiredString("id").flatMap { checkID($0, at: reader.location(of: "id"), log: log) }
    let on = reader.node("on").map { SelectorReader.read($0, log: log) } ?? (selector: Selector(), isFine: true)
    let conditions = ConditionReader(log: log)
    let condition = reader.required("when").flatMap { conditions.read($0, depth: 1) }
    let per = reader.choice("per", among: Grouping.words).flatMap(Grouping.init(word:))
    let priority = reader.choice("priority", among: RuleTraits.priorities)
    let title = reader.text("title")
    let advice = reader.text("advice")
    let audience = reader.strings("audience") ?? []
    let latch = reader.bool("latch") ?? false
    let realarm = reader.duration("realarm", in: 60_000...31 * 86_400_000)
    let away = reader.choice("away", among: ["suppress", "speak"]) == "suppress"
    if away, priority == "critical" {
      log.error(
        at: reader.location(of: "away"), zh: "away：critical 规则在家中无人时也不能静默",
        en: "away: a critical rule cannot keep quiet while nobody is at home",
        hint: .init(
          zh: "烟雾、漏水和呼救在没有人的家里同样要紧", en: "smoke, water and calls for help concern an empty home, too"))
    }
    let enabled = reader.bool("enabled") ?? true
    guard let id, on.isFine, var condition, per != nil || !reader.has("per") else {
      return Rule(
        refused: [on.selector] + conditions.selectors.found, id: id ?? "", location: reader.location(of: "id"))
    }
    let outer = condition.on.merged(into: on.selector)
    condition.on = Selector()
    return Rule(
      id: id, location: reader.location(of: "id"), on: outer, per: per, condition: condition,
      traits: RuleTraits(
        priority: priority ?? "medium", title: title ?? LocalizedText(id), advice: advice, audience: audience,
        latch: latch, realarm: realarm, quietWhenAway: away),
      enabled: enabled)
  }

  /// Ids go into file names, URLs, MQTT topics and hashes.
  private static func checkID(_ id: String, at location: SourceLocation, log: ProblemLog) -> String? {
    let fine = id.utf8.count <= 100 && id.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || isPlain($0) }
    if fine { return id }
    log.error(
      at: location, zh: "规则 id“\(id.prefix(60))”只能有字母、数字、“-”、“_”和“.”，最多 100 字节",
      en: "rule id \"\(id.prefix(60))\" may have letters, digits, \"-\", \"_\" and \".\" only, at most 100 bytes")
    return nil
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.numericType == .decimal || "-_.".unicodeScalars.contains(scalar)
  }
}
