// Any bytes as a message: the first byte chooses the topic and the flags, the rest is the payload.

private let topics = ["app/a1/up", "text/a1", "new/x/up", "unknown"].map { Array($0.utf8) }
nonisolated(unsafe) private let decoder = MessageDecoder(plan: plan())

private func plan() -> LanePlan {
  var plan = LanePlan()
  let fields = [
    FieldPlan(slot: 0, pointer: ["t"], scale: 1.8, offset: 32, faults: ["-127"], substitute: 20),
    FieldPlan(slot: 1, pointer: ["o", "door"], map: ["open": 1, "0": 0]),
    FieldPlan(slot: 2, pointer: ["l", "0", "x"], map: ["short": 1], ignoresUnmapped: true),
    FieldPlan(slot: 3, pointer: []),
  ]
  plan.profiles = [
    ProfilePlan(
      name: "p", points: ["t", "door", "x", "all"],
      messages: [
        MessagePlan(topic: "app/{device}/up", format: .json, time: ["time"], fields: fields),
        MessagePlan(topic: "text/{device}", format: .text, fields: [FieldPlan(slot: 0, pointer: [])]),
        MessagePlan(topic: "new/{device}/#", format: .json, fields: fields),
      ])
  ]
  for (slot, name) in plan.profiles[0].points.enumerated() {
    plan.points.append(
      PointPlan(id: "a/\(name)", device: 0, quantity: name, unit: "1", range: -40...85, low: slot == 3 ? 15 : nil))
  }
  plan.devices = [
    DevicePlan(id: "a", profile: 0, place: "x", match: ["device": "a1"], firstPoint: 0, silentAfter: nil)
  ]
  return plan
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  let choice = Int(bytes[0])
  var entries: [Entry] = []
  topics[choice % topics.count].withUnsafeBytes { topic in
    let message = RawMessage(
      topic: topic, payload: UnsafeRawBufferPointer(rebasing: bytes.dropFirst()),
      arrival: Timestamp(milliseconds: 1_767_583_200_000), retained: choice & 64 != 0, backlog: choice & 128 != 0)
    decoder.decode(message, into: &entries)
  }
  precondition(entries.first?.kind == .message)
  for entry in entries where entry.kind == .reading {
    precondition(entry.value.isFinite && entry.index < 4)
    precondition(entry.reason.quality == .bad || (entry.value >= -41 && entry.value <= 86))
  }
  return 0
}
