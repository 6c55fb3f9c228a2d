import Pipeline
import ServiceLifecycle
import Store

/// What is done again and again beside everything else, each duty in turns of its own: deadlines wait for nothing that is slow.
struct Housekeeping: Service {
  struct Duty: Sendable {
    /// Ms from one beginning to the next at least; 0: in every turn.
    var every: Int64 = 0
    /// False puts it off to a later turn.
    var mayBegin: @Sendable () -> Bool = { true }
    var work: @Sendable (_ now: Timestamp) async -> Void
  }

  let duties: [Duty]
  let now: @Sendable () -> Timestamp
  /// Between two turns of a duty.
  var pause: @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(1)) }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        for duty in duties { group.addTask { await perform(duty) } }
      }
    }
  }

  private func perform(_ duty: Duty) async {
    var last = Timestamp.distantPast
    while !Task.isCancelled {
      let now = now()
      if now - last >= duty.every, duty.mayBegin() {
        last = now
        await duty.work(now)
      }
      do { try await pause() } catch { break }
    }
  }
}

extension CommunityService {
  var housekeeping: Housekeeping {
    Housekeeping(
      duties: [
        Housekeeping.Duty { [self] in await keepTime(at: $0) },
        Housekeeping.Duty(every: Self.countEvery) { [self] in await countUse(at: $0) },
        Housekeeping.Duty(every: 86_400_000, mayBegin: { [clock] in !clock.isDoubtful }) { [self] in
          await prune(at: $0)
        },
      ], now: { [self] in now() })
  }

  /// Shelves end, deadlines pass, refused transactions are tried again, rates are noted, systemd hears that the service lives.
  private func keepTime(at now: Timestamp) async {
    await desk.advance(to: now)
    await watchItself(at: now)
    noteRates(at: now)
    notifier.watchdog()
  }
}
