import App
import Foundation
import Glibc
import ServiceLifecycleTestKit
import TestSupport
import Testing

/// What systemd hears (sd_notify(3)).
@Suite struct SystemdNotifierTests {
  /// The socket that systemd would name.
  private final class Listener: @unchecked Sendable {
    let path: String
    private let socket: Int32

    init(path: String) throws {
      self.path = path
      socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      let bytes = Array(path.utf8)
      try #require(bytes.count < MemoryLayout.size(ofValue: address.sun_path))
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
      let bound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(bound == 0)
    }

    deinit { close(socket) }

    /// What has come since the last call, without the signs of life.
    func messages() -> [String] {
      var found: [String] = []
      var buffer = [UInt8](repeating: 0, count: 4_096)
      while true {
        let count = recv(socket, &buffer, buffer.count, 0)
        if count < 0 { return found.filter { $0 != "WATCHDOG=1" } }
        found.append(String(decoding: buffer[..<count], as: UTF8.self))
      }
    }
  }

  @Test(.timeLimit(.minutes(10))) func readyAndStopping() async throws {
    let community = try SmallCommunity(brokerPort: 1)
    let folder = try TemporaryDirectory()
    let listener = try Listener(path: folder.file("notify"))
    let service = try await CommunityService(
      CommunityService.Options(
        config: community.config, data: community.data, socket: nil,
        environment: SmallCommunity.environment.merging(["NOTIFY_SOCKET": listener.path]) { $1 },
        machine: SystemClock()),
      logger: RunningService.silent)
    try await testGracefulShutdown { trigger in
      async let running: Void = service.run()
      var heard: [String] = []
      try await RunningService.eventually("READY=1") {
        heard += listener.messages()
        return !heard.isEmpty
      }
      #expect(heard == ["READY=1"])
      trigger.triggerGracefulShutdown()
      try await running
    }
    #expect(listener.messages() == ["STOPPING=1"])
  }
}
