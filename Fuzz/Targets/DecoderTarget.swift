import Pipeline

/// Any bytes as a message: the first byte holds the flags, then a topic up to the line break, then the payload.
///
/// Whatever is JSON after RFC 8259 must be read, with the values that a naive reader finds; what is not must be a dead
/// letter; readings stay within the device's range, their times within the limits; a topic that is known by now is read
/// as when it was new.
enum DecoderTarget {
  private static let arrival = Timestamp(milliseconds: 1_767_583_200_000)
  /// Fields of the topic `raw/{device}`, which are taken as they are.
  private static let rawPointers = [["a"], ["b", "0"], ["c", "d"], []]

  static let plan: LanePlan = {
    var plan = LanePlan()
    let fields = [
      FieldPlan(slot: 0, pointer: ["temperature"], scale: 1.8, offset: 32, faults: ["-127"], substitute: 20),
      FieldPlan(slot: 1, pointer: ["object", "door"], map: ["open": 1, "0": 0]),
      FieldPlan(slot: 2, pointer: ["l", "0", "x"], map: ["short": 1], ignoresUnmapped: true),
      FieldPlan(slot: 3, pointer: ["battery"]),
    ]
    let rawFields = rawPointers.enumerated().map { FieldPlan(slot: $0.offset, pointer: $0.element) }
    plan.profiles = [
      ProfilePlan(
        name: "p", points: ["t", "door", "x", "battery"],
        messages: [
          MessagePlan(topic: "app/{device}/up", format: .json, time: ["time"], fields: fields),
          MessagePlan(topic: "text/{device}", format: .text, fields: [FieldPlan(slot: 0, pointer: [])]),
          MessagePlan(topic: "new/{device}/#", format: .json, fields: fields),
        ]),
      ProfilePlan(
        name: "q", points: ["a", "b", "c", "all"],
        messages: [MessagePlan(topic: "raw/{device}", format: .json, fields: rawFields)]),
    ]
    for (device, profile) in plan.profiles.enumerated() {
      for (slot, name) in profile.points.enumerated() {
        let isBattery = name == "battery"
        plan.points.append(
          PointPlan(
            id: "\(device)/\(name)", device: DeviceID(device), quantity: name, unit: "1",
            range: device == 0 ? -40...185 : nil, low: isBattery ? 15 : nil))
      }
    }
    plan.devices = [
      DevicePlan(id: "0", profile: 0, place: "x", match: ["device": "a1"], firstPoint: 0, silentAfter: nil),
      DevicePlan(id: "1", profile: 1, place: "x", match: ["device": "r1"], firstPoint: 4, silentAfter: nil),
    ]
    return plan
  }()

  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    guard let flags = bytes.first else { return }
    let topic = Array(bytes.dropFirst().prefix { $0 != 10 })
    let payload = Array(bytes.dropFirst(topic.count + 2))
    let decoder = MessageDecoder(plan: plan)
    var rounds: [[Entry]] = []
    for _ in 0..<2 {
      var entries: [Entry] = []
      topic.withUnsafeBytes { topic in
        payload.withUnsafeBytes { payload in
          let message = RawMessage(
            topic: topic, payload: payload, arrival: arrival, retained: flags & 64 != 0, position: 1,
            backlog: flags & 128 != 0)
          decoder.decode(message, into: &entries)
        }
      }
      rounds.append(entries)
    }
    try check(rounds[0])
    try require(same(rounds[0], rounds[1]), "the second time the same message was read differently")
    if topic == Array("raw/r1".utf8) {
      try compare(rounds[0], with: payload, letters: decoder.deadLetters, retained: flags & 64 != 0)
    }
  }

  private static func check(_ entries: [Entry]) throws(Violation) {
    try require(entries.first?.kind == .message, "no entry for the message itself")
    let late = 7 * 86_400_000 as Int64
    for entry in entries {
      guard entry.kind == .reading else {
        try require(entry.index == Entry.noDevice || entry.index < plan.devices.count, "an unknown device")
        continue
      }
      try require(entry.index < plan.points.count, "an unknown point")
      try require(entry.value.isFinite, "the value \(entry.value)")
      if entry.reason.quality != .bad, let range = plan.points[Int(entry.index)].range {
        try require(range.contains(entry.value), "\(entry.value) is good and outside of the range")
      }
      try require(
        entry.time >= arrival - late && entry.time <= arrival + plan.limits.maxAhead, "an implausible time is taken")
    }
  }

  private static func same(_ a: [Entry], _ b: [Entry]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { x, y in
        x.kind == y.kind && x.reason == y.reason && x.index == y.index && x.time == y.time && x.value == y.value
          && x.flags == y.flags
      }
  }

  /// What the raw device says is read as a naive reader reads it.
  private static func compare(
    _ entries: [Entry], with payload: [UInt8], letters: [DeadLetter], retained: Bool
  ) throws(Violation) {
    let readings = entries.filter { $0.kind == .reading }
    if let document = NaiveJSON.parse(payload) {
      try require(letters.isEmpty, "JSON is refused: \(letters.first?.reason.text ?? "")")
      var rest = readings[...]
      for (slot, pointer) in rawPointers.enumerated() {
        guard let value = document[pointer] else { continue }
        let reading = rest.popFirst()
        try require(reading?.index == 4 + UInt32(slot), "no reading of field \(slot)")
        guard let reading else { return }
        try compare(reading, with: value, retained: retained)
      }
      try require(rest.isEmpty, "a reading of a field that is not there")
    } else if NaiveJSON.parse(payload, lenient: true) == nil {
      try require(!letters.isEmpty, "what is no JSON was read")
    }
  }

  private static func compare(_ reading: Entry, with value: NaiveJSON, retained: Bool) throws(Violation) {
    switch value {
    case .number(let text):
      let number = Double(text) ?? .nan
      if number.isFinite {
        try require(reading.value == number, "\(text) was read as \(reading.value)")
        try require(reading.reason == (retained ? .retained : .none), "a plain number is \(reading.reason)")
      } else {
        try require(reading.reason == .notANumber, "\(text) is \(reading.reason)")
      }
    case .null: try require(reading.reason == .sensorFault, "null is \(reading.reason)")
    case .boolean, .array, .object: try require(reading.reason == .undecodable, "\(value) is \(reading.reason)")
    case .text: break
    }
  }
}
