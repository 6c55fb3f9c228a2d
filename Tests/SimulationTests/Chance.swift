import App

/// Dice and time that the whole simulated world shares, and the count of what has happened in it. Time passes only when
/// somebody lets it.
final class Chance: MachineClock, @unchecked Sendable {
  // @unchecked: a simulation has one thread.

  var dice: Dice
  private(set) var coverage = Coverage()
  /// Monotonic, µs.
  private(set) var microseconds: Int64 = 1_000_000_000
  /// Wall minus monotonic, ms: what somebody changes who sets the clock.
  var wallOffset: Int64 = 1_750_000_000_000

  init(seed: UInt64) {
    dice = Dice(seed: seed)
    // Around midnight in the community's zone, so that periods of the day begin and end.
    wallOffset += Int64(dice.pick(0...86_400)) * 1_000
  }

  func saw(_ occurrence: Occurrence) { coverage.saw(occurrence) }

  /// The run has come to its end.
  func finish(isExact: Bool, hasExactHistory: Bool) {
    coverage.runs = 1
    coverage.exactRuns = isExact ? 1 : 0
    coverage.exactHistories = hasExactHistory ? 1 : 0
  }

  func pass(milliseconds: Int64) { microseconds += milliseconds * 1_000 }
  func pass(microseconds passed: Int64) { microseconds += passed }

  func monotonic() -> Int64 { microseconds / 1_000 }
  func wall() -> Int64 { monotonic() + wallOffset }
}

/// Whether the running process is still alive. Every effect of it on the world asks here, so that it can die between any two
/// of them; what its code does afterwards, until the simulation takes it away, happens nowhere.
final class Fate: @unchecked Sendable {
  // @unchecked: a simulation has one thread.

  private(set) var isAlive = true
  /// The process dies at the so-manieth effect from now.
  var effectsLeft: Int?
  /// Effects so far.
  private(set) var effects = 0

  /// False: the process is dead, the effect does not happen.
  func effect() -> Bool {
    guard isAlive else { return false }
    effects += 1
    guard let left = effectsLeft else { return true }
    effectsLeft = left - 1
    if left <= 1 { isAlive = false }
    return isAlive
  }

  func die() { isAlive = false }
}
