/// One lane's ingest side: a raw message in, its `.message` entries and readings out. Single-threaded; the accessors for
/// status return copies and belong to the same thread.
///
/// A topic is matched against the profiles when it is first seen; from then on it costs one look-up by its bytes, and
/// nothing is allocated.
package final class MessageDecoder {
  /// A device that a topic belongs to and how its payload is read.
  struct Target: BitwiseCopyable {
    var device: DeviceID
    var message: Int32
  }

  private var profiles: [ProfilePlan]
  private var deviceIDs: [String]
  private(set) var limits: LanePlan.Limits
  private(set) var tables: DecodeTables
  private var matcher: TopicMatcher
  private var topics: TopicTable
  private var ownTopics: OwnTopics
  private var targets: [Target] = []
  private var strangers: Strangers
  private var letters: DeadLetterBox
  let reader = JSONReader()
  var counts = DecoderCounters()
  /// Messages without any field of the profile, by device; only devices that sent such.
  private var withoutReading: [DeviceID: UInt64] = [:]
  /// Behind a pointer like everything that changes with each reading: a checked access costs more than the addition.
  let readingCounts = ReadingCounts()
  var output = EntryBuffer()

  package init(plan: LanePlan) {
    profiles = plan.profiles
    deviceIDs = plan.devices.map(\.id)
    limits = plan.limits
    tables = DecodeTables(plan)
    matcher = TopicMatcher(plan, firstMessages: tables.firstMessages)
    topics = TopicTable(limit: plan.limits.topics)
    ownTopics = OwnTopics(plan.ownTopics)
    strangers = Strangers(limit: plan.limits.discovered, taken: deviceIDs)
    letters = DeadLetterBox(limit: plan.limits.deadLetters)
  }

  /// Takes a new configuration over. Counters, dead letters, strangers and low batteries (by device id) stay, as far as
  /// they still apply; the limits of `discovered` and `deadLetters` are those of the first plan.
  package func install(_ plan: LanePlan) {
    let low = lowBatteryDevices
    let without = messagesWithoutReading
    profiles = plan.profiles
    deviceIDs = plan.devices.map(\.id)
    limits = plan.limits
    tables = DecodeTables(plan)
    matcher = TopicMatcher(plan, firstMessages: tables.firstMessages)
    topics = TopicTable(limit: plan.limits.topics)
    ownTopics = OwnTopics(plan.ownTopics)
    targets.removeAll()
    restore(lowBatteryDevices: low)
    withoutReading = [:]
    for (number, id) in deviceIDs.enumerated() { withoutReading[DeviceID(number)] = without[id] }
    let matcher = matcher
    let matches = { (topic: String) in Array(topic.utf8).withUnsafeBytes { matcher.match($0) } }
    strangers.sift(
      taken: deviceIDs,
      discovered: { device in
        let found = matches(device.topic)
        return found.contains { plan.profiles[$0.profile].name == device.profile }
          && !found.contains { !$0.devices.isEmpty } && !isBelowOwn(device.topic)
      }, unknown: { matches($0.topic).isEmpty && !isBelowOwn($0.topic) })
  }

  private func isBelowOwn(_ topic: String) -> Bool { Array(topic.utf8).withUnsafeBytes { ownTopics.contain($0) } }

  /// Whether a message is one of the service's own publications come back: it lies below one of `LanePlan.ownTopics`, and no
  /// device of the configuration is bound to its topic. For all other topics some bytes are compared, no more.
  package func isOwn(_ topic: UnsafeRawBufferPointer) -> Bool {
    guard ownTopics.contain(topic) else { return false }
    return topics.find(topic).count == 0 && matcher.match(topic).allSatisfy { $0.devices.isEmpty }
  }

  /// The entries of a message: one `.message` for each device it concerns, or one with `Entry.noDevice`, then the readings.
  /// Valid until the next call.
  package func decode(_ message: RawMessage) -> UnsafeBufferPointer<Entry> {
    counts.messages += 1
    let binding = topics.find(message.topic)
    if binding.count > 0 {
      targets.withUnsafeBufferPointer { all in
        let first = Int(binding.first)
        emit(message, UnsafeBufferPointer(rebasing: all[first..<first + Int(binding.count)]))
      }
    } else {
      decodeUnbound(message)
    }
    return output.entries
  }

  /// The same, appended.
  package func decode(_ message: RawMessage, into entries: inout [Entry]) {
    entries.append(contentsOf: decode(message))
  }

  private func decodeUnbound(_ message: RawMessage) {
    let matches = matcher.match(message.topic)
    let found = matches.flatMap { match in
      match.devices.map { Target(device: $0, message: Int32(match.message)) }
    }
    guard found.isEmpty else {
      if topics.insert(message.topic, binding: .init(first: Int32(targets.count), count: Int32(found.count))) {
        targets.append(contentsOf: found)
      } else {
        counts.topicsNotRemembered += 1
      }
      found.withUnsafeBufferPointer { emit(message, $0) }
      return
    }
    output.begin(room: 1)
    output.append(messageEntry(message, device: Entry.noDevice))
    // Who reads a journal again leaves strangers to who heard them first; it may hold what is known as the service's own by now.
    let isRemembered = limits.discovered > 0 && !ownTopics.contain(message.topic)
    if let first = matches.first {
      counts.unassigned += 1
      guard isRemembered else { return }
      strangers.heard(message, match: first, profiles: profiles) { bestMatch(message, among: matches, first) }
    } else {
      counts.unknownTopics += 1
      if isRemembered { strangers.heardUnknown(message) }
    }
  }

  func messageEntry(_ message: RawMessage, device: DeviceID) -> Entry {
    Entry(
      kind: .message, flags: Self.flags(message), index: device, time: message.arrival, position: message.position)
  }

  static func flags(_ message: RawMessage) -> Entry.Flags {
    var flags: Entry.Flags = []
    if message.retained { flags.insert(.retained) }
    if message.backlog { flags.insert(.backlog) }
    return flags
  }

  /// The first such message of a device becomes a dead letter, the others are counted: one device must not push all other
  /// letters out.
  func countWithoutReading(_ message: RawMessage, _ device: DeviceID) {
    counts.withoutReading += 1
    withoutReading[device, default: 0] += 1
    if withoutReading[device] == 1 { keep(message, .noKnownField) }
  }

  func bury(_ message: RawMessage, _ reason: DeadLetter.Reason) {
    if case .tooLarge = reason { counts.tooLarge += 1 } else { counts.undecodable += 1 }
    keep(message, reason)
  }

  private func keep(_ message: RawMessage, _ reason: DeadLetter.Reason) {
    letters.add(
      DeadLetter(
        at: message.arrival, topic: MessageSample.topic(message.topic), reason: reason,
        payload: MessageSample.payload(message.payload), position: message.position))
  }
}

