import Alerts
import Community
import Notify
import Pipeline
import TestSupport

/// The channels of the community as the other side of the network: one that programs read, a chat robot that people read, and a mailbox
/// that takes over. Which way each behaves changes; what reaches them is what people know.
final class SimulatedPost {
  static let hook = "hook"
  /// Robots; a version of the site knows one of them.
  static let robots = ["people", "crew"]
  static let spare = "spare"
  static let all = [hook] + robots + [spare]

  enum Mood: CaseIterable {
    case well
    /// Takes nothing, now and then a message whose answer is lost.
    case away
    /// Takes nothing and says for how long.
    case bans
    /// Answers at some time.
    case slow
  }

  var moods: [String: Mood] = [:]
  /// Single messages are refused for what they say, digests too.
  var isPicky = true
  private let chance: Chance
  private let grouping: Grouping?
  private let quietHours: QuietHours?
  private let heartbeat: Int?
  private let fallbacks: Set<String>
  let policy: RetryPolicy

  init(chance: Chance) {
    self.chance = chance
    grouping =
      chance.dice.chance(30)
      ? Grouping(by: [.place], wait: Int64(chance.dice.pick([0, 10_000, 60_000])), interval: 120_000) : nil
    // In Shanghai, some minutes from now.
    let minute = Int((chance.wall() / 60_000 + 480) % 1_440) + chance.dice.pick(5...40)
    quietHours = chance.dice.chance(30) ? QuietHours(from: minute % 1_440, to: (minute + 20) % 1_440) : nil
    heartbeat = chance.dice.chance(30) ? (minute + 7) % 1_440 : nil
    fallbacks = Set(chance.dice.pick([Self.all, [], [Self.hook]]))
    var policy = RetryPolicy()
    policy.giveUpAfter = chance.dice.pick([86_400_000, 86_400_000, 900_000])
    self.policy = policy
  }

  /// The channels of a version of the site.
  func channels(_ version: Int) -> [Channel] {
    var hook = Channel(id: Self.hook, kind: .webhook)
    var robot = Channel(id: Self.robot(version), kind: .wecom)
    if fallbacks.contains(hook.id) { hook.fallback = Self.spare }
    if fallbacks.contains(robot.id) { robot.fallback = Self.spare }
    robot.grouping = grouping
    robot.quietHours = quietHours
    robot.heartbeat = heartbeat
    return [hook, robot, Channel(id: Self.spare, kind: .email)]
  }

  static func robot(_ version: Int) -> String { version == 2 ? robots[1] : robots[0] }

  func router(_ version: Int) -> Router {
    Router(
      NotifyConfiguration(channels: channels(version), routes: [Route(to: [Self.hook, Self.robot(version)])]))
  }

  /// A program that gets every step, and a robot that people read.
  @Sendable static func names(_ event: AlertEvent, version: Int) -> [String] {
    Channel.Kind.wecom.takes(event) ? [hook, robot(version)] : [hook]
  }

  /// Whatever goes wrong with channels begins or ends.
  func change() {
    moods[chance.dice.pick(Self.all)] = chance.dice.pick([.well, .away, .bans, .slow])
  }

  func recover() {
    moods = [:]
    isPicky = false
  }

  /// What becomes of a message.
  struct Answer {
    var hasArrived: Bool
    var result: DeliveryResult

    static let delivered = Answer(hasArrived: true, result: .delivered)
    static let timedOut = Answer(hasArrived: true, result: .retry(after: nil, reason: "no answer"))
  }

  func answer(on channel: String) -> Answer {
    switch moods[channel] ?? .well {
    case .away:
      chance.saw(.channelAway)
      return chance.dice.chance(15) ? .timedOut : Answer(hasArrived: false, result: .retry(after: nil, reason: "away"))
    case .bans:
      chance.saw(.channelBans)
      let pause = chance.dice.pick([20_000, 60_000, 600_000])
      return Answer(hasArrived: false, result: .retry(after: Int64(pause), reason: "too often"))
    case .well, .slow:
      guard isPicky else { return .delivered }
      switch chance.dice.pick(0...99) {
      case 0:
        chance.saw(.notificationRefused)
        return Answer(hasArrived: false, result: .refused(reason: "no"))
      case 1, 2: return Answer(hasArrived: false, result: .unfit(reason: "words"))
      case 3...5: return .timedOut
      default: return .delivered
      }
    }
  }

  func answersAtOnce(_ channel: String) -> Bool { moods[channel] != .slow }
}

/// The other end of the outbox worker's channels in one life: messages wait here for their answers.
final class SimulatedSending: @unchecked Sendable {
  // @unchecked: whoever starts an attempt waits until it has come here or has ended.

  final class Attempt {
    let channel: String
    let message: Message
    fileprivate let answer: CheckedContinuation<DeliveryResult, Never>
    fileprivate(set) var task: Task<Void, Never>?

    fileprivate init(
      _ channel: String, _ message: Message, _ answer: CheckedContinuation<DeliveryResult, Never>
    ) {
      self.channel = channel
      self.message = message
      self.answer = answer
    }
  }

  struct Message {
    /// None: the channel speaks for itself.
    var entries: [OutboxEntry]
    var isBulletin = false
  }

  private(set) var waiting: [Attempt] = []
  /// Asked for each message that is answered at once.
  var answers: (_ channel: String, _ message: Message) -> DeliveryResult = { _, _ in .delivered }
  var answersAtOnce: (_ channel: String) -> Bool = { _ in true }
  private var arrival: CheckedContinuation<Void, Never>?

  fileprivate func send(_ channel: String, _ message: Message) async -> DeliveryResult {
    guard let arrival else { return answers(channel, message) }
    return await withCheckedContinuation { answer in
      waiting.append(Attempt(channel, message, answer))
      self.arrival = nil
      arrival.resume()
    }
  }

  /// One attempt: to its end, or until it waits for a slow answer.
  func start(_ channel: String, _ attempt: @escaping @Sendable () async -> Void) async {
    if answersAtOnce(channel) { return await attempt() }
    var task: Task<Void, Never>?
    await withCheckedContinuation { arrival in
      self.arrival = arrival
      task = Task { await attempt() }
    }
    waiting.last?.task = task
  }

  /// - Parameter isCancelled: the process is going.
  func end(_ index: Int, _ result: DeliveryResult, isCancelled: Bool = false) async {
    let attempt = waiting.remove(at: index)
    if isCancelled { attempt.task?.cancel() }
    attempt.answer.resume(returning: result)
    await attempt.task?.value
  }
}

/// A channel that people do not read.
struct SimulatedSender: ChannelSender {
  let channel: String
  let sending: SimulatedSending
  /// Where the mutant sits that says "delivered" before it sends.
  let marksEarly: (any Outbox)?

  func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    try? await marksEarly?.delivered(entry, at: now)
    return await sending.send(channel, .init(entries: [entry]))
  }
}

/// And one that they do.
struct SimulatedBulletinSender: BulletinSender {
  let plain: SimulatedSender

  func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult { await plain.send(entry, now: now) }

  func send(_ bulletin: Bulletin, now: Timestamp) async -> DeliveryResult {
    let entries = if case .digest(let entries, _) = bulletin.content { entries } else { [OutboxEntry]() }
    return await plain.sending.send(plain.channel, .init(entries: entries, isBulletin: true))
  }
}
