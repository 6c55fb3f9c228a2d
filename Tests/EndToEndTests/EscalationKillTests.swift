import Foundation
import Glibc
import TestSupport
import Testing

/// The service dies again and again, at work, in the middle of a delivery and while it starts, and deadlines of seconds fall due all the
/// time: each step of each alert is there once, at its due time, and was told at least once, under one key.
@Suite(.serialized)
struct EscalationKillTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// Rounds, each with one to three deaths. `LINLI_KILLS` sets another number.
  static let kills = environment["LINLI_KILLS"].flatMap(Int.init) ?? 8
  /// Of the moments of death. `LINLI_SEED` sets another one.
  static let seed = environment["LINLI_SEED"].flatMap(UInt64.init) ?? 20_261_129

  // MARK: - What the configuration says

  /// Until when each level must answer, the nearest first, and how often an alert is repeated; ms.
  private static let answers: [Int64] = [3_000, 4_000, 5_000, 25_000]
  private static let repeats: Int64 = 2_000
  /// Who is on duty at each level.
  private static let people = ["王强", "赵丽华", "李敏", "徐静"]

  private struct Step: Equatable {
    var kind: String
    /// Ms after the deadlines began.
    var after: Int64
    var to: String
  }

  /// What happens up to `end` ms after the beginning while nobody answers, from the deadlines alone.
  private static func steps(until end: Int64) -> [Step] {
    var steps: [Step] = []
    var (level, answer, again) = (0, answers[0], repeats)
    while min(answer, again) <= end {
      let now = min(answer, again)
      var kind = "repeated"
      if answer == now {
        // At the top the deadline passes again and again, and the same people hear of it.
        if level < people.count - 1 { (level, kind) = (level + 1, "escalated") }
        answer = now + answers[level]
      }
      again = now + repeats
      steps.append(Step(kind: kind, after: now, to: people[level]))
    }
    return steps
  }

  /// The figures of the first twenty seconds, worked out by hand: the test is no better than what it expects.
  @Test func whatIsExpected() {
    let times = Self.steps(until: 20_000).map { "\($0.kind.prefix(1))\($0.after / 1_000)" }
    #expect(times == ["r2", "e3", "r5", "e7", "r9", "r11", "e12", "r14", "r16", "r18", "r20"])
    // 36 s is the last repetition before the top's own deadline at 12 + 25 s, which begins the two seconds anew.
    #expect(Self.steps(until: 40_000).suffix(3).map(\.after) == [36_000, 37_000, 39_000])
  }

  // MARK: - The scene

  private struct Scene {
    let folder: TemporaryDirectory
    let broker: MosquittoBroker
    let hook: WebhookReceiver
    let district: WebhookReceiver
    let service: LinliProcess

    init() throws {
      folder = try TemporaryDirectory()
      var options = MosquittoBroker.Options()
      options.maxInflightMessages = 200
      broker = try MosquittoBroker(options)
      hook = try WebhookReceiver()
      district = try WebhookReceiver()
      let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: 9)
      let answers = EscalationKillTests.answers.map { "\($0 / 1_000)s" }
      try community.write("places.yaml", EscalationTests.places(within: answers))
      try community.write("duty.yaml", EscalationTests.duty)
      try community.write("alerts.yaml", "repeat: {critical: \(EscalationKillTests.repeats / 1_000)s}")
      try community.write(
        "channels.yaml",
        """
        channels:
          - {id: hook, kind: webhook, url: "\(hook.url)"}
          - {id: district, kind: webhook, url: "\(district.url)"}
        routes: [{to: [hook]}]
        """)
      #expect(try LinliProcess.run(["check", "--config", community.config.path]).code == 0)
      service = LinliProcess(config: community.config, data: community.data)
    }

    func presses() throws -> [[String: Any]] { try service.alerts().filter { $0["rule"] as? String == "pressed" } }

    /// What has reached the district is answered there.
    func answerAtTheTop() throws {
      let top = try service.alerts(all: false).filter {
        $0["rule"] as? String == "pressed" && $0["climbed"] as? Int == 3 && $0["acknowledged"] as? Bool == false
      }
      guard !top.isEmpty else { return }
      let result = try service.run(["ack"] + top.compactMap { $0["id"] as? String } + ["--by", "徐静"])
      #expect(result.code == 0, "\(result)")
    }

    /// A life that ends before anybody could ask it anything, or a moment later.
    func dieWhileStarting(after microseconds: UInt32) throws {
      let arguments = ["serve", "--config", service.config.path, "--data", service.data.path]
      let life = try ChildProcess(LinliProcess.executable.path, arguments, output: service.log.path)
      usleep(microseconds)
      life.end(SIGKILL)
    }
  }

  /// Presses and deaths, until each press has been answered at the top.
  private static func live(_ scene: Scene) throws -> (published: Int, deaths: Int) {
    var random = SeededGenerator(seed: seed)
    var (published, deaths) = (0, 0)
    let (service, hook) = (scene.service, scene.hook)
    let publishers = try (0..<4).map { try MosquittoPublisher(port: scene.broker.port, topic: "test/b\($0)/button") }
    let begun = ContinuousClock.now
    try service.start()
    // How long a start takes here: deaths of those to come fall into all of it.
    let starting = min(5_000_000, (ContinuousClock.now - begun) / .microseconds(1) * 1.2)
    for _ in 0..<kills {
      for _ in 0..<Int.random(in: 2...4, using: &random) {
        publishers[published % 4].publish(#"{"press":"single","number":\#(published)}"#)
        published += 1
      }
      // While a receiver takes its time a message is under way at nearly every moment.
      hook.answer(after: Bool.random(using: &random) ? 100 : 0)
      if Bool.random(using: &random) {
        usleep(UInt32.random(in: 0...1_500_000, using: &random))
      } else {
        let count = hook.deliveries.count + Int.random(in: 1...10, using: &random)
        #expect(eventually { hook.deliveries.count >= count }, "seed \(seed): nobody is told any more")
      }
      service.kill()
      deaths += 1
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        try scene.dieWhileStarting(after: UInt32(Double.random(in: 0...starting, using: &random)))
        deaths += 1
      }
      try service.start(connected: Bool.random(using: &random))
      try scene.answerAtTheTop()
    }
    hook.answer(after: 0)
    for publisher in publishers { #expect(publisher.finish()) }
    var closed = 0
    try service.wait(
      upTo: 300, for: "the last answer", because: { "seed \(seed): \(closed) of \(published) presses" },
      until: {
        try scene.answerAtTheTop()
        closed = try scene.presses().count { $0["closed_at"] is String }
        return closed >= published
      })
    try service.wait(upTo: 300, for: "an empty outbox", because: { "seed \(seed)" }) {
      let status = try service.json(["status"]) as? [String: Any]
      return (status?["outbox"] as? [String: Any])?["pending"] as? Int == 0
    }
    return (published, deaths)
  }

  @Test func eachStepIsThereOnceAndToldWhateverDiesWhen() throws {
    let scene = try Scene()
    defer {
      scene.hook.stop()
      scene.district.stop()
    }
    let (published, deaths) = try Self.live(scene)
    let alerts = try scene.presses()
    #expect(alerts.count == published, "seed \(Self.seed)")
    var told = [Told(scene.hook, channel: "hook"), Told(scene.district, channel: "district")]
    var (steps, retries) = (0, 0)
    for alert in alerts {
      let id = try #require(alert["id"] as? String)
      let story = try Story(try scene.service.json(["alert", id]), id: id)
      steps += story.steps.count
      retries += story.retries
      try check(story)
      // Programs on the routes hear of every step, the district's own channel from its turn on.
      let turn = try #require(story.kinds.lastIndex(of: "escalated"))
      told[0].check(story, from: 0)
      told[1].check(story, from: turn)
    }
    for channel in told {
      #expect(channel.strangers.isEmpty, "seed \(Self.seed): \(channel.strangers)")
      // A death finds four messages and one more for a critical alert under way at most.
      #expect(channel.repeated <= 5 * deaths + retries, "seed \(Self.seed): \(channel.repeated) in \(deaths) deaths")
    }
    print(
      "escalations: \(deaths) deaths, \(published) presses, \(steps) steps, \(told.map(\.count)) deliveries,",
      "\(told.map(\.repeated)) of them repeated, \(retries) retries")
    #expect(scene.service.stop() == 0)
  }

  /// One alert's life is what the deadlines say, to the millisecond, and its end.
  private func check(_ story: Story) throws {
    let seed: Comment = "seed \(Self.seed): \(story.words)"
    #expect(story.kinds.count { $0 == "cleared" } == 1, seed)
    let lived = story.steps.filter { $0.kind != "cleared" }
    try #require(lived.count > 3, seed)
    #expect(lived.first?.kind == "raised" && lived.first?.to == Self.people[0], seed)
    #expect(lived.suffix(2).map(\.kind) == ["acknowledged", "closed"], seed)
    let climbing = Array(lived.dropFirst().dropLast(2))
    let answered = lived[lived.count - 2].after
    let expected = Self.steps(until: max(answered, climbing.last?.after ?? 0) + 60_000)
    #expect(climbing == Array(expected.prefix(climbing.count)), seed)
    #expect(climbing.count { $0.kind == "escalated" } == 3, seed)
    // Nothing that was due before the answer is missing.
    #expect(expected.dropFirst(climbing.count).first.map { $0.after > answered } ?? false, seed)
  }

  // MARK: - What was found

  /// `linli alert ID --json`.
  private struct Story {
    let id: String
    /// By their numbers, from 1.
    let steps: [Step]
    /// Attempts of deliveries that failed.
    let retries: Int
    var kinds: [String] { steps.map(\.kind) }
    var words: String { "\(id) " + steps.map { "\($0.kind) \($0.after) \($0.to)" }.joined(separator: ", ") }

    init(_ answer: Any, id: String) throws {
      let story = try #require(answer as? [String: Any])
      let alert = try #require(story["alert"] as? [String: Any])
      let raised = try #require(RecoveryTests.date(alert["raised_at"]))
      let noticed = try #require(RecoveryTests.date(alert["noticed_at"]))
      // What was known more than a minute late nobody could have answered before.
      let begin = noticed.timeIntervalSince(raised) > 60 ? noticed : raised
      self.id = id
      steps = try #require(story["steps"] as? [[String: Any]]).map { step in
        let at = try #require(RecoveryTests.date(step["at"]))
        return Step(
          kind: step["kind"] as? String ?? "", after: Int64((at.timeIntervalSince(begin) * 1_000).rounded()),
          to: (step["to"] as? [String] ?? []).joined(separator: ","))
      }
      let deliveries = try #require(story["deliveries"] as? [[String: Any]])
      retries = deliveries.compactMap { $0["attempts"] as? Int }.reduce(0, +)
      #expect(deliveries.allSatisfy { $0["state"] as? String == "delivered" }, "\(deliveries)")
    }
  }

  /// What one channel heard of presses: by the keys `<alert>-<number of the step>-<channel>`.
  private struct Told {
    let channel: String
    let count: Int
    private var byKey: [String: [WebhookReceiver.Delivery]]
    /// Keys in the order in which they came first.
    private let order: [String: Int]

    init(_ receiver: WebhookReceiver, channel: String) {
      let deliveries = receiver.deliveries.filter { $0.labels["alertname"] == "pressed" }
      self.channel = channel
      count = deliveries.count
      byKey = Dictionary(grouping: deliveries, by: \.key)
      order = Dictionary(zip(deliveries.map(\.key), 0...)) { first, _ in first }
    }

    /// Deliveries that were not the first under their key.
    var repeated: Int { count - order.count }
    /// Keys that belong to no step that was looked at.
    var strangers: [String] { byKey.keys.sorted() }

    /// Every step from the index on has arrived, but for repetitions: a newer one, or one that still waits, speaks for them.
    mutating func check(_ story: Story, from turn: Int) {
      var arrivals: [Int] = []
      for (index, step) in story.steps.enumerated() where index >= turn {
        let key = "\(story.id)-\(index + 1)-\(channel)"
        let deliveries = byKey.removeValue(forKey: key) ?? []
        let words: Comment = "seed \(EscalationKillTests.seed): \(key) \(step.kind) of \(story.words)"
        #expect(!deliveries.isEmpty || step.kind == "repeated", words)
        #expect(deliveries.allSatisfy { $0.annotations["event"] == step.kind }, words)
        // The same document under the same key.
        #expect(Set(deliveries.map(\.body)).count <= 1, words)
        if let first = order[key] { arrivals.append(first) }
      }
      // No step overtakes another one of its alert.
      #expect(arrivals == arrivals.sorted(), "seed \(EscalationKillTests.seed): \(story.words)")
    }
  }
}