// MARK: - Status

extension MessageDecoder {
  package var counters: DecoderCounters {
    var counters = counts
    counters.readings = readingCounts.all
    counters.discoveredEvicted = strangers.discovered.evicted
    counters.unknownTopicsEvicted = strangers.unknown.evicted
    counters.deadLettersDropped = letters.dropped
    return counters
  }

  /// From the oldest to the newest.
  package var deadLetters: [DeadLetter] { letters.all }
  /// The most recently heard first.
  package var discovered: [DiscoveredDevice] { strangers.discovered.values }
  /// The most recently heard first.
  package var unknownTopics: [UnknownTopic] { strangers.unknown.values }
  /// Topics of configured devices that are remembered.
  package var rememberedTopics: Int { topics.count }
  /// Topics in profiles that are no valid patterns and therefore match nothing; `linli check` refuses them.
  package var refusedPatterns: [String] { matcher.refused }

  /// By device id: messages that could be read and held none of the profile's fields; only devices that sent such.
  package var messagesWithoutReading: [String: UInt64] {
    Dictionary(withoutReading.map { (deviceIDs[Int($0.key)], $0.value) }, uniquingKeysWith: +)
  }

  /// Ids of the devices whose battery is low: state that a checkpoint should carry.
  package var lowBatteryDevices: [String] {
    deviceIDs.indices.filter { tables.batteryIsLow[$0] }.map { deviceIDs[$0] }
  }

  /// Puts back what `lowBatteryDevices` returned; ids that are no longer configured are ignored.
  package func restore(lowBatteryDevices ids: [String]) {
    let low = Set(ids)
    for (number, id) in deviceIDs.enumerated() where low.contains(id) { tables.batteryIsLow[number] = true }
  }
}
