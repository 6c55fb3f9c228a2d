/// Builds the rows of `DecodeTables` from a plan.
struct DecodeCompiler {
  let plan: LanePlan
  var messages: [DecodeTables.MessageRow] = []
  var fields: [FieldRow] = []
  var points: [PointRow] = []
  var devices: [DecodeTables.DeviceRow] = []
  var texts: [(bytes: Range<Int>, value: Double)] = []
  var textBytes: [UInt8] = []
  var firstMessages: [Int] = []
  var sets: [JSONPaths] = []

  init(_ plan: LanePlan) { self.plan = plan }

  mutating func run() {
    // The rows are read through plain pointers: a plan that points beside its tables is a programmer's error, caught here.
    for device in plan.devices {
      let slots = plan.profiles[device.profile].points.count
      precondition(Int(device.firstPoint) + slots <= plan.points.count, "points of \(device.id) are missing")
    }
    for profile in plan.profiles {
      let fields = profile.messages.flatMap(\.fields)
      precondition(fields.allSatisfy { profile.points.indices.contains($0.slot) }, "wrong slot in \(profile.name)")
    }
    addPoints()
    var example: [Int: DevicePlan] = [:]
    var batteries: [Int: Set<Int>] = [:]
    for device in plan.devices {
      if example[device.profile] == nil { example[device.profile] = device }
      for slot in plan.profiles[device.profile].points.indices
      where plan.points[Int(device.firstPoint) + slot].low != nil {
        batteries[device.profile, default: []].insert(slot)
      }
    }
    for (number, profile) in plan.profiles.enumerated() {
      firstMessages.append(messages.count)
      for message in profile.messages { add(message, device: example[number], batteries[number] ?? []) }
    }
  }

  /// Devices whose points have the same ranges share the rows, so that these few stay in the nearest cache.
  private mutating func addPoints() {
    var known: [[PointRow]: UInt32] = [:]
    for device in plan.devices {
      let slots = plan.profiles[device.profile].points.count
      let rows = plan.points[Int(device.firstPoint)..<Int(device.firstPoint) + slots].map { PointRow($0) }
      let first = known[rows] ?? UInt32(points.count)
      if first == points.count {
        known[rows] = first
        points += rows
      }
      devices.append(DecodeTables.DeviceRow(firstPoint: device.firstPoint, firstRow: first))
    }
  }

  private mutating func add(_ message: MessagePlan, device: DevicePlan?, _ batterySlots: Set<Int>) {
    let paths = JSONPaths()
    sets.append(paths)
    let isJSON = message.format == .json
    let first = fields.count
    for field in message.fields { add(field, value: isJSON ? paths.add(field.pointer) : 0, device: device) }
    let time = isJSON ? message.time.map { paths.add($0) } ?? -1 : -1
    let batteries = message.fields.indices.filter { batterySlots.contains(message.fields[$0].slot) }
    messages.append(
      DecodeTables.MessageRow(
        isJSON: isJSON, paths: paths.handle, time: time, firstField: first, fieldCount: fields.count - first,
        firstBattery: batteries.first ?? 0, batteriesEnd: batteries.last.map { $0 + 1 } ?? 0))
  }

  private mutating func add(_ field: FieldPlan, value: Int32, device: DevicePlan?) {
    var map = field.map
    if map == nil, let point = device.map({ Int($0.firstPoint) + field.slot }), plan.points.indices.contains(point),
      case .named(let names) = plan.points[point].values
    {
      map = Dictionary(names.enumerated().map { ($1, Double($0)) }, uniquingKeysWith: { first, _ in first })
    }
    let mapRange = add(texts: map?.sorted { $0.key < $1.key } ?? [])
    let faults = add(texts: field.faults.sorted().map { ($0, 0) })
    fields.append(
      FieldRow(
        value: value, slot: UInt32(field.slot), scale: field.scale, offset: field.offset, map: mapRange,
        faults: faults, substitute: field.substitute ?? .nan, hasMap: map != nil,
        ignoresUnmapped: field.ignoresUnmapped, isPlain: map == nil && field.faults.isEmpty))
  }

  private mutating func add(texts added: [(key: String, value: Double)]) -> TextRange {
    let first = texts.count
    for (key, value) in added {
      let start = textBytes.count
      textBytes.append(contentsOf: key.utf8)
      texts.append((start..<textBytes.count, value))
    }
    return TextRange(first: Int32(first), count: Int32(added.count))
  }
}
