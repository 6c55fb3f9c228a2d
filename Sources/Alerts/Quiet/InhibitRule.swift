// "This explains that": while an alert that matches the source holds, alerts that match the target within the same device, room,
// building … keep quiet. Critical alerts are never hidden so.
package import Community
package import ConfigFile
import Pipeline

package struct InhibitRule: Sendable {
  /// What source and target must have in common.
  package enum Scope: Sendable, Hashable {
    case device
    /// The target's device lies behind the source's: `gateway` in devices.yaml, over several steps.
    case gateway
    /// The very same place.
    case place
    /// The target lies at the source's place or below it.
    case below
    case level(Place.Level)
    /// The target's lane is the source's subject: Linli's own alerts about a broker.
    case lane
    /// Nothing: anywhere.
    case everywhere

    /// The words of `within:`.
    package static let words =
      ["device", "gateway", "place", "below"] + Place.Level.allCases.map(\.rawValue) + ["everywhere"]

    package init?(word: String) {
      switch word {
      case "device": self = .device
      case "gateway": self = .gateway
      case "place": self = .place
      case "below": self = .below
      case "everywhere": self = .everywhere
      default:
        guard let level = Place.Level(rawValue: word) else { return nil }
        self = .level(level)
      }
    }

    /// Source and target cannot change sides, so that one rule may reach over several steps.
    var isDirected: Bool { self == .gateway || self == .lane }
  }

  package var id: String
  package var source: AlertMatcher
  package var target: AlertMatcher
  package var within: Scope
  /// A target that is just raised waits so long, ms, for a source that may come a little later.
  package var wait: Int64
  /// After the end of its source a target keeps quiet for so long, ms: devices behind a gateway need a while to speak up.
  package var grace: Int64
  package var reason: LocalizedText?
  package var location: SourceLocation

  package init(
    id: String, source: AlertMatcher, target: AlertMatcher, within: Scope, wait: Int64 = 0, grace: Int64 = 120_000,
    reason: LocalizedText? = nil, location: SourceLocation = SourceLocation(file: "")
  ) {
    self.id = id
    self.source = source
    self.target = target
    self.within = within
    self.wait = wait
    self.grace = grace
    self.reason = reason
    self.location = location
  }

  /// So long after broker or gateway are back the last of their devices has been heard again, ms.
  private static let heardAgain: Int64 = 70 * 60_000

  /// What Linli knows without being told: while a broker is away, its devices cannot be heard; a device behind a gateway that
  /// is silent, neither. Devices report again only after their own interval, which is an hour for many, hence the long grace.
  package static let builtIn = [
    InhibitRule(
      id: "broker-away", source: AlertMatcher(rules: ["linli-broker"]),
      target: AlertMatcher(rules: [BuiltInFault.deviceSilent.rawValue]), within: .lane, grace: heardAgain,
      reason: LocalizedText(zh: "代理失联期间收不到任何设备", en: "no device is heard while the broker is away")),
    InhibitRule(
      id: "gateway-silent", source: AlertMatcher(rules: [BuiltInFault.deviceSilent.rawValue]),
      target: AlertMatcher(rules: [BuiltInFault.deviceSilent.rawValue]), within: .gateway, wait: 120_000,
      grace: heardAgain, reason: LocalizedText(zh: "所属网关失联", en: "its gateway is silent")),
  ]
}

extension InhibitRule {
  /// Rules whose targets may be sources of the next one, round to the first: each circle once, by its rules in their order. At run
  /// time no two alerts hide each other: in a circle of several rules the older alert explains the later one.
  package static func circles(_ rules: [InhibitRule]) -> [[InhibitRule]] {
    let next = nexts(rules)
    var seen: Set<Int> = []
    var circles: [[InhibitRule]] = []
    for index in rules.indices where !seen.contains(index) {
      guard let circle = way(from: index, to: index, next) else { continue }
      seen.formUnion(circle)
      circles.append(circle.map { rules[$0] })
    }
    return circles
  }

