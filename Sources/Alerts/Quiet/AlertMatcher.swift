// Which alerts something is about: a silence, a maintenance window, the two sides of an inhibition.
import Community
import Pipeline

/// Every part that is given must hold; of a list one word is enough. Without any part it matches every alert.
package struct AlertMatcher: Codable, Sendable, Hashable {
  /// Paths; what lies below belongs to it.
  package var places: [String] = []
  /// Ids; `care-*` means all that begin so.
  package var rules: [String] = []
  /// Ids of devices; `care-301-*` means all that begin so. An alert is a device's when its subject is the device or one of
  /// its points.
  package var devices: [String] = []
  package var audience: [String] = []
  package var priorities: [Priority] = []
  /// This priority and what is less urgent.
  package var upTo: Priority?

  package init(
    places: [String] = [], rules: [String] = [], devices: [String] = [], audience: [String] = [],
    priorities: [Priority] = [], upTo: Priority? = nil
  ) {
    self.places = places
    self.rules = rules
    self.devices = devices
    self.audience = audience
    self.priorities = priorities
    self.upTo = upTo
  }

  /// It names something, beyond how urgent it is. `*` names nothing.
  package var isSpecific: Bool {
    !places.isEmpty || !audience.isEmpty || Self.isNarrow(rules) || Self.isNarrow(devices)
  }

  /// It names single devices, or single rules at a place: no pattern, and no rule of the whole community.
  var isSingle: Bool {
    let words = devices + rules
    return !words.contains { $0.hasSuffix("*") } && (!devices.isEmpty || !rules.isEmpty && !places.isEmpty)
  }

  private static func isNarrow(_ patterns: [String]) -> Bool { !patterns.isEmpty && !patterns.contains("*") }

  package func matches(_ alert: Alert) -> Bool {
    if let upTo, alert.traits.priority < upTo { return false }
    if !priorities.isEmpty, !priorities.contains(alert.traits.priority) { return false }
    if !rules.isEmpty, !rules.contains(where: { Self.names($0, alert.rule) }) { return false }
    if !places.isEmpty, !places.contains(where: { PlaceTree.contains($0, alert.place) }) { return false }
    if !audience.isEmpty, !audience.contains(where: alert.traits.audience.contains) { return false }
    if devices.isEmpty { return true }
    guard let device = alert.device else { return false }
    return devices.contains { Self.names($0, device) }
  }

  /// `name` is what the pattern says, or begins so when that ends in "*".
  package static func names(_ pattern: String, _ name: String) -> Bool {
    pattern.last == "*" ? name.hasPrefix(pattern.dropLast()) : pattern == name
  }

  /// Where two matchers could both match one alert; when in doubt true.
  func mayMeet(_ other: AlertMatcher) -> Bool {
    func urgencies(_ matcher: AlertMatcher) -> Set<Priority> {
      Set(
        Priority.allCases.filter { priority in
          (matcher.priorities.isEmpty || matcher.priorities.contains(priority)) && priority >= matcher.upTo ?? .critical
        })
    }
    func share(_ a: [String], _ b: [String], _ meet: (String, String) -> Bool) -> Bool {
      a.isEmpty || b.isEmpty || a.contains { word in b.contains { meet(word, $0) } }
    }
    func patterns(_ a: String, _ b: String) -> Bool {
      let (plainA, plainB) = (a.last == "*" ? String(a.dropLast()) : a, b.last == "*" ? String(b.dropLast()) : b)
      return Self.names(a, plainB) || Self.names(b, plainA)
    }
    return !urgencies(self).isDisjoint(with: urgencies(other)) && share(rules, other.rules, patterns)
      && share(devices, other.devices, patterns)
      && share(places, other.places) { PlaceTree.contains($0, $1) || PlaceTree.contains($1, $0) }
  }
}

extension Alert {
  /// The device whose point or fault it is about; nil for an alert of a whole place, and for Linli's own.
  package var device: String? {
    if lane == AlertEvent.system || subject == place { return nil }
    guard let slash = subject.lastIndex(of: "/") else { return subject }
    return String(subject[..<slash])
  }
}
