// A site of any size as a compiled plan, without the way through files: for measuring what a message costs when there are
// more devices, points, rules or timers.
import Pipeline

struct FlatSite {
  static let values = ["temperature", "humidity", "co2", "illuminance", "battery"]

  var devices = 100
  /// Each brings five points.
  var topicsOfDevice = 1
  /// A multiple of five. Every point is watched by exactly one of them, and by a fault rule.
  var rules = 100
  /// Timers that wait for a day.
  var idleTimers = 0

  private var pointsOfDevice: Int { topicsOfDevice * Self.values.count }

  var plan: LanePlan {
    var plan = LanePlan()
    plan.limits.topics = 1 << 20
    let names = (0..<pointsOfDevice).map { "\(Self.values[$0 % 5])-\($0 / 5)" }
    let messages = (0..<topicsOfDevice).map { topic in
      MessagePlan(
        topic: "bench/{device}/\(topic)", format: .json,
        fields: Self.values.indices.map { FieldPlan(slot: topic * 5 + $0, pointer: [Self.values[$0]]) })
    }
    plan.profiles = [ProfilePlan(name: "bench", points: names, messages: messages)]
    for device in 0..<devices {
      plan.devices.append(
        DevicePlan(
          id: "s\(device)", profile: 0, place: "bench", match: ["device": "s\(device)"],
          firstPoint: PointID(plan.points.count), silentAfter: 1_800_000))
      for name in names {
        plan.points.append(
          PointPlan(id: "s\(device)/\(name)", device: DeviceID(device), quantity: "temperature", unit: "Cel"))
      }
    }
    plan.rules = watching(plan.points) + [faults(plan.points)]
    if idleTimers > 0 { addIdle(to: &plan) }
    return plan
  }

  private static let conditions = [
    ConditionPlan(predicate: .compare(.last, .above(1e6)), hold: 300_000, deadband: 1),
    ConditionPlan(predicate: .compare(.last, .outside(-1e6, 1e6)), hold: 600_000, deadband: 2),
    ConditionPlan(predicate: .compare(.window(.average, 600_000), .above(1e6))),
    ConditionPlan(predicate: .changes(by: 1e6, within: 600_000)),
    ConditionPlan(predicate: .compare(.last, .below(-1e6))),
  ]

  private func watching(_ points: [PointPlan]) -> [RulePlan] {
    var plans = (0..<rules).map {
      RulePlan(id: "rule-\($0)", conditions: [Self.conditions[$0 % 5]], instances: [])
    }
    for (index, point) in points.enumerated() {
      let rule = index % 5 + 5 * ((index / 5) % (rules / 5))
      plans[rule].instances.append(InstancePlan(subject: point.id, place: "bench", inputs: [[PointID(index)]]))
    }
    return plans
  }

  private func faults(_ points: [PointPlan]) -> RulePlan {
    RulePlan(
      id: "point-fault", conditions: [ConditionPlan(predicate: .bad([.sensorFault, .notANumber, .undecodable]))],
      instances: points.enumerated().map {
        InstancePlan(subject: $0.element.id, place: "bench", inputs: [[PointID($0.offset)]])
      })
  }

  /// A device that never speaks, and rules that wait for it.
  private func addIdle(to plan: inout LanePlan) {
    let point = PointID(plan.points.count)
    plan.devices.append(
      DevicePlan(
        id: "idle", profile: 0, place: "bench", match: ["device": "idle"], firstPoint: point, silentAfter: nil))
    for name in plan.profiles[0].points {
      plan.points.append(
        PointPlan(
          id: "idle/\(name)", device: DeviceID(plan.devices.count - 1), quantity: "temperature", unit: "Cel"))
    }
    // Not all due at one moment.
    plan.rules += (0..<min(idleTimers, 1_000)).map { rule in
      RulePlan(
        id: "idle-\(rule)", conditions: [ConditionPlan(predicate: .silent(86_400_000 + Int64(rule) * 977))],
        instances: (0..<idleTimers / min(idleTimers, 1_000)).map {
          InstancePlan(subject: "idle-\(rule)-\($0)", place: "bench", inputs: [[point]])
        })
    }
  }

  var topics: [[UInt8]] {
    (0..<devices).flatMap { device in (0..<topicsOfDevice).map { Array("bench/s\(device)/\($0)".utf8) } }
  }
}
