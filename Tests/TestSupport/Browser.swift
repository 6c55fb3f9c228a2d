package import Foundation

/// Chromium without a window, for what only a browser can say of a page. Where there is none, such tests are skipped.
package struct Browser: Sendable {
  /// The one of this machine.
  package static let here = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }
    .map(Browser.init)

  private let program: String

  /// The document that a page has become.
  /// - Parameters:
  ///   - language: what the person prefers to read, e.g. `zh-CN`.
  ///   - milliseconds: for how long of its own time its scripts have run; the browser takes as long as it needs for that. 0: until
  ///     the page is loaded.
  package func document(_ url: String, language: String = "en", milliseconds: Int = 0) async throws -> String {
    let scratch = try TemporaryDirectory("browser")
    let time = milliseconds > 0 ? ["--virtual-time-budget=\(milliseconds)"] : []
    try await run(["--accept-lang=\(language)"] + time + ["--dump-dom", url], scratch)
    return try String(contentsOfFile: scratch.file("output"), encoding: .utf8)
  }

  /// A page as it comes out of the printer, a PDF.
  package func printed(_ url: String) async throws -> Data {
    let scratch = try TemporaryDirectory("browser")
    let paper = scratch.file("paper.pdf")
    try await run(["--no-pdf-header-footer", "--print-to-pdf=\(paper)", url], scratch)
    return try Data(contentsOf: URL(fileURLWithPath: paper))
  }

  private func run(_ arguments: [String], _ scratch: TemporaryDirectory) async throws {
    // Root has no sandbox, and a container's shared memory is small.
    let flags = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--user-data-dir=\(scratch.file("profile"))",
    ]
    let child = try ChildProcess(
      program, flags + arguments, output: scratch.file("output"), error: scratch.file("errors"))
    guard await child.ended() != 0 else { return }
    let said = try String(contentsOfFile: scratch.file("errors"), encoding: .utf8)
    throw ChildProcess.Failure(description: "\(program) \(arguments.joined(separator: " ")): \(said)")
  }
}
