import Foundation
import Words
import Yams

/// Turns a YAML file into nodes that know their lines. Hostile input (alias bombs, deep nesting, broken UTF-8) ends in a
/// problem, never in a crash or an endless loop.
package enum ConfigReader {
  /// Files above are refused, bytes.
  package static let fileBytesMax = 16 << 20
  /// Lists and mappings within each other.
  static let depthMax = 64
  /// Doubled keys that are named one by one; then reading stops.
  static let doubledKeysMax = 20

  /// Reads a file. A missing file is an error, unless it `mayBeMissing` (then nil without one). An empty file is a node
  /// that is nothing (`isNull`).
  package static func load(_ path: String, mayBeMissing: Bool = false, log: ProblemLog) -> ConfigNode? {
    switch FileBytes.read(path, limit: fileBytesMax) {
    case .success(let bytes): return parse(bytes, file: path, log: log)
    case .failure(let failure):
      if failure.isMissing && mayBeMissing { return nil }
      log.error(
        at: SourceLocation(file: path), zh: "无法读取文件：\(failure.reason.zh)",
        en: "cannot read the file: \(failure.reason.en)")
      return nil
    }
  }

  package static func parse(_ text: String, file: String, log: ProblemLog) -> ConfigNode? {
    parse(Array(text.utf8), file: file, log: log)
  }

  package static func parse(_ input: [UInt8], file: String, log: ProblemLog) -> ConfigNode? {
    guard input.count <= fileBytesMax else {
      let size = ByteSize.text(Int64(fileBytesMax))
      log.error(at: SourceLocation(file: file), zh: "文件大于 \(size)", en: "larger than \(size)")
      return nil
    }
    let bytes = input.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(input.dropFirst(3)) : input
    guard checkCharacters(bytes, file: file, log: log) else { return nil }
    return PlainYAML.parse(bytes, file: file) ?? parseAll(bytes, file: file, log: log)
  }

  /// All of YAML, by the complete parser.
  /// - Parameter bytes: UTF-8 without control characters and byte order mark.
  package static func parseAll(_ bytes: [UInt8], file: String, log: ProblemLog) -> ConfigNode? {
    if let offset = AliasGuard.offsetOfDangerousKey(bytes) {
      let place = SourceLocation(file: file, offset: offset, in: bytes)
      log.error(
        at: place, zh: "使用别名的文件里，键必须是普通文本",
        en: "a key must be a plain text where a file uses aliases")
      return nil
    }
    var source = String(decoding: bytes, as: UTF8.self)
    var doubled = DoubledKeys()
    while true {
      do {
        // The basic resolver leaves every scalar the text it is (and spares us its regular expressions).
        guard let root = try Yams.compose(yaml: source, .basic, .default, .utf8) else {
          return ConfigNode(.scalar("", plain: true), at: SourceLocation(file: file, line: 1, column: 1))
        }
        var conversion = NodeConversion(file: file, nodesMax: bytes.count + 10_000, doubled: doubled, log: log)
        return conversion.convert(root)
      } catch YamlError.duplicatedKeysInMapping(let names, let context) where names.count > 0 {
        guard doubled.count < doubledKeysMax, let renamed = doubled.rename(names[0], at: context.mark, in: source)
        else {
          log.error(
            at: SourceLocation(file: file, line: context.mark.line, column: context.mark.column),
            zh: "键“\(names[0].prefix(60))”写了不止一次", en: "key \"\(names[0].prefix(60))\" is given more than once")
          return nil
        }
        source = renamed
      } catch {
        report(error, source: source, file: file, log: log)
        return nil
      }
    }
  }

  /// UTF-8 without control characters, so that the place of the first bad byte can be named.
  private static func checkCharacters(_ bytes: [UInt8], file: String, log: ProblemLog) -> Bool {
    let offset: Int
    let message: LocalizedText
    if let control = bytes.firstIndex(where: { $0 < 32 && !(9...10).contains($0) && $0 != 13 || $0 == 127 }) {
      offset = control
      let code = String(bytes[control], radix: 16)
      message = LocalizedText(zh: "文件里有控制字符 0x\(code)", en: "control character 0x\(code) in the file")
    } else if String(validating: bytes, as: UTF8.self) == nil {
      offset = firstInvalid(bytes)
      message = LocalizedText(zh: "不是有效的 UTF-8", en: "not valid UTF-8")
    } else {
      return true
    }
    log.error(
      at: SourceLocation(file: file, offset: offset, in: bytes), message,
      hint: .init(zh: "请把文件保存为 UTF-8 文本", en: "save the file as UTF-8 text"))
    return false
  }

  /// Where the first wrong byte stands, or the character that is not complete begins.
  private static func firstInvalid(_ bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
    return min(offset, bytes.count)
  }

  private static func report(_ error: any Error, source: String, file: String, log: ProblemLog) {
    var location = SourceLocation(file: file, line: 1, column: 1)
    var detail = LocalizedText("\(error)")
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      location = SourceLocation(file: file, line: mark.line, column: mark.column)
      detail = YAMLWords.text(problem, within: context.map { ($0.text, $0.mark.line) })
      if case YamlError.composer = error { detail = YAMLWords.text(problem) }
    case YamlError.reader(let problem, _, _, _): detail = YAMLWords.text(problem)
    case YamlError.memory:
      log.error(at: location, zh: "内存不足", en: "out of memory")
      return
    default: break
    }
    let lines = source.split(maxSplits: location.line, omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let text = location.line <= lines.count ? lines[location.line - 1] : ""
    if case YamlError.composer(_, let problem, _, _) = error,
      let known = explanation(of: problem, at: text.unicodeScalars.dropFirst(max(0, location.column - 1)))
    {
      log.error(at: location, known.message, hint: known.hint)
      return
    }
    let hasTab = text.prefix { $0 == " " || $0 == "\t" }.contains("\t")
    log.error(
      at: location, zh: "YAML 语法错误：\(detail.zh)", en: "broken YAML: \(detail.en)",
      hint: hasTab ? .init(zh: "请用空格缩进，不要用制表符", en: "indent with spaces, not with tabs") : nil)
  }

  /// What the composer's words do not say. nil: they say it all.
  /// - Parameter text: the line from the place of the problem on.
  private static func explanation(
    of problem: String, at text: some Collection<Unicode.Scalar>
  ) -> (message: LocalizedText, hint: LocalizedText)? {
    switch problem {
    case "but found another document":
      return (
        .init(zh: "这里开始了第二个文档（---）", en: "a second document begins here (---)"),
        .init(
          zh: "一个文件只能有一个文档：请删除这一行，或拆成两个文件",
          en: "one file is one document: remove the line or split the file")
      )
    case "found undefined alias":
      let name = text.dropFirst().prefix {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_".unicodeScalars.contains($0))
      }
      let alias = text.first == "*" ? " *" + String(String.UnicodeScalarView(name)) : ""
      return (
        .init(zh: "YAML 语法错误：未定义的别名\(alias)", en: "broken YAML: undefined alias\(alias)"),
        .init(
          zh: "别名（*name）之前要有它的锚点（&name）；以 * 开头的文本要加引号",
          en: "an alias (*name) needs its anchor (&name) before it; a text that begins with * needs quotes")
      )
    default: return nil
    }
  }
}
