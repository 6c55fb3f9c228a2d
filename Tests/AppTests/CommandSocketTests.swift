import Foundation
import Glibc
import TestSupport
import Testing

@testable import App

/// Whose socket it is, and whether an address can be had, before anything starts.
@Suite struct CommandSocketTests {
  /// A bound Unix socket that listens until it is closed.
  private static func listen(at path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0 && Glibc.listen(descriptor, 1) == 0, "\(path): \(String(cString: strerror(errno)))")
    return descriptor
  }

  @Test func aSocketThatAnswersIsLeftAloneAStaleOneIsRemoved() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("s")
    try CommandSocket.makeRoom(at: path)
    let listener = try Self.listen(at: path)
    let refusal = #expect(throws: StartFailure.self) { try CommandSocket.makeRoom(at: path) }
    #expect(
      refusal?.description
        == "another linli serve answers at \(path); stop it, or give another path with --socket")
    #expect(CommandSocket.Identity(of: path) != nil)
    close(listener)
    try CommandSocket.makeRoom(at: path)
    #expect(CommandSocket.Identity(of: path) == nil)
  }

  @Test func whatIsNoSocketStays() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("s")
    try Data("text".utf8).write(to: URL(fileURLWithPath: path))
    let refusal = #expect(throws: StartFailure.self) { try CommandSocket.makeRoom(at: path) }
    #expect(refusal?.description.hasPrefix("\(path) is no socket and stays as it is; ") == true)
    #expect(FileManager.default.contents(atPath: path) == Data("text".utf8))
  }

  @Test func onlyTheOwnSocketIsRemovedAtTheEnd() throws {
    let folder = try TemporaryDirectory()
    let (path, other) = (folder.file("s"), folder.file("t"))
    let listeners = [try Self.listen(at: path), try Self.listen(at: other)]
    defer { listeners.forEach { close($0) } }
    let own = CommandSocket.Identity(of: path)
    CommandSocket.remove(path, ifStill: nil)
    CommandSocket.remove(other, ifStill: own)
    #expect(own != nil && CommandSocket.Identity(of: path) == own && CommandSocket.Identity(of: other) != nil)
    CommandSocket.remove(path, ifStill: own)
    #expect(CommandSocket.Identity(of: path) == nil)
  }

  @Test func aPortInUseIsNamed() throws {
    let broker = try MosquittoBroker()
    let refusal = #expect(throws: StartFailure.self) {
      try ListenerPort.check(host: "127.0.0.1", port: broker.port)
    }
    #expect(
      refusal?.description
        == "127.0.0.1:\(broker.port) is in use (http.listen in linli.yaml); stop the other program or choose another port"
    )
    try ListenerPort.check(host: "127.0.0.1", port: 0)
    // An address of documentation (RFC 5737), which no machine has.
    #expect(throws: StartFailure.self) { try ListenerPort.check(host: "192.0.2.1", port: 8080) }
  }
}
