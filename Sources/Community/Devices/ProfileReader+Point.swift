import ConfigFile
import Pipeline

/// The points of a profile and the fields that they come from.
extension ProfileReader {
  package static let pointKeys = traitKeys + fieldKeys
  /// Said once for a point.
  static let traitKeys = ["label", "quantity", "values", "range", "event", "must_change_within", "low", "tags"]
  /// Said for each message that carries the point.
  static let fieldKeys = [
    "from", "unit", "scale", "offset", "map", "fault", "faults", "substitute", "topic", "format", "time",
  ]

  mutating func readPoint(_ entry: ConfigNode.Entry, in outer: MessageFrame) {
    let keyNode = ConfigNode(.scalar(entry.key, plain: true), at: entry.keyLocation)
    guard let name = Identifier.read(keyNode, "point", log: log),
      let reader = MappingReader(entry.value, keys: Self.pointKeys, as: "point \"\(entry.key)\"", log: log)
    else { return }
    let slot: Int
    if let known = slots[name] {
      slot = known
      for key in Self.traitKeys where reader.has(key) {
        log.error(
          at: reader.location(of: key), "point \"\(name)\": \(key) is said twice",
          hint: "the first \"\(name)\" is in line \(points[known].location.line); here give only where it comes from")
      }
    } else {
      guard points.count < Self.pointsMax else {
        log.error(at: entry.keyLocation, "more than \(Self.pointsMax) points")
        return
      }
      guard let point = readTraits(reader, name: name, at: entry.keyLocation) else { return }
      slot = points.count
      slots[name] = slot
      points.append(point)
    }
    readField(reader, slot: slot, in: MessageFrame.read(reader, within: outer), at: entry.keyLocation)
  }

  private func readTraits(_ reader: MappingReader, name: String, at location: SourceLocation) -> ProfilePoint? {
    let names = reader.strings("values")
    guard let quantity = readQuantity(reader, isNamed: names != nil) else { return nil }
    var values = PointPlan.Values.number
    switch quantity.kind {
    case .number: values = .number
    case .boolean: values = .boolean
    case .named: values = .named(names ?? [])
    }
    if names != nil, quantity.kind != .named {
      log.error(
        at: reader.location(of: "values"), "values: \(quantity.name) has no named values",
        hint: "use quantity: state")
    } else if let names, Set(names).count != names.count || names.isEmpty {
      log.error(at: reader.location(of: "values"), "values: each name once, at least one")
    } else if names == nil, quantity.kind == .named {
      log.error(at: location, "point \"\(name)\": missing \"values\"", hint: "values: [idle, charging, fault]")
    }
    let unit = reader.string("unit")
    let conversion = readConversion(reader, unit: unit, quantity: quantity)
    let event = reader.bool("event") ?? false
    if event, quantity.kind != .boolean {
      log.error(
        at: reader.location(of: "event"), "event: \(quantity.name) is no yes-or-no quantity, so it cannot be momentary")
    }
    let low = reader.number("low").map { conversion($0) }
    if reader.has("low"), !["battery-level", "battery-voltage"].contains(quantity.name) {
      log.error(
        at: reader.location(of: "low"), "low: only for battery-level and battery-voltage, not for \(quantity.name)")
    }
    return ProfilePoint(
      name: name, label: reader.localizedText("label") ?? quantity.label, quantity: quantity, values: values,
      unit: unit, range: readRange(reader, conversion: conversion), event: event,
      mustChangeWithin: reader.duration("must_change_within", in: 1...366 * 86_400_000), low: low,
      tags: reader.strings("tags") ?? [], location: location)
  }

  private func readQuantity(_ reader: MappingReader, isNamed: Bool) -> Quantity? {
    guard reader.has("quantity") || !isNamed else { return Quantity.named("state") }
    guard let node = reader.required("quantity"), let name = node.string(log, "quantity") else { return nil }
    if let quantity = Quantity.named(name) { return quantity }
    log.error(
      at: node.location, "unknown quantity \"\(name)\"",
      hint: Suggestion.hint(for: name, among: Quantity.all.map(\.name)) ?? "docs/schema lists the quantities")
    return nil
  }

  private func readConversion(_ reader: MappingReader, unit: String?, quantity: Quantity) -> Conversion {
    switch quantity.conversion(from: unit) {
    case .success(let conversion): return conversion
    case .failure(let error):
      log.error(at: reader.location(of: "unit"), error.message, hint: error.hint)
      return .identity
    }
  }

