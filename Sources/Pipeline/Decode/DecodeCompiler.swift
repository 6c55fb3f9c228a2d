/// Builds the rows of `DecodeTables` from a plan.
struct DecodeCompiler {
  let plan: LanePlan
  var messages: [DecodeTables.MessageRow] = []
  var fields: [FieldRow] = []
  var points: [PointRow] = []
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
    points = plan.points.map { point in
      PointRow(
        lowest: point.range?.lowerBound ?? -.infinity, highest: point.range?.upperBound ?? .infinity,
        low: point.low ?? .nan, isBoolean: point.values == .boolean)
    }
    var example: [Int: DevicePlan] = [:]
    for device in plan.devices where example[device.profile] == nil { example[device.profile] = device }
    for (number, profile) in plan.profiles.enumerated() {
      firstMessages.append(messages.count)
      for message in profile.messages { add(message, device: example[number]) }
    }
  }

  private mutating func add(_ message: MessagePlan, device: DevicePlan?) {
    let paths = JSONPaths()
    sets.append(paths)
    let isJSON = message.format == .json
    let first = fields.count
    for field in message.fields { add(field, value: isJSON ? paths.add(field.pointer) : 0, device: device) }
    let time = isJSON ? message.time.map { paths.add($0) } ?? -1 : -1
    messages.append(
      DecodeTables.MessageRow(
        isJSON: isJSON, paths: paths.handle, time: time, firstField: first, fieldCount: fields.count - first))
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
        hasMap: map != nil, faults: faults, substitute: field.substitute ?? .nan,
        ignoresUnmapped: field.ignoresUnmapped))
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