  /// Of each rule the first of all those that it may lead to and come back from; nil: it leads in no circle, but perhaps to itself.
  static func circle(_ rules: [InhibitRule]) -> [Int?] {
    let next = nexts(rules)
    let behind = rules.indices.map { reached(from: $0, next) }
    return rules.indices.map { index in
      let others = behind[index].filter { $0 != index && behind[$0].contains(index) }
      return others.min().map { min($0, index) }
    }
  }

  /// For each rule those whose source may be what it hides. A directed rule follows itself without coming back.
  private static func nexts(_ rules: [InhibitRule]) -> [[Int]] {
    rules.map { rule in
      rules.indices.filter {
        rule.hidden.mayMeet(rules[$0].source) && !(rule.within.isDirected && rules[$0].id == rule.id)
      }
    }
  }

  private static func reached(from: Int, _ next: [[Int]]) -> Set<Int> {
    var found: Set<Int> = []
    var queue = next[from]
    while let here = queue.popLast() {
      if found.insert(here).inserted { queue += next[here] }
    }
    return found
  }

  /// A shortest way from one to the other, without its end. nil: there is none.
  private static func way(from: Int, to: Int, _ next: [[Int]]) -> [Int]? {
    var before: [Int: Int] = [:]
    var queue = [from]
    while !queue.isEmpty {
      let here = queue.removeFirst()
      for step in next[here] where before[step] == nil {
        before[step] = here
        if step == to {
          var found: [Int] = []
          var back = here
          while back != from {
            found.append(back)
            back = before[back] ?? from
          }
          return [from] + found.reversed()
        }
        queue.append(step)
      }
    }
    return nil
  }

  /// What it can really hide.
  private var hidden: AlertMatcher {
    var matcher = target
    let upTo = matcher.upTo ?? .high
    matcher.upTo = max(upTo, .high)
    return matcher
  }
}

/// What inhibition needs to know about the community.
package struct QuietSite: Sendable {
  package var places: PlaceTree
  /// Device → the gateway that it is behind.
  package var gateways: [String: String]

  package init(places: PlaceTree = .empty, gateways: [String: String] = [:]) {
    self.places = places
    self.gateways = gateways
    hubs = Set(gateways.values)
  }

  private let hubs: Set<String>

  /// Keys under which a source reaches targets; none: it has none of what is asked for.
  func sourceKeys(_ alert: Alert, _ scope: InhibitRule.Scope) -> [String] {
    switch scope {
    case .gateway: alert.device.map { hubs.contains($0) ? [$0] : [] } ?? []
    case .below: alert.place.isEmpty ? [] : [alert.place]
    case .lane: [alert.subject]
    default: commonKey(alert, scope).map { [$0] } ?? []
    }
  }

  /// Keys under which a target is reached.
  func targetKeys(_ alert: Alert, _ scope: InhibitRule.Scope) -> [String] {
    switch scope {
    case .gateway: alert.device.map(gatewayChain) ?? []
    case .below: Self.ancestors(of: alert.place)
    case .lane: [alert.lane]
    default: commonKey(alert, scope).map { [$0] } ?? []
    }
  }

  private func commonKey(_ alert: Alert, _ scope: InhibitRule.Scope) -> String? {
    switch scope {
    case .device: alert.device
    case .place: alert.place.isEmpty ? nil : alert.place
    case .level(let level): places.place(at: level, above: alert.place)?.path
    case .everywhere: ""
    case .gateway, .below, .lane: nil
    }
  }

  /// The gateway of a device, the gateway of that, …. None for a device that would be behind itself, or behind more than any real
  /// one: so nothing is ever above what is above it.
  func gatewayChain(_ device: String) -> [String] {
    var chain: [String] = []
    var next = gateways[device]
    while let hub = next, !chain.contains(hub) {
      if hub == device || chain.count == 16 { return [] }
      chain.append(hub)
      next = gateways[hub]
    }
    return chain
  }

  /// `a/b/c` → `a/b/c`, `a/b`, `a`.
  private static func ancestors(of path: String) -> [String] {
    var found: [String] = []
    var path = path[...]
    while !path.isEmpty {
      found.append(String(path))
      path = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
    }
    return found
  }
}