  private func readRange(_ reader: MappingReader, conversion: Conversion) -> ClosedRange<Double>? {
    guard let node = reader.node("range"), let list = node.list(log, "range") else { return nil }
    let bounds = list.compactMap { $0.number(log, "range") }
    guard bounds.count == list.count else { return nil }
    guard bounds.count == 2, bounds[0] < bounds[1] else {
      log.error(at: node.location, "range: expected [lowest, highest]")
      return nil
    }
    return conversion(bounds[0])...conversion(bounds[1])
  }

  private mutating func readField(
    _ reader: MappingReader, slot: Int, in frame: MessageFrame, at location: SourceLocation
  ) {
    let point = points[slot]
    let conversion = readConversion(reader, unit: reader.string("unit") ?? point.unit, quantity: point.quantity)
    let own = Conversion(scale: reader.number("scale") ?? 1, offset: reader.number("offset") ?? 0)
    if own.scale == 0 { log.error(at: reader.location(of: "scale"), "scale: 0 would make every value the same") }
    if own != .identity, point.quantity.kind != .number {
      log.error(
        at: location, "point \"\(point.name)\": scale and offset are for numbers, not for \(point.quantity.name)")
    }
    let folded = own.followed(by: conversion)
    let map = readMap(reader, point: point, conversion: conversion)
    var field = FieldPlan(slot: slot, pointer: readPointer(reader, in: frame, at: location))
    field.scale = folded.scale
    field.offset = folded.offset
    field.map = map
    field.faults = readFaultTexts(reader)
    field.substitute = reader.number("substitute").map { conversion($0) }
    field.ignoresUnmapped = point.event && map != nil
    guard frame.topic != nil else {
      log.error(at: location, "point \"\(point.name)\" has no topic", hint: "give the profile or the point a topic")
      return
    }
    add(field, to: frame)
  }

  private func readPointer(_ reader: MappingReader, in frame: MessageFrame, at location: SourceLocation) -> [String] {
    guard let node = reader.node("from") else {
      if frame.format == .json {
        log.error(at: location, "missing \"from\"", hint: "from: /name or /object/name (JSON Pointer, RFC 6901)")
      }
      return []
    }
    if frame.format == .text {
      log.error(at: node.location, "from: a text payload is one value", hint: "leave \"from\" out, or use format: json")
      return []
    }
    guard let text = node.scalar, let tokens = JSONPointer.tokens(text) else {
      log.error(
        at: node.location, "from: \(node.kindName) is no JSON Pointer", hint: "write /name or /object/name (RFC 6901)")
      return []
    }
    return tokens
  }

  /// Texts of the payload → canonical values. Named points without a map take their own names.
  private func readMap(_ reader: MappingReader, point: ProfilePoint, conversion: Conversion) -> [String: Double]? {
    guard reader.has("map") else {
      guard case .named(let names) = point.values else { return nil }
      return Dictionary(zip(names, names.indices.map(Double.init)), uniquingKeysWith: { first, _ in first })
    }
    var map: [String: Double] = [:]
    for entry in reader.mapping("map") {
      switch point.values {
      case .boolean: map[entry.key] = Self.truth(entry.value) ?? entry.value.bool(log, "map").map { $0 ? 1 : 0 }
      case .number: map[entry.key] = entry.value.number(log, "map").map { conversion($0) }
      case .named(let names):
        map[entry.key] = entry.value.choice(log, "map", among: names).flatMap { names.firstIndex(of: $0) }.map(
          Double.init)
      }
    }
    if case .boolean = point.values, !point.event, !map.isEmpty, Set(map.values).count < 2 {
      let missing = map.values.contains(1) ? "false" : "true"
      log.warning(
        at: reader.location(of: "map"), "map: nothing stands for \(missing), so other texts count as undecodable")
    }
    return map
  }

  private static func truth(_ node: ConfigNode) -> Double? {
    node.scalar == "1" ? 1 : node.scalar == "0" ? 0 : nil
  }

  private func readFaultTexts(_ reader: MappingReader) -> Set<String> {
    var texts: Set<String> = []
    for key in ["fault", "faults"] {
      guard let entry = reader.node.entries?.first(where: { $0.key == key }) else { continue }
      for node in entry.value.sequence ?? [entry.value] {
        if let text = node.scalar {
          texts.insert(text)
        } else {
          let _: Int? = node.wrong(log, key, "a text or a number")
        }
      }
    }
    return texts
  }
}
