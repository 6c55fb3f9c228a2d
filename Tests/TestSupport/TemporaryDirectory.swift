package import Foundation

/// A fresh directory for one test, removed with everything in it when the value goes.
package final class TemporaryDirectory: Sendable {
  package let url: URL
  package var path: String { url.path }

  package init(_ name: String = "linli") throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  package func file(_ name: String) -> String { url.appendingPathComponent(name).path }
}
