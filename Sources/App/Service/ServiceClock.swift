// The clock of everything that is no lane's: people's actions, deadlines, deliveries, housekeeping.
import Notify
import Pipeline
import Synchronization

/// Like a lane's clock (`SteadyClock`), and never behind what the lanes and the alert desk have already seen: what a lane found at
/// its time must not wait for a wall clock that was set back, or for one that is still wrong after a boot without a battery.
final class ServiceClock: DeliveryClock {
  /// A jump forward of so much makes the date doubtful, for so long, ms; so does a start, since a box without a battery shows any
  /// date until it has asked for it. Nothing old is thrown away meanwhile: a clock that shows another year for a second must not
  /// cost the records of this one.
  static let doubtfulJump: Int64 = 86_400_000
  static let doubt: Int64 = 3_600_000

  private struct State {
    var clock: SteadyClock
    /// Monotonic ms of the start, or of the last doubtful jump.
    var doubtfulSince: Int64
  }

  private let machine: any MachineClock
  private let state: Mutex<State>

  init(machine: any MachineClock) {
    self.machine = machine
    state = Mutex(State(clock: SteadyClock(machine: machine), doubtfulSince: machine.monotonic()))
  }

  var now: Timestamp { state.withLock { look(&$0) } }

  private func look(_ state: inout State) -> Timestamp {
    var jump: SteadyClock.Jump?
    let now = state.clock.now(jump: &jump)
    if case .forward(let milliseconds) = jump, milliseconds >= Self.doubtfulJump {
      state.doubtfulSince = machine.monotonic()
    }
    return now
  }

  /// The date may be wrong: the service has just started, or the clock was set far ahead a moment ago.
  var isDoubtful: Bool {
    state.withLock { state in
      _ = look(&state)
      return machine.monotonic() - state.doubtfulSince < Self.doubt
    }
  }

  /// From now on it is never before that.
  func reach(_ time: Timestamp) { state.withLock { $0.clock.reach(time) } }
}
