package import Foundation

/// Finds the folder of real recordings that may lie beside the checkout (`../shared/data`). Nothing of it is part of the
/// project; tests that use it are skipped, saying so, where it is absent.
package enum SharedData {
  /// `shared/data` beside the checkout, or nil.
  package static let folder: URL? = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("shared/data")
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
      folder.deleteLastPathComponent()
    }
    return nil
  }()

  package static var isPresent: Bool { folder != nil }

  /// The lines of a gzipped recording.
  package static func lines(ofGzipped file: URL) throws -> [Substring] {
    try ChildProcess.run("gzip", ["-dc", file.path]).split(whereSeparator: \.isNewline)
  }
}
