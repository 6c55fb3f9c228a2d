import API
import Alerts
import Community
import Foundation
import MQTT
import Pipeline
import Store
import TestSupport
import Testing

@testable import App

/// The service put together, against a real broker: reload, adoption, recovery, clocks.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CommunityServiceTests {
  private struct Scene: Sendable {
    let broker: MosquittoBroker
    let community: SmallCommunity

    init() throws {
      broker = try MosquittoBroker()
      community = try SmallCommunity(brokerPort: broker.port)
    }

    func press(_ device: String = "b0") throws {
      try MosquittoPublisher.publish(port: broker.port, topic: "test/\(device)/button", payload: #"{"press":"single"}"#)
    }

    func temperature(_ value: Double) throws {
      try MosquittoPublisher.publish(
        port: broker.port, topic: "test/c1/climate", payload: #"{"temperature":\#(value)}"#)
    }
  }

  static func time(_ text: String?) -> Int64? { text.flatMap { Timestamp(rfc3339: $0) }?.milliseconds }

  // MARK: - What people see

  @Test func aBadReadingHasNoValueAndAnAssignmentSaysToWhom() async throws {
    let scene = try Scene()
    try await RunningService.with(scene.community) { service in
      try scene.temperature(12)
      try await RunningService.eventually("the cold") { try await service.alerts(of: "chilly").count == 1 }
      try scene.temperature(99)
      let point = PointSelection(scope: "climate/temperature")
      try await RunningService.eventually("the bad reading") { try await service.points(point).first?.quality == "bad" }
      let view = try #require(try await service.points(point).first)
      #expect(view.value == nil && view.text == nil && view.reason == "out-of-range")
      try scene.temperature(13)
      try await RunningService.eventually("a good one") { try await service.points(point).first?.value == 13 }

      let alert = try #require(try await service.alerts(of: "chilly").first)
      #expect(alert.text == nil)
      _ = try await service.perform(
        AlertActionRequest(action: .assign, by: "张三", to: "李四"), on: alert.id, language: .en)
      let step = try await service.alert(id: alert.id, language: .en).steps.last
      #expect(step?.kind == "assigned" && step?.to == ["李四"])

      try scene.press()
      try await RunningService.eventually("the press") { try await service.alerts(of: "pressed").count == 1 }
      #expect(try await service.alerts(of: "pressed").first?.text == "true")
      // A press is over at once; when it was stands beside it.
      let press = try #require(try await service.points(PointSelection(scope: "button/press")).first)
      #expect(press.value == 0 && press.text == "false" && press.at != nil && press.quality == "good")
    }
  }

  // MARK: - Reload

  @Test func aBadReloadIsRefusedWholeAndTheOldOneGoesOn() async throws {
    let scene = try Scene()
    try await RunningService.with(scene.community) { service in
      try scene.community.write(
        "rules/new.yaml", "rules:\n  - {id: fresh, on: {quantity: pressed}, when: {equals: true}}")
      try scene.community.write("places.yaml", "places: [")
      let refusal = await #expect(throws: CommunityService.ConfigurationRefused.self) { try await service.reload() }
      #expect(refusal?.description.contains("places.yaml:2:1: error: broken YAML") == true)
      #expect(try await service.status(place: nil).rules == 3)
      try scene.press()
      try await RunningService.eventually("the press") { try await service.alerts(of: "pressed").count == 1 }
      #expect(try await service.alerts(of: "fresh").isEmpty)
    }
  }

  @Test func aGoodReloadKeepsHoldsAndAlertsAndClosesOrphans() async throws {
    let scene = try Scene()
    let clock = TurnableClock()
    try await RunningService.with(scene.community, clock: clock) { service in
      let began = clock.wall()
      try scene.temperature(12)
      try await RunningService.eventually("the cold") { try await service.alerts(of: "chilly").count == 1 }
      try scene.community.write(
        "rules/more.yaml",
        "rules:\n  - {id: fresh, on: {quantity: temperature}, when: {below: 13}, priority: low}\n"
          + "  - {id: later, on: {quantity: pressed}, when: {equals: true}}")
      clock.pass(300_000)
      try await service.reload()
      let kept = try #require(try await service.alerts(of: "chilly").first)
      #expect(kept.active && kept.closedAt == nil)
      // Now `chilly` goes, `cold` stays with its hold half over.
      try scene.community.write(
        "rules/test.yaml",
        """
        rules:
          - id: cold
            on: {quantity: temperature}
            when: {below: 16, for: 10m, deadband: 1}
            priority: high
            title: {zh: 冷, en: Cold}
        """)
      try await service.reload()
      try await RunningService.eventually("the end of chilly") {
        try await service.alerts(of: "chilly").allSatisfy { $0.closedAt != nil && !$0.active }
      }
      #expect(try await service.alerts(of: "cold").isEmpty)
      clock.pass(300_001)
      try await RunningService.eventually("cold") { try await service.alerts(of: "cold").count == 1 }
      let cold = try #require(try await service.alerts(of: "cold").first)
      #expect(Self.time(cold.raisedAt) == began + 600_000)
      #expect(cold.title == "Cold")
      #expect(try await service.alerts(of: "chilly").count == 1)
    }
  }

  // MARK: - Adoption

  @Test func anAdoptedDeviceIsWrittenDownAndHeard() async throws {
    let scene = try Scene()
    try await RunningService.with(scene.community) { service in
      try scene.press("b9")
      try await RunningService.eventually("the discovery") { await service.unassigned().discovered.count == 1 }
      let found = await service.unassigned().discovered[0]
      #expect(found.id == "b9" && found.profile == "test-button" && found.match == ["device": "b9"])
      #expect(try await service.alerts(of: "pressed").isEmpty)

      let refused: [(Adoption, BackendError.Kind)] = [
        (Adoption(id: "b8", place: "301"), .notFound),
        (Adoption(id: "b9", place: "302"), .notFound),
        (Adoption(id: "b9", place: "301", profile: "test-none"), .conflict),
        (Adoption(id: "b9", place: "301", profile: "test-climate"), .conflict),
        (Adoption(id: "b9", place: "301", name: "climate"), .conflict),
      ]
      for (adoption, kind) in refused {
        let before = try scene.community.read("devices.yaml")
        let refusal = await #expect(throws: BackendError.self) { try await service.adopt(adoption) }
        #expect(refusal?.kind == kind, "\(adoption)")
        #expect(try scene.community.read("devices.yaml") == before, "\(adoption)")
      }
      let unheard = await #expect(throws: BackendError.self) {
        try await service.adopt(Adoption(id: "b9", place: "301", profile: "test-climate"))
      }
      #expect(
        unheard?.message.en
          == "b9 would never be heard: no topic of profile 'test-climate' fits test/b9/button; profiles that fit: "
          + "test-button")

      let device = try await service.adopt(Adoption(id: "b9", place: "301", name: "bedside"))
      #expect(device.id == "bedside" && device.place == SmallCommunity.room)
      let text = try scene.community.read("devices.yaml")
      #expect(text.contains("# Written by hand.") && text.contains("bedside"))
      #expect(scene.community.problems().isEmpty)
      #expect(await service.unassigned().discovered.isEmpty)
      try scene.press("b9")
      try await RunningService.eventually("its press") {
        try await service.alerts(of: "pressed").map(\.subject) == ["bedside/press"]
      }
    }
  }

  /// Two adoptions, a refused one and a reload at once: each finds what the one before has written, and takes back its own only.
  @Test func changesOfTheConfigurationTakeTurns() async throws {
    let scene = try Scene()
    try await RunningService.with(scene.community) { service in
      try scene.press("b8")
      try scene.press("b9")
      try await RunningService.eventually("the discoveries") { await service.unassigned().discovered.count == 2 }
      async let eight = service.adopt(Adoption(id: "b8", place: "301"))
      async let nine = service.adopt(Adoption(id: "b9", place: "301"))
      async let doomed = { try? await service.adopt(Adoption(id: "b9", place: "301", name: "climate")) }()
      async let reload = service.reload()
      #expect(try await [eight.id, nine.id] == ["b8", "b9"])
      #expect(await doomed == nil)
      #expect(try await reload.isEmpty)
      let text = try scene.community.read("devices.yaml")
      #expect(text.contains("b8") && text.contains("b9"))
      #expect(scene.community.problems().isEmpty)
      #expect(try await service.devices(DeviceSelection(scope: "b8")).count == 1)
      #expect(try await service.devices(DeviceSelection(scope: "b9")).count == 1)
    }
  }

  // MARK: - Data

  @Test func aSecondServiceOnTheSameDataIsRefused() async throws {
    let scene = try Scene()
    try await RunningService.with(scene.community) { _ in
      let refusal = await #expect(throws: StartFailure.self) { _ = try await RunningService.make(scene.community) }
      #expect(refusal?.description.contains("another linli serve uses \(scene.community.data)") == true)
    }
    // Given back with the service.
    try await RunningService.with(scene.community) { _ in }
  }

  @Test(arguments: [["checkpoint"], ["checkpoint", "checkpoint.old"]])
  func damagedCheckpointsLoseNothing(damaged: [String]) async throws {
    let scene = try Scene()
    let clock = TurnableClock()
    let began = try await RunningService.with(scene.community, clock: clock) { service in
      let began = clock.wall()
      try scene.temperature(12)
      try scene.press()
      try await RunningService.eventually("both") {
        let pressed = try await service.alerts(of: "pressed").count
        return try await service.alerts(of: "chilly").count + pressed == 2
      }
      return began
    }
    clock.pass(60_000)
    try await RunningService.with(scene.community, clock: clock) { service in
      try scene.press()
      try await RunningService.eventually("the second press") { try await service.alerts(of: "pressed").count == 2 }
    }
    for name in damaged {
      let file = URL(fileURLWithPath: "\(scene.community.data)/lanes/linli-test/\(name)")
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count / 2] ^= 0xFF
      try bytes.write(to: file)
    }
    clock.pass(60_000)
    try await RunningService.with(scene.community, clock: clock) { service in
      #expect(try await service.value(of: "climate/temperature") == 12)
      #expect(try await service.alerts(of: "pressed").count == 2)
      #expect(try await service.alerts(of: "chilly").map(\.active) == [true])
      clock.pass(480_001)
      try await RunningService.eventually("cold") { try await service.alerts(of: "cold").count == 1 }
      #expect(try await service.alerts(of: "cold").map { Self.time($0.raisedAt) } == [began + 600_000])
      #expect(try await service.alerts(of: "pressed").count == 2)
    }
  }

  // MARK: - History

  private static func values(_ service: CommunityService, every: Int64? = nil) async throws -> [PointView] {
    let now = service.now()
    return try await service.history(
      HistorySelection(point: "climate/temperature", since: now - 86_400_000, every: every))
  }

  /// A reading committed a moment ago is in the answer, and once, before and after it was written, reloaded over, restarted.
  @Test func theHistoryShowsEachReadingOnce() async throws {
    let scene = try Scene()
    let clock = TurnableClock()
    try await RunningService.with(scene.community, clock: clock) { service in
      for value in [20.0, 21, 22] {
        try scene.temperature(value)
        try await RunningService.eventually("\(value)") { try await service.value(of: "climate/temperature") == value }
        #expect(try await Self.values(service).last?.value == value)
        clock.pass(1_000)
      }
      #expect(try await service.status(place: nil).history.bufferedReadings == 3)
      clock.pass(3_600_000)
      try await RunningService.eventually("a batch") {
        try await service.status(place: nil).history.bufferedReadings == 0
      }
      #expect(try await Self.values(service).map(\.value) == [20, 21, 22])
      try scene.temperature(23)
      try await RunningService.eventually("23") { try await service.value(of: "climate/temperature") == 23 }
      try await service.reload()
      #expect(try await Self.values(service).map(\.value) == [20, 21, 22, 23])
      let hours = try await Self.values(service, every: 3_600_000)
      #expect(hours.map(\.count) == [3, 1] && hours.map(\.value) == [21, 23])
      #expect(hours.map(\.minimum) == [20, 23] && hours.map(\.maximum) == [22, 23])
      #expect(
        hours[0].at == Timestamp(milliseconds: 1_767_582_000_000).rfc3339(in: TimeZone(identifier: "Asia/Shanghai")!))
      let text = await service.metrics()
      #expect(text.contains("linli_history_readings_total{lane=\"linli-test\"} 4\n"))
      #expect(text.contains("linli_history_bytes "))
      await #expect(throws: BackendError.self) {
        try await service.history(HistorySelection(point: "no/point", since: .distantPast))
      }
    }
    try await RunningService.with(scene.community, clock: clock) { service in
      #expect(try await Self.values(service).map(\.value) == [20, 21, 22, 23])
      let status = try await service.status(place: nil)
      #expect(status.history.bytes > 0 && status.history.oldest != nil && status.history.lostMessages == 0)
    }
  }

  @Test func aHistoryThatCannotBeOpenedStopsNoAlert() async throws {
    let scene = try Scene()
    try FileManager.default.createDirectory(atPath: scene.community.data, withIntermediateDirectories: true)
    let path = scene.community.data + "/history.sqlite"
    try Data("this is no database, whatever its name says ".utf8).write(to: URL(fileURLWithPath: path))
    try await RunningService.with(scene.community) { service in
      try scene.press()
      try await RunningService.eventually("the press") { try await service.alerts(of: "pressed").count == 1 }
      try await RunningService.eventually("the trouble") { try await service.alerts(of: "linli-history").count == 1 }
      #expect(try await service.status(place: nil).troubles.contains { $0.hasPrefix("history: ") })
      let refusal = await #expect(throws: BackendError.self) { try await Self.values(service) }
      #expect(refusal?.kind == .unavailable)
    }
  }

  // MARK: - Brokers

  /// Each attempt is refused at once, and so again and again: what counts is how long the broker has been away.
  @Test func aBrokerThatIsAwayIsAnAlertUntilItHasStayed() async throws {
    let scene = try Scene()
    let clock = TurnableClock()
    try await RunningService.with(scene.community, clock: clock) { service in
      scene.broker.stop()
      try await RunningService.eventually("the loss") { await service.notReadyReason() != nil }
      // The minute counts from the loss: it is over after the third attempt, and would not be if one began it anew.
      for _ in 0..<3 {
        let failed = service.lanes[0].connection.counters.failedAttempts
        try await RunningService.eventually("an attempt") {
          service.lanes[0].connection.counters.failedAttempts > failed
        }
        clock.pass(21_000)
      }
      try await RunningService.eventually("the alert") { try await service.alerts(of: "linli-broker").count == 1 }
      try scene.broker.start()
      try await RunningService.eventually("the broker") { await service.notReadyReason() == nil }
      await service.watchItself(at: service.now())
      #expect(try await service.alerts(of: "linli-broker").map(\.active) == [true])
      clock.pass(31_000)
      try await RunningService.eventually("its end") {
        try await service.alerts(of: "linli-broker").map(\.active) == [false]
      }
    }
  }

  /// A publication would wait for the broker; the other way does not.
  @Test func anMQTTChannelReachesItsFallbackWhileTheBrokerIsAway() async throws {
    let scene = try Scene()
    let receiver = try WebhookReceiver()
    defer { receiver.stop() }
    try scene.community.write(
      "channels.yaml",
      "channels:\n- {id: bus, kind: mqtt, topic: up, fallback: hook}\n"
        + "- {id: hook, kind: webhook, url: \"\(receiver.url)\"}\nroutes:\n- {to: [bus]}\n")
    let clock = TurnableClock()
    try await RunningService.with(scene.community, clock: clock) { service in
      scene.broker.stop()
      try await RunningService.eventually("the loss") { await service.notReadyReason() != nil }
      try await RunningService.eventually("the other way") {
        clock.pass(1_000)
        return !receiver.deliveries.isEmpty
      }
      #expect(receiver.deliveries.first?.labels["alertname"] == "linli-broker")
    }
  }

  @Test(
    arguments: [
      (false, 59_999, false, false), (false, 60_000, false, true), (true, 29_999, true, true),
      (true, 30_000, true, false),
      (true, 1, false, false),
    ] as [(Bool, Int64, Bool, Bool)])
  func brokerTrouble(isConnected: Bool, time: Int64, wasReported: Bool, isTrouble: Bool) {
    #expect(
      SelfWatch.isBrokerTrouble(isConnected: isConnected, for: time, wasReported: wasReported) == isTrouble)
  }

  /// What somebody has closed by force stays closed while it holds, also over a restart.
  @Test func aRestartRaisesNothingThatWasClosedByForce() async throws {
    let scene = try Scene()
    try await RunningService.with(scene.community) { service in
      try scene.temperature(12)
      try await RunningService.eventually("the cold") { try await service.alerts(of: "chilly").count == 1 }
      let alert = try #require(try await service.alerts(of: "chilly").first)
      _ = try await service.desk.perform(
        .close(force: true), on: alert.id, by: "张三", at: service.now(), comment: "a window")
    }
    try await RunningService.with(scene.community) { service in
      try scene.press()
      try await RunningService.eventually("the press") { try await service.alerts(of: "pressed").count == 1 }
      #expect(try await service.alerts(of: "chilly").count == 1)
    }
  }

  // MARK: - Clocks

  @Test func theServicesClockIsNeverBehindWhatWasSeen() {
    let machine = TurnableClock()
    let clock = ServiceClock(machine: machine)
    // Until the machine has had time to ask for the date.
    #expect(clock.isDoubtful)
    machine.pass(ServiceClock.doubt)
    let seen = clock.now
    machine.set(by: -8 * 3_600_000)
    #expect(clock.now == seen && !clock.isDoubtful)
    machine.pass(4_000)
    #expect(clock.now == seen + 3_000)
    clock.reach(seen + 60_000)
    #expect(clock.now == seen + 60_000)
    machine.set(by: 30 * 86_400_000)
    // Whoever asks need not have looked at the time before.
    #expect(clock.isDoubtful && clock.now == Timestamp(milliseconds: machine.wall()))
    machine.pass(ServiceClock.doubt)
    #expect(!clock.isDoubtful)
  }

  /// A wall clock that was set back holds up neither the notification of a press nor its deadlines.
  @Test func aClockSetBackHoldsUpNoNotification() async throws {
    let scene = try Scene()
    let receiver = try WebhookReceiver()
    defer { receiver.stop() }
    try scene.community.write(
      "channels.yaml",
      "channels:\n- {id: hook, kind: webhook, url: \"\(receiver.url)\"}\nroutes:\n- {to: [hook]}\n")
    let clock = TurnableClock()
    try await RunningService.with(scene.community, clock: clock) { service in
      clock.set(by: -8 * 3_600_000)
      try scene.press()
      try await RunningService.eventually("the notification") { !receiver.deliveries.isEmpty }
      #expect(service.now() > Timestamp(milliseconds: clock.wall()))
    }
  }

  @Test func aClockSetForwardsLetsHoldsEndAtTheirTime() async throws {
    let scene = try Scene()
    let clock = TurnableClock()
    try await RunningService.with(scene.community, clock: clock) { service in
      let began = clock.wall()
      try scene.temperature(15)
      try await RunningService.eventually("the reading") { try await service.value(of: "climate/temperature") == 15 }
      clock.set(by: 3_600_000)
      try await RunningService.eventually("cold") { try await service.alerts(of: "cold").count == 1 }
      let cold = try #require(try await service.alerts(of: "cold").first)
      #expect(Self.time(cold.raisedAt) == began + 600_000)
      // A tick says that the millisecond before it is over.
      #expect(try #require(Self.time(cold.noticedAt)) >= began + 3_600_000 - 1)
    }
  }

  @Test func aClockSetBackStopsNothing() async throws {
    let scene = try Scene()
    let clock = TurnableClock()
    try await RunningService.with(scene.community, clock: clock) { service in
      let began = clock.wall()
      try scene.temperature(15)
      try await RunningService.eventually("the reading") { try await service.value(of: "climate/temperature") == 15 }
      clock.set(by: -86_400_000)
      try scene.press()
      try await RunningService.eventually("the press") { try await service.alerts(of: "pressed").count == 1 }
      // The lane's time goes on at three quarters of the speed: ten minutes of it take 800 s.
      clock.pass(799_000)
      try scene.press()
      try await RunningService.eventually("the second press") { try await service.alerts(of: "pressed").count == 2 }
      #expect(try await service.alerts(of: "cold").isEmpty)
      clock.pass(2_000)
      try await RunningService.eventually("cold") { try await service.alerts(of: "cold").count == 1 }
      #expect(try await service.alerts(of: "cold").map { Self.time($0.raisedAt) } == [began + 600_000])
      let times = try await service.alerts(of: "pressed").compactMap { Self.time($0.raisedAt) }
      #expect(times.allSatisfy { $0 >= began } && Set(times).count == 2)
    }
  }

  // MARK: - The end

  @Test func whenTheTaskIsCancelledEverythingEnds() async throws {
    let scene = try Scene()
    let service = try await RunningService.make(scene.community)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try? await service.run() }
      try await RunningService.eventually("the subscription") { await service.notReadyReason() == nil }
      group.cancelAll()
    }
    #expect(await service.notReadyReason() != nil)
  }

  // MARK: - Numbers

  @Test func everyQueueSaysWhatWaitsAndWhatMay() async throws {
    let scene = try Scene()
    try await RunningService.with(scene.community) { service in
      try MosquittoPublisher.publish(port: scene.broker.port, topic: "test/c1/climate", payload: "{}")
      try await RunningService.eventually("the message") {
        try await service.devices(DeviceSelection(scope: "climate")).map(\.messagesWithoutReading) == [1]
      }
      try await RunningService.eventually("the metrics") {
        await service.metrics().contains(#"linli_messages_without_reading_total{lane="linli-test"} 1"#)
      }
      let lines = await service.metrics().split(separator: "\n")
      let ofTheLane = ["unacknowledged", "ring", "changes", "questions", "publish", "history"]
      let labels = ofTheLane.map { "lane=\"linli-test\",queue=\"\($0)\"" }
      let ofTheService = ["alerts", "live", "reloads", "reports", "connections", "commands"]
      for label in labels + ofTheService.map({ "queue=\"\($0)\"" }) + [#"channel="hook",queue="sending""#] {
        let bound = lines.first { $0.hasPrefix("linli_queue_bound{\(label)} ") }?.split(separator: " ").last
        #expect(bound.flatMap { Double($0) } ?? 0 > 0, "\(label)")
        #expect(lines.contains { $0.hasPrefix("linli_queue_items{\(label)} ") }, "\(label)")
      }
      #expect(lines.contains(#"linli_lane_overloaded{lane="linli-test"} 0"#))
      #expect(lines.contains(#"linli_questions_refused_total{lane="linli-test"} 0"#))
      let letter = try #require(await service.unassigned().deadLetters.first)
      #expect(letter.topic == "test/c1/climate" && letter.reason.hasPrefix("message understood"))
      #expect(try await service.status(place: nil).messages.rejectedTotal == 0)
      #expect(try await service.status(place: nil).brokers.map(\.load.state) == ["normal"])
    }
  }
}
