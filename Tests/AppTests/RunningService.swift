import API
import Alerts
import App
import Community
import Foundation
import Logging
import Pipeline
import ServiceLifecycleTestKit
import TestSupport
import Testing

/// Runs the whole service in process, with its clocks in the test's hand, and stops it as SIGTERM would.
enum RunningService {
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  static func make(_ community: SmallCommunity, clock: any MachineClock = SystemClock()) async throws
    -> CommunityService
  {
    try await CommunityService(
      CommunityService.Options(
        config: community.config, data: community.data, socket: nil, environment: SmallCommunity.environment,
        machine: clock),
      logger: silent)
  }

  /// Starts the service, calls `body` once the broker is subscribed, stops the service.
  static func with<Result: Sendable>(
    _ community: SmallCommunity, clock: any MachineClock = SystemClock(),
    _ body: @Sendable (CommunityService) async throws -> Result
  ) async throws -> Result {
    let service = try await make(community, clock: clock)
    return try await testGracefulShutdown { trigger in
      async let running: Void = service.run()
      do {
        try await eventually("the subscription") { await service.notReadyReason() == nil }
        let result = try await body(service)
        trigger.triggerGracefulShutdown()
        try await running
        return result
      } catch {
        trigger.triggerGracefulShutdown()
        try? await running
        throw error
      }
    }
  }

  struct InVain: Error, CustomStringConvertible {
    var description: String
  }

  /// Looks again and again until the condition holds; the bound only ends a hopeless wait.
  static func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while !(try await condition()) {
      if ContinuousClock.now > end { throw InVain(description: "waited in vain for \(what)") }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}

extension CommunityService {
  func alerts(of rule: String) async throws -> [AlertView] {
    try await alerts(AlertSelection(all: true, language: .en)).filter { $0.rule == rule }
  }

  func value(of point: String) async throws -> Double? {
    try await points(PointSelection(scope: point)).first?.value
  }
}
