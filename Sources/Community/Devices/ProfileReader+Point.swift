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
      let line = points[known].location.line
      for key in Self.traitKeys where reader.has(key) {
        log.error(
          at: reader.location(of: key), zh: "测点“\(name)”：\(key) 写了两次",
          en: "point \"\(name)\": \(key) is said twice",
          hint: .init(
            zh: "第一个“\(name)”在第 \(line) 行；这里只写它从哪里读取",
            en: "the first \"\(name)\" is in line \(line); here give only where it comes from"))
      }
    } else {
      guard points.count < Self.pointsMax else {
        log.error(
          at: entry.keyLocation, zh: "测点超过 \(Self.pointsMax) 个", en: "more than \(Self.pointsMax) points")
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
    check(names, of: quantity, reader, name: name, at: location)
    let unit = reader.string("unit")
    let conversion = readConversion(reader, unit: unit, quantity: quantity)
    let event = reader.bool("event") ?? false
    if event, quantity.kind != .boolean {
      log.error(
        at: reader.location(of: "event"), zh: "event：\(quantity.name) 不是“是或否”的量，不能是瞬时的",
        en: "event: \(quantity.name) is no yes-or-no quantity, so it cannot be momentary")
    }
    let low = reader.number("low").map { conversion($0) }
    if reader.has("low"), !["battery-level", "battery-voltage"].contains(quantity.name) {
      log.error(
        at: reader.location(of: "low"),
        zh: "low：只用于 battery-level 和 battery-voltage，不用于 \(quantity.name)",
        en: "low: only for battery-level and battery-voltage, not for \(quantity.name)")
    }
    return ProfilePoint(
      name: name, label: reader.text("label") ?? quantity.label, quantity: quantity, values: values,
      unit: unit, range: readRange(reader, conversion: conversion), event: event,
      mustChangeWithin: reader.duration("must_change_within", in: 1...366 * 86_400_000), low: low,
      tags: reader.strings("tags") ?? [], location: location)
  }

  /// The names that a point may have as values.
  private func check(
    _ names: [String]?, of quantity: Quantity, _ reader: MappingReader, name: String, at location: SourceLocation
  ) {
    if names != nil, quantity.kind != .named {
      log.error(
        at: reader.location(of: "values"), zh: "values：\(quantity.name) 没有命名的值",
        en: "values: \(quantity.name) has no named values",
        hint: .init(zh: "请用 quantity: state", en: "use quantity: state"))
    } else if let names, Set(names).count != names.count || names.isEmpty {
      log.error(
        at: reader.location(of: "values"), zh: "values：至少一个名称，每个只写一次",
        en: "values: each name once, at least one")
    } else if names == nil, quantity.kind == .named {
      log.error(
        at: location, zh: "测点“\(name)”：缺少“values”", en: "point \"\(name)\": missing \"values\"",
        hint: LocalizedText("values: [idle, charging, fault]"))
    }
  }

  private func readQuantity(_ reader: MappingReader, isNamed: Bool) -> Quantity? {
    guard reader.has("quantity") || !isNamed else { return Quantity.named("state") }
    guard let node = reader.required("quantity"), let name = node.string(log, "quantity") else { return nil }
    if let quantity = Quantity.named(name) { return quantity }
    log.error(
      at: node.location, zh: "未知的量“\(name)”", en: "unknown quantity \"\(name)\"",
      hint: Suggestion.hint(for: name, among: Quantity.all.map(\.name))
        ?? LocalizedText(zh: "docs/schema 列出了所有的量", en: "docs/schema lists the quantities"))
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
      log.error(at: node.location, zh: "range：应为 [最小值, 最大值]", en: "range: expected [lowest, highest]")
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
    if own.scale == 0 {
      log.error(
        at: reader.location(of: "scale"), zh: "scale：0 会使所有值都相同", en: "scale: 0 would make every value the same")
    }
    if own != .identity, point.quantity.kind != .number {
      log.error(
        at: location, zh: "测点“\(point.name)”：scale 和 offset 只用于数值，不用于 \(point.quantity.name)",
        en: "point \"\(point.name)\": scale and offset are for numbers, not for \(point.quantity.name)")
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
      log.error(
        at: location, zh: "测点“\(point.name)”没有主题", en: "point \"\(point.name)\" has no topic",
        hint: .init(zh: "请给设备模板或这个测点写上 topic", en: "give the profile or the point a topic"))
      return
    }
    add(field, to: frame)
  }

  private func readPointer(_ reader: MappingReader, in frame: MessageFrame, at location: SourceLocation) -> [String] {
    guard let node = reader.node("from") else {
      if frame.format == .json {
        log.error(
          at: location, zh: "缺少“from”", en: "missing \"from\"",
          hint: .init(
            zh: "from: /name 或 /object/name（JSON Pointer，RFC 6901）",
            en: "from: /name or /object/name (JSON Pointer, RFC 6901)"))
      }
      return []
    }
    if frame.format == .text {
      log.error(
        at: node.location, zh: "from：文本负载只有一个值", en: "from: a text payload is one value",
        hint: .init(zh: "请去掉“from”，或使用 format: json", en: "leave \"from\" out, or use format: json"))
      return []
    }
    guard let text = node.scalar, let tokens = JSONPointer.tokens(text) else {
      log.error(
        at: node.location, JSONPointer.refusal(of: node.kindName).of("from"), hint: JSONPointer.example)
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
        at: reader.location(of: "map"), zh: "map：没有文本代表 \(missing)，其他文本会算作无法解码",
        en: "map: nothing stands for \(missing), so other texts count as undecodable")
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
          let _: Int? = node.wrong(log, key, .init(zh: "文本或数字", en: "a text or a number"))
        }
      }
    }
    return texts
  }
}
