import Pipeline

/// A small lane for decoder tests: messages go in as text, readings come out by point id.
final class DecodeFixture {
  struct Reading: Equatable {
    var point: String
    var value: Double
    var reason: QualityReason
    var at: Timestamp
  }

  /// 2026-01-05T03:20:00Z
  static let arrival = Timestamp(milliseconds: 1_767_583_200_000)

  var plan: LanePlan
  let decoder: MessageDecoder
  private(set) var entries: [Entry] = []
  private var position: JournalPosition = 0

  init(_ plan: LanePlan) {
    self.plan = plan
    decoder = MessageDecoder(plan: plan)
  }

  /// One profile `env` under `app/{device}/up` with devices `a` and `b` and the given points and fields.
  static func lane(
    topic: String = "app/{device}/up", format: PayloadFormat = .json, time: [String]? = nil,
    devices: [(String, [String: String])] = [("a", ["device": "a1"]), ("b", ["device": "b1"])],
    fields: [FieldPlan], points: [String], change: (inout PointPlan) -> Void = { _ in }
  ) -> LanePlan {
    var plan = LanePlan()
    plan.profiles = [
      ProfilePlan(
        name: "env", points: points,
        messages: [MessagePlan(topic: topic, format: format, time: time, fields: fields)])
    ]
    for (id, match) in devices { Self.add(device: id, match: match, profile: 0, to: &plan, change: change) }
    return plan
  }

  static func add(
    device id: String, match: [String: String], profile: Int, to plan: inout LanePlan,
    change: (inout PointPlan) -> Void = { _ in }
  ) {
    let first = PointID(plan.points.count)
    for name in plan.profiles[profile].points {
      var point = PointPlan(id: "\(id)/\(name)", device: DeviceID(plan.devices.count), quantity: name, unit: "1")
      change(&point)
      plan.points.append(point)
    }
    plan.devices.append(
      DevicePlan(id: id, profile: profile, place: "x", match: match, firstPoint: first, silentAfter: nil))
  }

  @discardableResult
  func send(
    _ topic: String, _ payload: [UInt8], at arrival: Timestamp = DecodeFixture.arrival, retained: Bool = false,
    backlog: Bool = false
  ) -> [Reading] {
    position += 1
    entries.removeAll(keepingCapacity: true)
    Array(topic.utf8).withUnsafeBytes { topic in
      payload.withUnsafeBytes { payload in
        let message = RawMessage(
          topic: topic, payload: payload, arrival: arrival, retained: retained, position: position, backlog: backlog)
        decoder.decode(message, into: &entries)
      }
    }
    return entries.filter { $0.kind == .reading }.map {
      Reading(point: plan.points[Int($0.index)].id, value: $0.value, reason: $0.reason, at: $0.time)
    }
  }

  @discardableResult
  func send(
    _ topic: String, _ payload: String, at arrival: Timestamp = DecodeFixture.arrival, retained: Bool = false,
    backlog: Bool = false
  ) -> [Reading] {
    send(topic, Array(payload.utf8), at: arrival, retained: retained, backlog: backlog)
  }

  /// The devices of the last message, by id; `nil` stands for `Entry.noDevice`.
  var concerned: [String?] {
    entries.filter { $0.kind == .message }.map { $0.index == Entry.noDevice ? nil : plan.devices[Int($0.index)].id }
  }
}
