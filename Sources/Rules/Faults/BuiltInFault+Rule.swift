package import Community
import Pipeline

/// The rules that Linli brings itself: what can be wrong with a device rather than with what it watches.
extension BuiltInFault {
  package var traits: RuleTraits {
    switch self {
    case .deviceSilent:
      RuleTraits(
        priority: "medium", title: LocalizedText(zh: "设备失联", en: "Device silent"),
        advice: LocalizedText(zh: "检查电源、电池和网络", en: "Check power, battery and network"), audience: ["device"])
    case .deviceStuck:
      RuleTraits(
        priority: "medium", title: LocalizedText(zh: "读数卡死", en: "Reading stuck"),
        advice: LocalizedText(
          zh: "设备仍在上报但数值不变，检查传感器", en: "The device reports but its value never moves: check the sensor"),
        audience: ["device"])
    case .pointOutOfRange:
      RuleTraits(
        priority: "low", title: LocalizedText(zh: "读数超出量程", en: "Reading out of range"),
        advice: LocalizedText(zh: "检查传感器和接线", en: "Check the sensor and its wiring"), audience: ["device"])
    case .pointFault:
      RuleTraits(
        priority: "medium", title: LocalizedText(zh: "传感器故障", en: "Sensor fault"),
        advice: LocalizedText(zh: "设备报告故障，或数据无法解读", en: "The device reports a fault, or data that cannot be read"),
        audience: ["device"])
    case .batteryLow:
      RuleTraits(
        priority: "low", title: LocalizedText(zh: "电池电量低", en: "Battery low"),
        advice: LocalizedText(zh: "更换电池", en: "Replace the battery"), audience: ["device"])
    }
  }

  /// What makes up this fault.
  /// - Parameter low: of a battery.
  func predicate(low: Double?) -> Predicate {
    switch self {
    case .deviceSilent: .bad([.silent])
    case .deviceStuck: .bad([.stuck])
    case .pointOutOfRange: .bad([.outOfRange])
    case .pointFault: .bad([.sensorFault, .notANumber, .undecodable])
    case .batteryLow: .compare(.last, .below(low ?? 0))
    }
  }
}
