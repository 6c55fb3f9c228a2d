import Foundation
import TestSupport
import Testing

@testable import App

@Suite struct DataDirectoryTests {
  /// Earlier versions left it to the umask what others may read.
  @Test func nothingIsLeftToOthers() throws {
    let folder = try TemporaryDirectory()
    let manager = FileManager.default
    try manager.createDirectory(atPath: folder.file("photos"), withIntermediateDirectories: false)
    for name in ["linli.db", "access-key"] { try Data().write(to: URL(fileURLWithPath: folder.file(name))) }
    for (name, mode) in [("photos", 0o2755), ("linli.db", 0o644), ("access-key", 0o600)] {
      try manager.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.file(name))
    }
    try manager.createDirectory(atPath: folder.file("somebody's"), withIntermediateDirectories: false)
    try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("somebody's"))
    let elsewhere = try TemporaryDirectory()
    try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: elsewhere.path)
    try manager.createSymbolicLink(atPath: folder.file("lanes"), withDestinationPath: elsewhere.path)
    DataDirectory.closeToOthers(folder.path)
    #expect(try manager.attributesOfItem(atPath: elsewhere.path)[.posixPermissions] as? Int == 0o755)
    for (name, mode) in [("photos", 0o2750), ("linli.db", 0o640), ("access-key", 0o600), ("somebody's", 0o755)] {
      let facts = try manager.attributesOfItem(atPath: folder.file(name))
      #expect(facts[.posixPermissions] as? Int == mode, "\(name)")
    }
  }
}
