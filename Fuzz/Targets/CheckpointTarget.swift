import Pipeline
import Rules

/// Hostile checkpoints with a right checksum. The first byte says how the rest is meant: as the whole checkpoint, or as
/// changes to a real one, each two bytes of place, one of kind and up to eight of value.
///
/// What is taken must be a state of the core: it can be written and restored again, and goes on with messages and time.
enum CheckpointTarget {
  private static let plan = SmallCommunity.rules.plan
  private static let start = Timestamp(milliseconds: 1_767_583_200_000)

  /// Of a core in the middle of its life.
  static let real: [UInt8] = {
    let core = LaneCore(plan: plan, startedAt: start)
    drive(core, from: start, messages: 12)
    return core.checkpoint()
  }()

  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    guard let way = bytes.first else { return }
    var checkpoint = way & 1 == 0 ? changed(Array(bytes.dropFirst())) : Array(bytes.dropFirst())
    if checkpoint.count >= 4 {
      let checksum = NaiveCRC32C.of(checkpoint.dropLast(4))
      for place in 0..<4 {
        checkpoint[checkpoint.count - 4 + place] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * place))
      }
    }
    let core: LaneCore
    do {
      core = try LaneCore(plan: plan, restoring: checkpoint)
    } catch {
      return
    }
    let written = core.checkpoint()
    let again = try LaneCore(plan: plan, restoring: written)
    try require(again.checkpoint() == written, "a state that was taken is restored differently")
    // Rules and points that the checkpoint does not know begin when it is restored, not again the second time.
    _ = core.takeChanges()
    try require(again.takeChanges().isEmpty, "the second time something happens as it is restored")
    try require(core.now >= .distantPast && core.now <= .distantFuture, "the clock stands at \(core.now)")
    drive(core, from: core.now, messages: 4)
    drive(again, from: again.now, messages: 4)
    try require(core.takeChanges() == again.takeChanges(), "a restored core goes another way")
    _ = try LaneCore(plan: plan, restoring: core.checkpoint())
  }

  private static func changed(_ edits: [UInt8]) -> [UInt8] {
    var bytes = real
    var rest = edits[...]
    while rest.count >= 4 {
      let place = (Int(rest.removeFirst()) | Int(rest.removeFirst()) << 8) % bytes.count
      let count = [1, 2, 4, 8][Int(rest.removeFirst() & 3)]
      for offset in 0..<count where place + offset < bytes.count {
        if let value = rest.popFirst() { bytes[place + offset] = value }
      }
    }
    return bytes
  }

  private static func drive(_ core: LaneCore, from time: Timestamp, messages: Int) {
    for number in 0..<messages {
      let device = number % plan.devices.count
      let at = time + Int64(number) * 150_000
      // A position that is the last possible one has no next.
      let position = core.position < .max ? core.position + 1 : core.position
      core.process(Entry(kind: .message, index: DeviceID(device), time: at, position: position))
      for (point, _) in plan.points.enumerated().filter({ Int($0.element.device) == device }) {
        let value = [12.5, 0, 1, 31][(number + point) % 4]
        core.process(Entry(kind: .reading, index: PointID(point), time: at, value: value, position: position))
      }
    }
    core.advance(to: time + 3_600_000)
  }
}
