/// From a payload to readings, for a topic whose devices are known.
extension MessageDecoder {
  func emit(_ message: RawMessage, _ targets: UnsafeBufferPointer<Target>, into entries: inout [Entry]) {
    for at in targets.indices where !targets[..<at].contains(where: { $0.device == targets[at].device }) {
      entries.append(messageEntry(message, device: targets[at].device))
    }
    var read = Int32(-1)
    var problem: DeadLetter.Reason?
    var buried = false
    for target in targets {
      let row = tables.messages[Int(target.message)]
      if target.message != read {
        problem = open(message, row)
        read = target.message
      }
      if let problem {
        if !buried { bury(message, problem) }
        buried = true
        undecodable(message, target.device, row, into: &entries)
      } else {
        readings(message, target.device, row, into: &entries)
      }
    }
  }

  /// Makes the payload's values available.
  private func open(_ message: RawMessage, _ row: DecodeTables.MessageRow) -> DeadLetter.Reason? {
    if message.payload.count > limits.payloadBytes { return .tooLarge(message.payload.count) }
    if row.isJSON { return reader.read(message.payload, paths: row.paths).map { .json($0) } }
    if message.payload.isEmpty { return .emptyText }
    return UTF8Check.isValid(message.payload) ? nil : .notText
  }

  private func undecodable(
    _ message: RawMessage, _ device: DeviceID, _ row: DecodeTables.MessageRow, into entries: inout [Entry]
  ) {
    let first = tables.firstPoints[Int(device)]
    for field in row.firstField..<row.firstField + row.fieldCount {
      entries.append(
        Entry(
          kind: .reading, reason: .undecodable, flags: Self.flags(message), index: first + tables.fields[field].slot,
          time: message.arrival, position: message.position))
    }
    readingCounts.add(.undecodable, row.fieldCount)
  }

  /// Many makes share one topic (a LoRaWAN server's, say); the payload tells which it is.
  func bestMatch(
    _ message: RawMessage, among matches: [TopicMatcher.Match], _ first: TopicMatcher.Match
  ) -> TopicMatcher.Match {
    var best = first
    var bestPart = 0.0
    for match in matches.prefix(256) {
      let row = tables.messages[match.message]
      guard row.fieldCount > 0, open(message, row) == nil else { continue }
      let fields = row.firstField..<row.firstField + row.fieldCount
      let present = row.isJSON ? fields.count { reader[tables.fields[$0].value].kind != .missing } : 1
      let part = Double(present) / Double(row.fieldCount)
      if part > bestPart { (best, bestPart) = (match, part) }
    }
    return best
  }

  /// Two passes over the fields: the battery may stand behind the values that it makes doubtful.
  private func readings(
    _ message: RawMessage, _ device: DeviceID, _ row: DecodeTables.MessageRow, into entries: inout [Entry]
  ) {
    let tables = tables
    let first = tables.firstPoints[Int(device)]
    let normaliser = Normaliser(texts: tables.texts)
    for number in 0..<row.fieldCount {
      let field = tables.fields[row.firstField + number]
      let point = tables.points[Int(first + field.slot)]
      let scalar = row.isJSON ? reader[field.value] : Scalar(text: message.payload)
      let outcome = normaliser.outcome(of: scalar, field: field, point: point)
      tables.outcomes[number] = outcome
      if !point.low.isNaN, outcome.isReading, outcome.reason.quality != .bad {
        tables.batteryIsLow[Int(device)] = outcome.value < point.low
      }
    }
    var doubts: Doubts = message.retained ? [.retained] : []
    var time = message.arrival
    if row.time >= 0 {
      if let own = DeviceTime.plausible(
        reader[row.time], arrival: message.arrival, backlog: message.backlog, limits: limits)
      {
        time = own
      } else {
        doubts.insert(.clock)
      }
    }
    let flags = Self.flags(message)
    var isEmpty = true
    let isLow = tables.batteryIsLow[Int(device)]
    for number in 0..<row.fieldCount where tables.outcomes[number].isReading {
      let index = first + tables.fields[row.firstField + number].slot
      let others = isLow && tables.points[Int(index)].low.isNaN ? doubts.union(.lowBattery) : doubts
      let reason = others.reason(own: tables.outcomes[number].reason)
      entries.append(
        Entry(
          kind: .reading, reason: reason, flags: flags, index: index, time: time, value: tables.outcomes[number].value,
          position: message.position))
      readingCounts.add(reason, 1)
      isEmpty = false
    }
    if isEmpty { noteWithoutReading(message, device, row) }
  }

  /// A message that could be read and says nothing that its profile asks for, e.g. `{}`. Fields that are there and stand for
  /// nothing (`action: ""`) are another matter: the profile knows them.
  private func noteWithoutReading(_ message: RawMessage, _ device: DeviceID, _ row: DecodeTables.MessageRow) {
    let fields = row.firstField..<row.firstField + row.fieldCount
    guard row.isJSON, fields.allSatisfy({ reader[tables.fields[$0].value].kind == .missing }) else { return }
    countWithoutReading(message, device)
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
