import Alerts
import Community
import Dispatch
import Logging
import Notify
import Pipeline
import ServiceLifecycle
import Store

/// A lane as a part of the service: starts its threads, carries what its core finds to the alert desk, writes its checkpoints.
struct LaneService: Service {
  let lane: Lane
  let service: CommunityService
  /// Checkpoints, tens of megabytes and two syncs, are written here. A queue of its own: what the lane has found waits behind them, and
  /// must not wait for other people's questions, too.
  let disk = DispatchQueue(label: "linli.checkpoint")

  var carrier: ChangeCarrier {
    ChangeCarrier(lane: lane.id, desk: service.desk, logger: service.logger) { [lane, service, disk] bytes, position in
      try await service.blocking(on: disk) { try lane.write(checkpoint: bytes, position: position) }
    }
  }

  func run() async throws {
    lane.start()
    let stopped = AtomicFlag()
    let lane = lane
    let carrier = carrier
    // Cancelled as well, when another part of the service failed: the threads must end then, too.
    await withTaskCancellationOrGracefulShutdownHandler {
      // What could not be carried keeps what is behind it from being carried: the journal has both, and a change that came after
      // would make the next start skip the one before.
      var carries = true
      while true {
        let items = await lane.changes.next()
        if items.isEmpty { break }
        for item in items where carries {
          while carries, await !carrier.carry(item) { carries = await pause() }
        }
      }
    } onCancelOrGracefulShutdown: {
      // Joining threads blocks; it must not do so on the cooperative pool.
      if stopped.raiseFirst() { DispatchQueue.global().async { lane.stop() } }
    }
  }

  /// False when the service ends.
  private func pause() async -> Bool {
    service.logger.error("alerts: the database refuses and too much waits; the lane pauses")
    await service.desk.advance(to: service.now())
    return (try? await Task.sleep(for: .seconds(1))) != nil
  }
}

/// Delivers notifications until the service stops; what is under way stays in the outbox.
struct OutboxService: Service {
  let worker: OutboxWorker

  func run() async throws {
    await cancelWhenGracefulShutdown { await worker.run() }
  }
}

/// A listener that says in its error where it wanted to listen.
struct NamedListener: Service {
  let address: String
  let hint: LocalizedText
  let listener: any Service

  func run() async throws {
    do { try await listener.run() } catch let error where !(error is CancellationError) {
      let reason = Self.reason(error)
      throw StartFailure(
        zh: "无法在 \(address) 上监听：\(reason.zh)；\(hint.zh)",
        en: "cannot listen on \(address): \(reason.en); \(hint.en)")
    }
  }

  /// Without the name of the system call and the number that NIO puts around it.
  private static func reason(_ error: any Error) -> LocalizedText {
    SystemReason.text(
      "\(error)".replacing(#/^\w+\([\w:]*\): /#, with: "").replacing(#/ \(errno: \d+\)/#, with: ""))
  }
}

/// Ends before all others, and says so.
struct Farewell: Service {
  let say: @Sendable () -> Void

  func run() async throws {
    // Cancelled where another part has failed: the service stops then, too.
    try? await gracefulShutdown()
    say()
  }
}

/// Calls once when the service is up, where no listener can tell.
struct Announcement: Service {
  let announce: @Sendable () async -> Void

  init(_ announce: @escaping @Sendable () async -> Void) { self.announce = announce }

  func run() async throws {
    await announce()
    try? await gracefulShutdown()
  }
}
