import Community
import Foundation
import TestSupport
import Testing

@testable import App

/// A demonstration empties only what a demonstration wrote.
@Suite struct DemoDirectoryTests {
  private static func write(_ text: String, _ path: String) throws {
    let file = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private static func names(_ path: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: path))
  }

  @Test func itsOwnIsEmptied() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("new/demo")
    try DemoDirectory.prepare(path)
    try Self.write("x", path + "/lanes/a/journal")
    try Self.write("x", path + "/linli.db")
    try DemoDirectory.prepare(path)
    #expect(try Self.names(path).isSubset(of: [".linli-demo", "lock"]))
  }

  @Test func soIsThatOfAnEarlierVersion() throws {
    let folder = try TemporaryDirectory()
    try Self.write(
      """
      listener 41234 127.0.0.1
      allow_anonymous true
      persistence true
      persistence_location data/demo/broker/
      max_queued_messages 100000
      log_dest file data/demo/broker/mosquitto.log
      user nobody

      """, folder.file("broker/mosquitto.conf"))
    try DemoDirectory.prepare(folder.path)
    #expect(try Self.names(folder.path).isSubset(of: [".linli-demo", "lock"]))
  }

  @Test(arguments: ["letter.txt", "broker/mosquitto.conf", ".hidden"])
  func anotherIsRefused(file: String) throws {
    let folder = try TemporaryDirectory()
    try Self.write("listener 1883\n", folder.file(file))
    let refusal = #expect(throws: StartFailure.self) { try DemoDirectory.prepare(folder.path) }
    #expect(
      refusal?.description
        == "\(folder.path) holds files that no demonstration wrote; choose a new or empty directory with --data")
    #expect(refusal?.text.zh == "\(folder.path) 中有不是演示写下的文件；请用 --data 选一个新的或空的目录")
    #expect(try Self.names(folder.path).count == 1)
    #expect(FileManager.default.contents(atPath: folder.file(file)) == Data("listener 1883\n".utf8))
    #expect(throws: StartFailure.self) { try DemoDirectory.prepare(folder.file(file)) }
  }
}
