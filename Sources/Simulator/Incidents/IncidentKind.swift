/// What can go wrong in the simulated community, and how the devices at the place show it.
package enum IncidentKind: String, Sendable, CaseIterable {
  case emergencyCall = "emergency-call"
  case fall, smoke, leak, gas, cold, hot, noise
  case carbonMonoxide = "co"
  case liftStuck = "lift-stuck"
  case liftFault = "lift-fault"
  case doorOpen = "door-open"
  case noMovement = "no-movement"
  case pumpOverload = "pump-overload"
  case sumpHigh = "sump-high"
  case powerCut = "power-cut"
  case barrierFault = "barrier-fault"
  case binFull = "bin-full"
  case binFire = "bin-fire"
  case batteryLow = "battery-low"
  /// No messages at all.
  case silent
  /// Messages, but the values stand still.
  case stuck

  /// Devices that show it; nil = any.
  var deviceKinds: Set<String>? {
    switch self {
    case .liftStuck, .liftFault: ["lift"]
    case .doorOpen: ["door-sensor", "lift"]
    case .cold, .hot: ["room-climate"]
    case .binFull, .binFire: ["waste-bin"]
    case .pumpOverload, .powerCut: ["power-meter"]
    case .barrierFault: ["gate-counter"]
    default: nil
    }
  }

  /// Quantity → value while it lasts, canonical units.
  var values: [String: Double] {
    switch self {
    case .emergencyCall: ["pressed": 1]
    case .fall: ["fall": 1, "bed-occupancy": 0]
    case .smoke: ["smoke": 1, "value": 46]
    case .leak: ["leak": 1]
    case .gas: ["gas-alarm": 1, "gas": 3_200]
    case .cold: ["temperature": 13.4]
    case .hot: ["temperature": 35.6]
    case .noise: ["sound": 71]
    case .carbonMonoxide: ["co": 138]
    case .liftStuck: ["trapped": 1, "fault": 1, "running": 0, "open": 0, "weight": 138]
    case .liftFault, .barrierFault: ["fault": 1]
    case .doorOpen: ["open": 1]
    case .noMovement: ["motion": 0]
    case .pumpOverload: ["power": 3_450]
    case .sumpHigh: ["level": 1.9]
    case .powerCut: ["voltage": 0, "power": 0, "current": 0]
    case .binFull: ["fill-level": 96]
    case .binFire: ["temperature": 84]
    case .batteryLow: ["battery-level": 7, "battery-voltage": 2.1]
    case .silent, .stuck: [:]
    }
  }

  /// A momentary one is told once; the others as long as they last.
  var isMomentary: Bool { self == .emergencyCall }
}
