/// From a payload to readings, for a topic whose devices are known.
extension MessageDecoder {
  func emit(_ message: RawMessage, _ targets: UnsafeBufferPointer<Target>) {
    var room = 0
    for target in targets { room += 1 + tables.messages[Int(target.message)].fieldCount }
    output.begin(room: room)
    for at in targets.indices
    where at == 0 || !targets[..<at].contains(where: { $0.device == targets[at].device }) {
      output.append(messageEntry(message, device: targets[at].device))
    }
    var read = Int32(-1)
    var problem: DeadLetter.Reason?
    var buried = false
    for target in targets {
      let row = tables.messages + Int(target.message)
      if target.message != read {
        problem = open(message, row)
        read = target.message
      }
      if let problem {
        if !buried { bury(message, problem) }
        buried = true
        undecodable(message, target.device, row)
      } else {
        readings(message, target.device, row)
      }
    }
  }

  /// Makes the payload's values available.
  private func open(_ message: RawMessage, _ row: UnsafePointer<DecodeTables.MessageRow>) -> DeadLetter.Reason? {
    if message.payload.count > limits.payloadBytes { return .tooLarge(message.payload.count) }
    if row.pointee.isJSON {
      // RFC 8259 §8.1: nobody may send a byte order mark, and a reader may ignore it.
      let document = message.payload.withoutByteOrderMark
      return reader.read(document, paths: row.pointee.paths).map { .json($0) }
    }
    if message.payload.isEmpty { return .emptyText }
    return UTF8Check.isValid(message.payload) ? nil : .notText
  }

  private func undecodable(
    _ message: RawMessage, _ device: DeviceID, _ row: UnsafePointer<DecodeTables.MessageRow>
  ) {
    let first = tables.devices[Int(device)].firstPoint
    let time = recordedTime(of: message) ?? message.arrival
    for field in row.pointee.firstField..<row.pointee.firstField + row.pointee.fieldCount {
      output.append(
        Entry(
          kind: .reading, reason: .undecodable, flags: Self.flags(message), index: first + tables.fields[field].slot,
          time: time, position: message.position))
    }
    readingCounts.add(.undecodable, row.pointee.fieldCount)
  }

  /// The time of a tape's line out of order, as plausible as a device's own would have to be.
  private func recordedTime(of message: RawMessage) -> Timestamp? {
    message.recorded.flatMap { $0 >= message.arrival - limits.maxLate ? $0 : nil }
  }

  /// Many makes share one topic (a LoRaWAN server's, say); the payload tells which it is.
  func bestMatch(
    _ message: RawMessage, among matches: [TopicMatcher.Match], _ first: TopicMatcher.Match
  ) -> TopicMatcher.Match {
    var best = first
    var bestPart = 0.0
    for match in matches.prefix(256) {
      let row = tables.messages[match.message]
      guard row.fieldCount > 0, open(message, tables.messages + match.message) == nil else { continue }
      let fields = row.firstField..<row.firstField + row.fieldCount
      let present = row.isJSON ? fields.count { reader[tables.fields[$0].value].kind != .missing } : 1
      let part = Double(present) / Double(row.fieldCount)
      if part > bestPart { (best, bestPart) = (match, part) }
    }
    return best
  }

  private func readings(_ message: RawMessage, _ device: DeviceID, _ row: UnsafePointer<DecodeTables.MessageRow>) {
    let place = tables.devices[Int(device)]
    let fields = tables.fields + row.pointee.firstField
    let points = tables.points + Int(place.firstRow)
    noticeBattery(message, device, row)
    var doubts: Doubts = message.retained ? [.retained] : []
    var time = message.arrival
    if row.pointee.time >= 0,
      let own = DeviceTime.plausible(
        reader[row.pointee.time], arrival: message.arrival, backlog: message.backlog, limits: limits)
    {
      time = own
    } else {
      let recorded = recordedTime(of: message)
      if row.pointee.time >= 0 || message.recorded != nil && recorded == nil { doubts.insert(.clock) }
      time = recorded ?? time
    }
    let flags = Self.flags(message)
    var isEmpty = true
    let isLow = tables.batteryIsLow[Int(device)]
    var good = 0
    for number in 0..<row.pointee.fieldCount {
      let field = fields + number
      let point = points + Int(field.pointee.slot)
      let outcome = outcome(message, row, field, point)
      guard outcome.isReading else { continue }
      var reason = outcome.reason
      if isLow || !doubts.isEmpty {
        let others = isLow && point.pointee.low.isNaN ? doubts.union(.lowBattery) : doubts
        reason = others.reason(own: reason)
      }
      output.append(
        Entry(
          kind: .reading, reason: reason, flags: flags, index: place.firstPoint + field.pointee.slot, time: time,
          value: outcome.value, position: message.position))
      isEmpty = false
      if reason == .none { good += 1 } else { readingCounts.add(reason, 1) }
    }
    readingCounts.add(.none, good)
    if isEmpty { noteWithoutReading(message, device, row) }
  }

  /// A message that could be read and says nothing that its profile asks for, e.g. `{}`. Fields that are there and stand for
  /// nothing (`action: ""`) are another matter: the profile knows them.
  private func noteWithoutReading(
    _ message: RawMessage, _ device: DeviceID, _ row: UnsafePointer<DecodeTables.MessageRow>
  ) {
    let fields = row.pointee.firstField..<row.pointee.firstField + row.pointee.fieldCount
    guard row.pointee.isJSON, fields.allSatisfy({ reader[tables.fields[$0].value].kind == .missing }) else { return }
    countWithoutReading(message, device)
  }

  /// Before the readings: the battery may stand behind the values that it makes doubtful.
  private func noticeBattery(
    _ message: RawMessage, _ device: DeviceID, _ row: UnsafePointer<DecodeTables.MessageRow>
  ) {
    let points = tables.points + Int(tables.devices[Int(device)].firstRow)
    for number in row.pointee.firstBattery..<row.pointee.batteriesEnd {
      let field = tables.fields + (row.pointee.firstField + number)
      let point = points + Int(field.pointee.slot)
      if point.pointee.low.isNaN { continue }
      let outcome = outcome(message, row, field, point)
      if outcome.isReading, outcome.reason.quality != .bad {
        tables.batteryIsLow[Int(device)] = outcome.value < point.pointee.low
      }
    }
  }

  private func outcome(
    _ message: RawMessage, _ row: UnsafePointer<DecodeTables.MessageRow>, _ field: UnsafePointer<FieldRow>,
    _ point: UnsafePointer<PointRow>
  ) -> Normaliser.Outcome {
    if row.pointee.isJSON, let number = reader.number(field.pointee.value),
      let good = Normaliser.plain(number, field, point)
    {
      return good
    }
    let scalar = row.pointee.isJSON ? reader[field.pointee.value] : Scalar(text: message.payload)
    return Normaliser(texts: tables.texts).outcome(of: scalar, field: field.pointee, point: point.pointee)
  }
}

/// Whether bytes are UTF-8, without making a string of them.
enum UTF8Check {
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var ascii = 0
    while ascii < bytes.count, bytes[ascii] < 0x80 { ascii += 1 }
    if ascii == bytes.count { return true }
    let rest = UnsafeRawBufferPointer(rebasing: bytes[ascii...])
    var decoder = UTF8()
    var iterator = rest.makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue: continue
      case .emptyInput: return true
      case .error: return false
      }
    }
  }
}
