import Pipeline

/// What the simulation itself knows of every message: whether the broker has it, where it stands in the journal, whether its
/// acknowledgement left. The judge of what may have been lost.
struct Ledger {
  /// Messages of devices by number.
  private(set) var messages: [Int: SimulatedMessage] = [:]
  /// Journal position → message number, of what is in the journal or on the way there. 0: a retained copy or a message of the
  /// service's own, which have no number and move the core all the same.
  private(set) var numbers: [JournalPosition: Int] = [:]
  /// The positions that a message has been given, in all lives, while they lasted.
  private(set) var positions: [Int: [JournalPosition]] = [:]
  private(set) var acknowledged: Set<JournalPosition> = []
  var violations: [String] = []
  /// How far the last process' core had come.
  private(set) var coreReached: JournalPosition = 0
  /// Holes in the journal may be found.
  var mayHaveGaps = false
  /// Position, version and time of each changeover of plans.
  var planChanges: [(position: JournalPosition, version: Int, at: Timestamp)] = []
  /// Of a checkpoint, by its checksum, how many of them it contains.
  var checkpoints: [UInt32: Int] = [:]
  /// The lane's clock at each change that cleared an alert.
  private(set) var noticed: [TrailReplay.Clearing: Timestamp] = [:]
  /// What people did, by the name under which each did one thing: when, and whether they were told that it is stored.
  var deeds: [String: (at: Timestamp, isStored: Bool)] = [:]
  /// And to orders: whether they were told that it is stored.
  var works: [String: Bool] = [:]
  /// Why the run of the lane is not a function of the journal any more; nil while it is.
  private(set) var inexact: String?

  mutating func blur(_ reason: String) { inexact = inexact ?? reason }

  mutating func published(_ message: SimulatedMessage) { messages[message.number] = message }

  /// - Returns: the position at which the message stands.
  mutating func received(_ number: Int, _ position: JournalPosition?) -> JournalPosition? {
    guard let position else {
      if number == 0 { return nil }
      guard let known = positions[number]?.last else {
        violations.append("message \(number) was dropped as a second coming but never had come before")
        return nil
      }
      return known
    }
    if let other = numbers[position] { violations.append("position \(position) of message \(other) was given again") }
    numbers[position] = number
    if number > 0 { positions[number, default: []].append(position) }
    return position
  }

  mutating func acknowledged(_ position: JournalPosition, isSafe: Bool) {
    if !isSafe { violations.append("the acknowledgement of position \(position) left before it was safe") }
    acknowledged.insert(position)
  }

  mutating func carried(_ changes: [ConditionChange]) {
    for change in changes where change.kind == .cleared {
      let clearing = TrailReplay.Clearing(rule: change.rule, subject: change.subject, at: change.at)
      noticed[clearing] = min(noticed[clearing] ?? change.noticedAt, change.noticedAt)
    }
  }

  func hasGivenUp(before oldest: JournalPosition) -> Bool { numbers.keys.contains { $0 < oldest } }

  mutating func died(corePosition: JournalPosition) { coreReached = max(coreReached, corePosition) }

  /// What a journal held when it was opened. What it does not hold never was, but where a core has seen it already.
  mutating func found(_ found: Set<JournalPosition>, oldest: JournalPosition) {
    for (position, number) in numbers.sorted(by: { $0.key < $1.key }) where !found.contains(position) {
      if position < oldest {
        blur("the journal's ring has given up position \(position)")
        continue
      }
      if acknowledged.contains(position) { violations.append("position \(position) was acknowledged and is lost") }
      if position <= coreReached { blur("the core had seen position \(position), which is lost") }
      numbers[position] = nil
      positions[number]?.removeAll { $0 == position }
    }
  }
}
