package import ConfigFile
package import Pipeline

/// How devices of one make and model speak, and what they measure (`devices/VENDOR/MODEL.yaml`).
package struct DeviceProfile: Sendable {
  package var name: String
  package var vendor: String
  package var model: String
  /// room-climate, bed-sensor, water-meter, …; what `device_kind` of a rule selects by.
  package var kind: String
  package var tags: [String]
  /// Expected reporting interval, ms.
  package var interval: Int64?
  /// Silent after so many ms; without it three times `interval`.
  package var silentAfter: Int64?
  /// In slot order.
  package var points: [ProfilePoint]
  package var messages: [MessagePlan]
  /// The captures that identify a device; the same in each of its topics.
  package var captures: [String]
  /// By name of the built-in fault rule.
  package var faults: [BuiltInFault: FaultSetting]
  package var examples: [ProfileExample]
  package var location: SourceLocation

  /// The patterns of its topics, each once.
  package var topics: [String] {
    messages.reduce(into: []) { topics, message in if !topics.contains(message.topic) { topics.append(message.topic) } }
  }

  package var plan: ProfilePlan { ProfilePlan(name: name, points: points.map(\.name), messages: messages) }
}

/// A point of a profile: what is true of it for every device.
package struct ProfilePoint: Sendable {
  package var name: String
  package var label: LocalizedText
  package var quantity: Quantity
  package var values: PointPlan.Values
  /// What the device sends, UCUM; nil = the canonical unit.
  package var unit: String?
  /// Plausible values, canonical unit.
  package var range: ClosedRange<Double>?
  package var event: Bool
  /// ms
  package var mustChangeWithin: Int64?
  /// Canonical unit.
  package var low: Double?
  package var tags: [String]
  package var location: SourceLocation
}

/// The faults of devices that Linli finds without a rule (INTERFACE §5).
package enum BuiltInFault: String, Sendable, CaseIterable {
  case deviceSilent = "device-silent"
  case deviceStuck = "device-stuck"
  case pointOutOfRange = "point-out-of-range"
  case pointFault = "point-fault"
  case batteryLow = "battery-low"
}

/// What a profile says about a built-in fault: `off`, or what to change.
package struct FaultSetting: Sendable, Equatable {
  package var isOff: Bool
  /// critical, high, medium or low; nil = as built in.
  package var priority: String?
  /// It must have lasted so long, ms; nil = as built in.
  package var after: Int64?

  package init(isOff: Bool = false, priority: String? = nil, after: Int64? = nil) {
    self.isOff = isOff
    self.priority = priority
    self.after = after
  }
}
