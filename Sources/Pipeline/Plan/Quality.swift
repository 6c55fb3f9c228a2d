/// How far a reading can be trusted (OPC UA Part 8 status codes, cut to the three classes).
/// Good and uncertain readings drive rules; bad ones never do.
package enum Quality: UInt8, Sendable, CaseIterable {
  case good, uncertain, bad
}

/// The one reason behind a quality that is not good.
package enum QualityReason: UInt8, Sendable, CaseIterable {
  case none
  // uncertain
  case clock, retained, substituted, lowBattery
  // bad
  case outOfRange, notANumber, sensorFault, undecodable, stuck, silent

  package var quality: Quality {
    switch self {
    case .none: .good
    case .clock, .retained, .substituted, .lowBattery: .uncertain
    case .outOfRange, .notANumber, .sensorFault, .undecodable, .stuck, .silent: .bad
    }
  }

  /// The word used in files, messages and on the command line.
  package var name: String {
    switch self {
    case .none: ""
    case .clock: "clock"
    case .retained: "retained"
    case .substituted: "substituted"
    case .lowBattery: "low-battery"
    case .outOfRange: "out-of-range"
    case .notANumber: "not-a-number"
    case .sensorFault: "sensor-fault"
    case .undecodable: "undecodable"
    case .stuck: "stuck"
    case .silent: "silent"
    }
  }
}

extension Quality {
  package var name: String {
    switch self {
    case .good: "good"
    case .uncertain: "uncertain"
    case .bad: "bad"
    }
  }
}
