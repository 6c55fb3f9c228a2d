package import Community
package import ConfigFile
import Pipeline

/// A rule as its file states it: names not yet looked up, thresholds not yet checked against the points.
package struct Rule: Sendable {
  package var id: String
  package var location: SourceLocation
  package var on: Selector
  package var per: Grouping?
  package var condition: Condition
  package var traits: RuleTraits
  package var enabled: Bool
  /// Something is wrong with it and has been said, so it makes no plan. Its id (empty where that is wrong) and the names in these
  /// selectors are judged all the same: whoever mends a file wants to know everything at once. Else nil.
  var refused: [Selector]?
}

extension Rule {
  init(refused: [Selector], id: String, location: SourceLocation) {
    self.init(
      id: id, location: location, on: Selector(), per: nil,
      condition: Condition(test: .all([]), key: "all", location: location),
      traits: RuleTraits(priority: "medium", title: LocalizedText(id)), enabled: false, refused: refused)
  }
}

/// What the alert side needs to know about a rule; plain values, because alerts outlive rules.
package struct RuleTraits: Sendable, Equatable {
  /// `critical`, `high`, `medium` or `low`.
  package var priority: String
  package var title: LocalizedText
  package var advice: LocalizedText?
  package var audience: [String]
  /// After it has cleared, the alert stays until somebody resets it by hand.
  package var latch: Bool
  /// Ms after which an acknowledged alert that is still active speaks again.
  package var realarm: Int64?
  /// `away: suppress`: it means nothing while nobody is at home.
  package var quietWhenAway: Bool
  /// Somebody pressed for it: it looks at buttons and nothing else. The catalogue knows, not the file.
  package var isManual = false

  package init(
    priority: String, title: LocalizedText, advice: LocalizedText? = nil, audience: [String] = [], latch: Bool = false,
    realarm: Int64? = nil, quietWhenAway: Bool = false
  ) {
    self.quietWhenAway = quietWhenAway
    self.latch = latch
    self.realarm = realarm
    self.priority = priority
    self.title = title
    self.advice = advice
    self.audience = audience
  }

  /// In falling urgency.
  package static let priorities = ["critical", "high", "medium", "low"]
}

/// What an alert of a rule is about when it is not a single point: `per:`.
package enum Grouping: Sendable, Equatable {
  case device
  /// The place that the device is assigned to, whatever its level.
  case place
  case level(Place.Level)

  /// The words of `per:`.
  package static let words = ["device", "place"] + Place.Level.allCases.map(\.rawValue)

  package init?(word: String) {
    switch word {
    case "device": self = .device
    case "place": self = .place
    default:
      guard let level = Place.Level(rawValue: word) else { return nil }
      self = .level(level)
    }
  }
}
