import ConfigFile
import Foundation
import Testing

/// Secrets come from the environment or a file, and are never shown.
@Suite struct SecretSourceTests {
  private let at = SourceLocation(file: "a.yaml", line: 3, column: 7)

  @Test(arguments: [
    ("plain", "plain"), ("${A}", "one"), ("x${A}y${B}", "xoneytwo"), ("$5 and $A", "$5 and $A"), ("$${A}", "${A}"),
  ])
  func fillsIn(text: String, expected: String) {
    let log = ProblemLog()
    let source = SecretSource(environment: ["A": "one", "B": "two"])
    #expect(source.resolve(text, at: at, log: log)?.value == expected)
    #expect(!log.hasErrors)
  }

  @Test(arguments: [
    ("${C}", "environment variable C is not set; set it in the environment of the service, or use file:PATH"),
    ("${E}", "environment variable E is empty; set it in the environment of the service, or use file:PATH"),
    ("${A", "\"${\" without \"}\"; write ${NAME}; for a literal ${ write $${"),
    ("file:/nowhere/x", "cannot read the secret file /nowhere/x: no such file"),
  ])
  func saysWhatIsMissing(text: String, message: String) {
    let log = ProblemLog()
    #expect(SecretSource(environment: ["E": ""]).resolve(text, at: at, log: log) == nil)
    #expect(log.sorted.map(\.description) == ["a.yaml:3:7: error: \(message)"])
  }

  /// For those who only look at the rest of a configuration.
  @Test(arguments: ["${C}", "${E}", "file:/nowhere/x", "file:/dev/null"])
  func mayBeMissing(text: String) {
    let log = ProblemLog()
    #expect(SecretSource(environment: ["E": ""], missing: .warning).resolve(text, at: at, log: log) == nil)
    #expect(log.problems.map(\.severity) == [.warning])
  }

  @Test func readsAFileBesideTheConfiguration() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("linli-secret-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("s3cret\nmore\n".utf8).write(to: folder.appendingPathComponent("key"))
    let source = SecretSource(directory: folder.path)
    #expect(source.resolve("file:key", at: at, log: ProblemLog())?.value == "s3cret")
  }

  @Test func neverPrints() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(secret, to: &dumped)
    #expect("\(secret)" == "•••")
    #expect(!dumped.contains("hunter2") && !String(reflecting: secret).contains("hunter2"))
  }
}
