/// A device that a profile recognises and nobody has configured yet.
package struct DiscoveredDevice: Sendable, Equatable {
  /// Proposal for its id, unique among the discovered and the configured devices when it was first seen.
  package var id: String
  /// Of the profiles that know its topic, the one with the largest part of its fields in the first payload.
  package var profile: String
  /// What identifies it: the captures of its topic.
  package var captures: [String: String]
  /// The last topic it was heard under, cut like a dead letter's.
  package var topic: String
  package var firstSeen: Timestamp
  package var lastSeen: Timestamp
  package var count: UInt64
  /// The first bytes of its last payload.
  package var payload: [UInt8]
}

/// A topic that no profile knows.
package struct UnknownTopic: Sendable, Equatable {
  package var topic: String
  package var firstSeen: Timestamp
  package var lastSeen: Timestamp
  package var count: UInt64
  package var payload: [UInt8]
}

/// Who sends without being configured. Bounded: the least recently seen makes room.
struct Strangers {
  private(set) var discovered: RecentTable<DiscoveredDevice>
  private(set) var unknown: RecentTable<UnknownTopic>
  private var ids: Set<String>
  private var key: [UInt8] = []

  /// - Parameter taken: ids of the configured devices.
  init(limit: Int, taken: [String]) {
    discovered = RecentTable(limit: limit)
    unknown = RecentTable(limit: limit)
    ids = Set(taken)
  }

  /// - Parameters:
  ///   - match: the most specific claim on the topic, which tells this device from others.
  ///   - choose: asked when the device is new: the claim that fits its payload best.
  mutating func heard(
    _ message: RawMessage, match: TopicMatcher.Match, profiles: [ProfilePlan], choose: () -> TopicMatcher.Match
  ) {
    key.removeAll(keepingCapacity: true)
    key.append(contentsOf: profiles[match.profile].name.utf8)
    for capture in match.captures {
      key.append(0)
      key.append(contentsOf: capture.value.utf8)
    }
    let known = key.withUnsafeBytes { bytes in
      discovered.update(bytes) { device in
        device.lastSeen = message.arrival
        device.count += 1
        MessageSample.replace(&device.payload, with: message.payload)
      }
    }
    if known { return }
    let match = choose()
    let profile = profiles[match.profile].name
    let device = DiscoveredDevice(
      id: proposal(profile: profile, captures: match.captures.map(\.value)), profile: profile,
      captures: Dictionary(match.captures.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
      topic: MessageSample.topic(message.topic), firstSeen: message.arrival, lastSeen: message.arrival, count: 1,
      payload: MessageSample.payload(message.payload))
    ids.insert(device.id)
    let gone = key.withUnsafeBytes { discovered.insert($0, device) }
    if let gone { ids.remove(gone.id) }
  }

  mutating func heardUnknown(_ message: RawMessage) {
    let known = unknown.update(message.topic) { topic in
      topic.lastSeen = message.arrival
      topic.count += 1
      MessageSample.replace(&topic.payload, with: message.payload)
    }
    if known { return }
    _ = unknown.insert(
      message.topic,
      UnknownTopic(
        topic: MessageSample.topic(message.topic), firstSeen: message.arrival, lastSeen: message.arrival, count: 1,
        payload: MessageSample.payload(message.payload)))
  }

  /// After a reload: forgets whoever is configured now, or no longer recognised.
  mutating func sift(taken: [String], discovered keep: (DiscoveredDevice) -> Bool, unknown stay: (UnknownTopic) -> Bool)
  {
    discovered.filter(keep)
    unknown.filter(stay)
    ids = Set(taken).union(discovered.values.map(\.id))
  }

  /// The captured values in lower case, joined by `-`; the profile's name in front, then a number behind, as long as
  /// somebody has that id already.
  private func proposal(profile: String, captures: [String]) -> String {
    let own = Self.slug(captures.joined(separator: "-"))
    let prefixed = own.isEmpty ? Self.slug(profile) : Self.slug(profile) + "-" + own
    if !own.isEmpty, !ids.contains(own) { return own }
    if !ids.contains(prefixed) { return prefixed }
    var number = 2
    while ids.contains("\(prefixed)-\(number)") { number += 1 }
    return "\(prefixed)-\(number)"
  }

  /// At most 64 characters `a–z 0–9 -`.
  private static func slug(_ text: String) -> String {
    var slug: [UInt8] = []
    for byte in text.utf8 where slug.count < 64 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): slug.append(byte | 0x20)
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): slug.append(byte)
      default: if let last = slug.last, last != UInt8(ascii: "-") { slug.append(UInt8(ascii: "-")) }
      }
    }
    while slug.last == UInt8(ascii: "-") { slug.removeLast() }
    return String(decoding: slug, as: UTF8.self)
  }
}
