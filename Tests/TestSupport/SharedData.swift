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
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
  }
}
