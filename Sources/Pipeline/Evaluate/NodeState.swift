/// One condition at one subject: its truth and the machine of its hold times.
struct NodeState: BitwiseCopyable {
  static let stopped = Int64.min

  /// Of the predicate, after hysteresis.
  var raw = Truth.unknown
  /// What the condition above sees: unknown whenever the input is unknown.
  var output = Truth.unknown
  /// Held long enough and not cleared yet; at the root this is the alert.
  var isActive = false
  /// Whether the local time is in the `during` period (always, where there is none).
  var isInside = true
  /// Windows: the comparison was true at the last known value.
  var isLatched = false
  /// Windows and `silent`: the raw truth that the next flush takes over.
  var nextRaw = Truth.unknown
  var isPending = false
  /// Its period begins or ends at the moment that is being closed.
  var isTurning = false
  /// Leaves over several points: how many say true, and how many cannot say.
  var trueEdges: Int32 = 0
  var unknownEdges: Int32 = 0
  /// How many of those that cannot say were never heard: they take no part.
  var unheardEdges: Int32 = 0
  /// The input that changed last.
  var lastEdge: Int32 = -1
  /// Latest time that anything happened here; the condition does not go back behind it, ms.
  var clock: Int64
  /// When `output` last changed, ms.
  var since: Int64
  /// Since when the running hold (or, while active, the clearing) has been running; `stopped` = it stands still.
  var mark = stopped
  /// …and what had been collected before that, ms.
  var held: Int64 = 0
  /// When something of the leaf happens by itself, at the earliest; `Int64.max` = nothing will. At a root with conditions
  /// below it: a moment after whose last reading they are joined.
  var leafDue = Int64.max
  /// When `isInside` changes.
  var edgeDue = Int64.max

  init(at time: Int64) {
    clock = time
    since = time
  }

  /// When the running hold or clearing will be complete.
  func holdDue(_ code: ConditionCode) -> Int64 {
    mark == Self.stopped ? .max : mark + ((isActive ? code.clearHold : code.hold) - held)
  }

  func nextDue(_ code: ConditionCode) -> Int64 { min(holdDue(code), leafDue, edgeDue) }

  /// Brings the machine up to `time`, after `raw` or `isInside` changed or because a hold is complete.
  ///
  /// idle → active once `raw` has been true inside the period for `hold`; unknown and the time outside do not count;
  /// false starts anew. active → idle once `raw` has been false, or the period over, for `clearHold`; unknown does not
  /// count; true starts anew.
  mutating func step(_ code: ConditionCode, at requested: Int64) {
    let time = max(requested, clock)
    clock = time
    if mark != Self.stopped {
      held += time - mark
      mark = Self.stopped
    }
    if isActive { stepActive(code, time) } else { stepIdle(code, time) }
  }

  private mutating func stepActive(_ code: ConditionCode, _ time: Int64) {
    let isLeaving = raw == .no || !isInside
    if isLeaving && held >= code.clearHold {
      isActive = false
      held = 0
      stepIdle(code, time)
      return
    }
    if isLeaving { mark = time } else if raw == .yes { held = 0 }
    // What is raised stays raised while its input is unknown; but a condition above is not to rest on it.
    setOutput(raw == .unknown && isInside ? .unknown : .yes, time)
  }

  private mutating func stepIdle(_ code: ConditionCode, _ time: Int64) {
    if raw == .no { held = 0 }
    guard raw == .yes && isInside else {
      setOutput(raw == .no || !isInside ? .no : .unknown, time)
      return
    }
    if held >= code.hold {
      isActive = true
      held = 0
      setOutput(.yes, time)
    } else {
      mark = time
      setOutput(.no, time)
    }
  }

  private mutating func setOutput(_ value: Truth, _ time: Int64) {
    if value != output {
      output = value
      since = time
    }
  }
}

/// One point as input of one leaf. 32 bytes: two to a cache line.
struct Edge: BitwiseCopyable {
  var truth = Truth.unknown
  /// The comparison was true at the last known value.
  var isLatched = false
  let kind: ConditionCode.Kind
  let node: Int32
  let point: Int32
  /// The window of a window function (shared by the node's edges) or of `changes`, the clock of `quiet`.
  var extra: Int32 = -1
  /// `last`: a usable value in this range leaves an edge false that is so (see `Comparison.calm`).
  var low = Double.infinity
  var high = -Double.infinity

  init(kind: ConditionCode.Kind, node: Int32, point: Int32) {
    self.kind = kind
    self.node = node
    self.point = point
  }
}

/// The clock of `quiet` at one point.
struct QuietClock: BitwiseCopyable {
  var since = NodeState.stopped
  var held: Int64 = 0
}
