// The alerts, channels and clocks that the tests of this folder share.
import Alerts
import Community
import ConfigFile
import Foundation
import Notify
import Pipeline
import Synchronization
import TestSupport

enum Sample {
  static let start = Timestamp(milliseconds: 1_767_582_000_000)  // 2026-01-05T03:00:00Z

  static func alert(
    _ id: String = "7ZQ4M1X0AB", priority: Priority = .high, place: String = "hedong/jiefang/chaoyang/yihe/b3/f3/301",
    rule: String = "care-room-cold", audience: [String] = ["care"], raisedAt: Timestamp = start
  ) -> Alert {
    Alert(
      id: id, lane: "main", rule: rule, subject: "care-301-env/temperature", place: place,
      traits: AlertTraits(
        priority: priority, title: LocalizedText(zh: "房间温度过低", en: "Room too cold"),
        advice: LocalizedText(zh: "检查暖气和窗户", en: "Check heating and windows"), audience: audience),
      point: "care-301-env/temperature", value: 15.2, unit: "Cel", raisedAt: raisedAt, noticedAt: raisedAt)
  }

  static func raised(_ alert: Alert = alert()) -> AlertEvent {
    AlertEvent(kind: .raised, alert: alert, at: alert.raisedAt)
  }

  static func cleared(_ alert: Alert = alert(), after milliseconds: Int64 = 960_000) -> AlertEvent {
    var alert = alert
    alert.clearedAt = alert.raisedAt + milliseconds
    alert.step += 1
    return AlertEvent(kind: .cleared, alert: alert, at: alert.raisedAt + milliseconds)
  }

  static func closed(_ alert: Alert, after milliseconds: Int64, by: String = "王芳") -> AlertEvent {
    var alert = alert
    alert.closedAt = alert.raisedAt + milliseconds
    alert.step += 1
    return AlertEvent(kind: .closed, alert: alert, at: alert.raisedAt + milliseconds, by: by, comment: "已处理")
  }

  static func acknowledged(_ alert: Alert = alert(), after milliseconds: Int64 = 60_000) -> AlertEvent {
    var alert = alert
    alert.acknowledgedAt = alert.raisedAt + milliseconds
    alert.acknowledgedBy = "李雷"
    alert.step += 1
    return AlertEvent(kind: .acknowledged, alert: alert, at: alert.raisedAt + milliseconds, by: "李雷")
  }

  static func entry(
    _ event: AlertEvent = raised(), channel: String = "c", key: String? = nil, at: Timestamp = start
  ) -> OutboxEntry {
    OutboxEntry(
      idempotencyKey: key ?? "\(event.alert.id)-\(event.number)-\(channel)", channel: channel, event: event,
      createdAt: at, nextAttemptAt: at)
  }

  static let settings = MessageSettings(
    language: .zh, timeZone: TimeZone(secondsFromGMT: 8 * 3600)!, externalURL: "https://linli.example/",
    placeNames: { path in
      path.hasSuffix("301")
        ? [LocalizedText(zh: "颐和小区", en: "Yihe"), LocalizedText(zh: "3号楼", en: "Building 3"), LocalizedText("301")] : []
    },
    quantityName: { $0.hasSuffix("/temperature") ? LocalizedText(zh: "温度", en: "Temperature") : nil })

  /// Runs `body` with the real network client.
  static func withNetwork<R>(
    deadline: Int64 = 60_000, _ body: (HTTPNetwork) async throws -> R
  ) async throws -> R {
    let network = HTTPNetwork(deadlineMilliseconds: deadline)
    do {
      let result = try await body(network)
      await network.shutdown()
      return result
    } catch {
      await network.shutdown()
      throw error
    }
  }
}

/// A clock that stands still until a test moves it.
final class ManualClock: DeliveryClock {
  private struct State {
    var now = Sample.start
    var sleepers: [Int: (deadline: Timestamp, wake: CheckedContinuation<Void, Never>)] = [:]
    var lastID = 0
  }
  private let state = Mutex(State())

  var now: Timestamp { state.withLock { $0.now } }

  func set(_ time: Timestamp) {
    let due = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.now = max(state.now, time)
      let ids = state.sleepers.filter { $0.value.deadline <= state.now }.keys
      return ids.compactMap { state.sleepers.removeValue(forKey: $0)?.wake }
    }
    due.forEach { $0.resume() }
  }

  func advance(by milliseconds: Int64) { set(now + milliseconds) }

  func sleep(until deadline: Timestamp) async {
    let id = state.withLock { state -> Int in
      state.lastID += 1
      return state.lastID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state -> Bool in
          if state.now >= deadline || Task.isCancelled { return true }
          state.sleepers[id] = (deadline, continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id)?.wake }?.resume()
    }
  }
}

/// A sender that follows a script and remembers what it was given.
final class ScriptedSender: ChannelSender {
  private struct State {
    var script: [DeliveryResult]
    var sent: [(key: String, at: Timestamp)] = []
    var running = 0
    var mostRunning = 0
  }
  private let state: Mutex<State>
  private let always: DeliveryResult
  /// Awaited within every attempt.
  private let pause: @Sendable () async -> Void

  init(
    _ script: [DeliveryResult] = [], then always: DeliveryResult = .delivered,
    pause: @escaping @Sendable () async -> Void = {}
  ) {
    state = Mutex(State(script: script))
    self.always = always
    self.pause = pause
  }

  func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    state.withLock {
      $0.sent.append((entry.idempotencyKey, now))
      $0.running += 1
      $0.mostRunning = max($0.mostRunning, $0.running)
    }
    await pause()
    return state.withLock { state in
      state.running -= 1
      return state.script.isEmpty ? always : state.script.removeFirst()
    }
  }

  var keys: [String] { state.withLock { $0.sent.map(\.key) } }
  var times: [Timestamp] { state.withLock { $0.sent.map(\.at) } }
  var mostRunning: Int { state.withLock { $0.mostRunning } }
}
