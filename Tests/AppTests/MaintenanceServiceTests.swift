import API
import Foundation
import Orders
import Pipeline
import Store
import TestSupport
import Testing

@testable import App

/// Maintenance by running hours, from messages through the history to the order, across a restart of the service.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MaintenanceServiceTests {
  private static let minute: Int64 = 60_000

  private func planned(_ service: CommunityService) async throws -> [OrderView] {
    try await service.orders(OrderSelection(all: true)).orders.filter { $0.source == "maintenance" }
  }

  @Test func runningHoursComeFromTheHistoryAndSurviveARestart() async throws {
    let broker = try MosquittoBroker()
    let community = try SmallCommunity(brokerPort: broker.port)
    try community.write(
      "orders.yaml",
      """
      maintenance:
      - {id: oil, title: 加油, place: hedong/jiefang/yihe, hours: {point: climate/temperature, above: 20, every: 1}}
      """)
    let clock = TurnableClock()
    @Sendable func publish(_ value: Double, _ service: CommunityService, _ count: Int) async throws {
      try MosquittoPublisher.publish(
        port: broker.port, topic: "test/c1/climate", payload: #"{"temperature":\#(value)}"#)
      try await RunningService.eventually("the reading") {
        try await service.history(HistorySelection(point: "climate/temperature", since: .distantPast)).count == count
      }
    }
    // Running for 25 of every 30 minutes; three of them are an hour and a quarter.
    @Sendable func run(_ service: CommunityService, from count: Int) async throws {
      clock.pass(5 * Self.minute)
      try await publish(50, service, count + 1)
      for _ in 0..<5 { clock.pass(5 * Self.minute) }
      try await publish(10, service, count + 2)
      await service.countUse(at: service.now())
    }
    let began = Timestamp(milliseconds: clock.wall())
    try await RunningService.with(community, clock: clock) { service in
      await service.desk.advance(to: service.now())
      try await run(service, from: 0)
      try await run(service, from: 2)
      #expect(try await planned(service).isEmpty)
    }
    try await RunningService.with(community, clock: clock) { service in
      try await run(service, from: 4)
      let orders = try await planned(service)
      #expect(orders.count == 1 && orders.first?.plan == "oil")
      // An hour of running was complete ten minutes after the third start.
      let due = try #require(CommunityServiceTests.time(orders.first?.orderedAt))
      #expect(abs(due - (began.milliseconds + 75 * Self.minute)) < 2_000)
      await service.countUse(at: service.now())
      #expect(try await planned(service).count == 1)
    }
  }
}
