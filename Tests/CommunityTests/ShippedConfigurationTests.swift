import Community
import ConfigFile
import Foundation
import Testing

/// The profiles and the example community that Linli ships are read without a problem.
@Suite struct ShippedConfigurationTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test func profilesAndExampleCommunityAreClean() {
    let log = ProblemLog()
    let model = CommunityModel.load(
      directory: Self.root.appendingPathComponent("config").path,
      installed: [Self.root.appendingPathComponent("devices").path], log: log)
    #expect(log.sorted.map(\.description) == [])
    #expect(!model.profiles.isEmpty && !model.devices.isEmpty && !model.points.isEmpty)
    for profile in model.profiles { #expect(!profile.examples.isEmpty, "\(profile.name) proves nothing") }
  }
}
