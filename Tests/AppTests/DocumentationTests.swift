import Foundation
import Testing

/// What the documents say about the code is true: every path, type and metric of ARCHITECTURE.md exists, and the two READMEs
/// have the same shape.
@Suite struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// All Swift sources by path.
  private static let sources: [String: String] = {
    let folder = root.appendingPathComponent("Sources")
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    var found: [String: String] = [:]
    for path in paths where path.hasSuffix(".swift") {
      found["Sources/" + path] = try? String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }
    return found
  }()

  /// What stands between backticks outside of code blocks.
  private static func spans(_ document: String) -> Set<String> {
    var spans: Set<String> = []
    var isCode = false
    for line in document.split(separator: "\n") {
      if line.hasPrefix("```") { isCode.toggle() }
      if isCode { continue }
      let parts = line.split(separator: "`", omittingEmptySubsequences: false)
      for index in stride(from: 1, to: parts.count - 1, by: 2) { spans.insert(String(parts[index])) }
    }
    return spans
  }

  @Test func pathsOfTheArchitectureExist() throws {
    let tops = ["Sources/", "Tests/", "docs/", "devices/", "config/", "packaging/"]
    let paths = Self.spans(try Self.text("docs/ARCHITECTURE.md")).filter { span in
      (tops.contains { span.hasPrefix($0) } || span == "Package.swift") && !span.contains(" ")
    }
    #expect(paths.count > 100)
    for path in paths.sorted() {
      let exists = FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(path).path)
      #expect(exists, "docs/ARCHITECTURE.md names \(path), which is not there")
    }
  }

  @Test func namesOfTheArchitectureExist() throws {
    let shape = /[A-Z][A-Za-z0-9]+(\.[A-Za-z][A-Za-z0-9]*)*/
    let names = Self.spans(try Self.text("docs/ARCHITECTURE.md")).filter { $0.wholeMatch(of: shape) != nil }
    #expect(names.count > 100)
    for name in names.sorted() where name != "Package.swift" && name.uppercased() != name {
      #expect(Self.isDeclared(name), "docs/ARCHITECTURE.md names \(name), which no source declares")
    }
  }

  /// Whether some file declares or extends the type, and such a file the member (`Type.member`).
  private static func isDeclared(_ name: String) -> Bool {
    let parts = name.split(separator: ".").map(String.init)
    let files = sources.values.filter {
      declares(parts[0], $0, by: "struct|class|enum|actor|protocol|typealias|extension")
    }
    guard parts.count > 1, let member = parts.last else { return !files.isEmpty }
    return files.contains { declares(member, $0, by: "func|var|let|case|struct|class|enum|typealias") }
  }

  private static func declares(_ name: String, _ source: String, by words: String) -> Bool {
    // `case a, b` and `let a, b` declare more than one name.
    let pattern = "\\b(\(words))\\s+([A-Za-z0-9_.]+,\\s*)*([A-Za-z0-9]+\\.)*\(name)\\b"
    return source.range(of: pattern, options: .regularExpression) != nil
  }

  @Test func metricsOfTheArchitectureExist() throws {
    let code = Self.sources.values.joined(separator: "\n")
    let metrics = Self.spans(try Self.text("docs/ARCHITECTURE.md")).filter { $0.hasPrefix("linli_") }
    #expect(metrics.count > 10)
    for metric in metrics.sorted() {
      let name = String(metric.dropFirst("linli_".count))
      let short = name.hasSuffix("_total") ? String(name.dropLast("_total".count)) : name
      #expect(
        code.contains("\"\(metric)\"") || code.contains("\"\(short)\""),
        "docs/ARCHITECTURE.md names the metric \(metric), which nothing writes")
    }
  }

  @Test(arguments: ["\n#", "\n## ", "\n```", "\n| ---"])
  func bothReadmesHaveTheSameShape(mark: String) throws {
    let count = { (text: String) in ("\n" + text).components(separatedBy: mark).count - 1 }
    let (english, chinese) = (count(try Self.text("README.md")), count(try Self.text("README.zh.md")))
    #expect(english == chinese, "README.md has \(english) of \(mark.debugDescription), README.zh.md \(chinese)")
  }
}
