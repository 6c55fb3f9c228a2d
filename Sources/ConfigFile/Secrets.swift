import Glibc
import Words

/// A value that must not be seen: it prints as `•••`, and only `value` gives it away.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package let value: String

  package init(_ value: String) { self.value = value }

  package var description: String { "•••" }
  package var debugDescription: String { "•••" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where secrets come from: `${NAME}` anywhere in a text is replaced from the environment, `file:PATH` as the whole text
/// by the first line of a file. `$${` stands for a literal `${`.
package struct SecretSource: Sendable {
  /// Longest secret file that is read, bytes.
  static let fileBytesMax = 65_536

  package var environment: [String: String]
  /// Relative paths after `file:` start here: the configuration's directory.
  package var directory: String
  /// How bad a secret is that is not there: no error for those who only look at the rest.
  package var missing: Problem.Severity

  package init(
    environment: [String: String] = [:], directory: String = ".", missing: Problem.Severity = .error
  ) {
    self.environment = environment
    self.directory = directory
    self.missing = missing
  }

  /// The text with its secrets filled in; nil and a problem naming the variable or file when one is missing.
  package func resolve(_ text: String, at location: SourceLocation, log: ProblemLog) -> Secret? {
    if text.hasPrefix("file:") { return read(String(text.dropFirst(5)), at: location, log: log) }
    var result = ""
    var rest = text[...]
    var isComplete = true
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        result += "${"
        rest = rest.dropFirst(3)
        continue
      }
      guard rest.hasPrefix("${") else {
        result += "$"
        rest = rest.dropFirst()
        continue
      }
      guard let end = rest.firstIndex(of: "}") else {
        log.error(
          at: location, zh: "“${”没有对应的“}”", en: "\"${\" without \"}\"",
          hint: .init(
            zh: "请写成 ${NAME}；要表示字面的 ${ 请写 $${", en: "write ${NAME}; for a literal ${ write $${"))
        return nil
      }
      let name = String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
      if let value = environment[name], !value.isEmpty {
        result += value
      } else {
        let isSet = environment[name] != nil
        let shown = name.isEmpty ? "${}" : name
        log.add(
          Problem(
            missing, at: location,
            .init(
              zh: "环境变量 \(shown) \(isSet ? "是空的" : "没有设置")",
              en: "environment variable \(shown) is \(isSet ? "empty" : "not set")"),
            hint: .init(
              zh: "请在服务的环境中设置它，或使用 file:路径",
              en: "set it in the environment of the service, or use file:PATH")))
        isComplete = false
      }
      rest = rest[rest.index(after: end)...]
    }
    return isComplete ? Secret(result + rest) : nil
  }

  private func read(_ path: String, at location: SourceLocation, log: ProblemLog) -> Secret? {
    let full = path.hasPrefix("/") ? path : directory + "/" + path
    switch FileBytes.read(full, limit: Self.fileBytesMax) {
    case .failure(let failure):
      log.add(
        Problem(
          missing, at: location,
          .init(
            zh: "无法读取密钥文件 \(full)：\(failure.reason.zh)",
            en: "cannot read the secret file \(full): \(failure.reason.en)")))
      return nil
    case .success(let bytes):
      let line = bytes.prefix { $0 != 10 && $0 != 13 }
      guard !line.isEmpty else {
        log.add(
          Problem(
            missing, at: location, .init(zh: "密钥文件 \(full) 是空的", en: "the secret file \(full) is empty"),
            hint: .init(zh: "请把密钥写在第一行", en: "put the secret on its first line")))
        return nil
      }
      return Secret(String(decoding: line, as: UTF8.self))
    }
  }
}
