// Alerts that come and go. ISA-18.2 wants none of them (chattering: three or more in a minute; fleeting: gone again before anybody
// could act) and asks for on- and off-delays in the rule; until somebody has set those, the second and third look after people:
//
//   chattering   the raise that makes it so speaks and says so; further ones keep quiet until it has been calm for a while, and one
//                that stays active through the calm speaks then
//   fleeting     a subject whose alerts were gone within seconds several times: a new one waits a few seconds before it speaks
//
// Critical alerts are never held back; they only say that they chatter.
import Pipeline

/// `damp` of alerts.yaml. Times in ms.
package struct DampingSettings: Sendable, Equatable {
  package struct Fleeting: Sendable, Equatable {
    /// Gone within so long.
    package var under: Int64 = 10_000
    /// So often …
    package var times = 5
    /// … within so long.
    package var within: Int64 = 86_400_000
    /// A new one waits so long.
    package var hold: Int64 = 15_000

    package init() {}
  }

  /// So many raises of a rule and subject …
  package var raises = 3
  /// … within so long.
  package var within: Int64 = 60_000
  /// Without a change for so long it is calm again.
  package var calm: Int64 = 300_000
  package var fleeting: Fleeting? = Fleeting()

  package init() {}
}

/// What Linli noticed about the subject when an alert was raised.
package enum Flutter: String, Codable, Sendable {
  /// It began to chatter with this one.
  case chatters
  /// It chattered already.
  case damped
  /// Its alerts are gone within seconds.
  case fleeting
}

/// The newest lives of each rule and subject. All of it can be told from the alerts that a restart reads back.
struct SubjectLives: Sendable {
  private struct Life: Sendable {
    var raisedAt: Timestamp
    var clearedAt: Timestamp?
    var flutter: Flutter?
    var isMomentary: Bool { clearedAt == raisedAt }
  }

  /// Lives of one subject.
  private static let kept = 24
  private var lives: [AlertBook.Key: [Life]] = [:]

  /// What a raise at a time means. A pressed button is pressed by a person: it does not chatter.
  mutating func raise(_ key: AlertBook.Key, at time: Timestamp, _ settings: DampingSettings?) -> Flutter? {
    guard let settings else { return nil }
    var flutter: Flutter?
    let known = (lives[key] ?? []).filter { !$0.isMomentary }
    let count = known.count { time - $0.raisedAt <= settings.within } + 1
    let isFluttering = known.last.map { $0.flutter == .chatters || $0.flutter == .damped } ?? false
    if isFluttering, let last = known.last, time - (last.clearedAt ?? last.raisedAt) < settings.calm {
      flutter = .damped
    } else if count >= settings.raises {
      flutter = .chatters
    } else if let fleeting = settings.fleeting {
      let gone = known.count { life in
        life.clearedAt.map { $0 - life.raisedAt < fleeting.under } ?? false && time - life.raisedAt <= fleeting.within
      }
      if gone >= fleeting.times { flutter = .fleeting }
    }
    append(Life(raisedAt: time, flutter: flutter), to: key)
    return flutter
  }

  mutating func clear(_ key: AlertBook.Key, at time: Timestamp) {
    guard let last = lives[key]?.indices.last, lives[key]?[last].clearedAt == nil else { return }
    lives[key]?[last].clearedAt = time
  }

  /// Read back; in the order of the raises.
  mutating func learn(_ alert: Alert) {
    append(Life(raisedAt: alert.raisedAt, clearedAt: alert.clearedAt, flutter: alert.flutter), to: alert.key)
  }

  private mutating func append(_ life: Life, to key: AlertBook.Key) {
    lives[key, default: []].append(life)
    if let count = lives[key]?.count, count > Self.kept { lives[key]?.removeFirst(count - Self.kept) }
  }

  /// Forgets the older half when there are more subjects than that.
  mutating func bound(_ limit: Int) {
    guard lives.count > limit else { return }
    let old = lives.sorted { ($0.value.last?.raisedAt ?? .distantPast) < ($1.value.last?.raisedAt ?? .distantPast) }
    for (key, _) in old.prefix(old.count / 2) { lives[key] = nil }
  }
}
