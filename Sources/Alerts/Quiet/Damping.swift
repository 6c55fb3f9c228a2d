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
    var id: String
    var raisedAt: Timestamp
    var clearedAt: Timestamp?
    var flutter: Flutter?
    var isMomentary: Bool { clearedAt == raisedAt }
  }

  /// Lives of one subject.
  private static let kept = 24
  private var lives: [AlertBook.Key: [Life]] = [:]

  /// What a raise at a time means. A pressed button is pressed by a person: it does not chatter.
  mutating func raise(
    _ key: AlertBook.Key, _ id: String, at time: Timestamp, _ settings: DampingSettings?
  ) -> Flutter? {
    // Also without damping: another configuration may ask for it.
    let flutter = settings.flatMap { found(key, at: time, $0) }
    insert(Life(id: id, raisedAt: time, flutter: flutter), key)
    return flutter
  }

  private func found(_ key: AlertBook.Key, at time: Timestamp, _ settings: DampingSettings) -> Flutter? {
    let known = (lives[key] ?? []).filter { !$0.isMomentary }
    let count = known.count { time - $0.raisedAt <= settings.within } + 1
    let isFluttering = known.last.map { $0.flutter == .chatters || $0.flutter == .damped } ?? false
    if isFluttering, let last = known.last, time - (last.clearedAt ?? last.raisedAt) < settings.calm {
      return .damped
    }
    if count >= settings.raises { return .chatters }
    if let fleeting = settings.fleeting {
      let gone = known.count { life in
        life.clearedAt.map { $0 - life.raisedAt < fleeting.under } ?? false && time - life.raisedAt <= fleeting.within
      }
      if gone >= fleeting.times { return .fleeting }
    }
    return nil
  }

  mutating func clear(_ key: AlertBook.Key, at time: Timestamp) {
    guard let open = lives[key]?.lastIndex(where: { $0.clearedAt == nil }) else { return }
    lives[key]?[open].clearedAt = time
  }

  /// Read back.
  mutating func learn(_ alert: Alert) {
    insert(
      Life(id: alert.id, raisedAt: alert.raisedAt, clearedAt: alert.clearedAt, flutter: alert.flutter), alert.key)
  }

  /// In the order of the raises, whatever the order in which they became known.
  private mutating func insert(_ life: Life, _ key: AlertBook.Key) {
    let place = lives[key]?.lastIndex { ($0.raisedAt, $0.id) < (life.raisedAt, life.id) }.map { $0 + 1 } ?? 0
    lives[key, default: []].insert(life, at: place)
    if let count = lives[key]?.count, count > Self.kept { lives[key]?.removeFirst(count - Self.kept) }
  }

  /// Forgets the older half when there are more subjects than that.
  mutating func bound(_ limit: Int) {
    guard lives.count > limit else { return }
    let old = lives.sorted { ($0.value.last?.raisedAt ?? .distantPast) < ($1.value.last?.raisedAt ?? .distantPast) }
    for (key, _) in old.prefix(old.count / 2) { lives[key] = nil }
  }
}
