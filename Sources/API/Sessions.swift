/// Browsers that have signed in. Only memory knows them: a restart ends all sessions, too. Times are ms of a clock that never jumps.
struct Sessions: Sendable {
  /// However busy it is, a session ends so long after the sign-in, ms.
  static let ageMax: Int64 = 30 * 86_400_000
  /// …and so long after its last request. A page that is open asks all the time.
  static let idleMax: Int64 = 7 * 86_400_000
  static let countMax = 1_000

  private struct Session: Sendable {
    let token: String
    let since: Int64
    var seen: Int64

    func hasEnded(at now: Int64) -> Bool { now - since >= Sessions.ageMax || now - seen >= Sessions.idleMax }
  }

  /// The oldest first.
  private var all: [Session] = []

  /// A new session. The oldest one ends when there are too many.
  mutating func begin(_ token: String, at now: Int64) {
    all.removeAll { $0.hasEnded(at: now) }
    if all.count >= Self.countMax { all.removeFirst() }
    all.append(Session(token: token, since: now, seen: now))
  }

  /// Whether it is a session that has not ended; it is in use then.
  mutating func admits(_ token: String, at now: Int64) -> Bool {
    all.removeAll { $0.hasEnded(at: now) }
    guard let index = all.firstIndex(where: { Access.equal($0.token, token) }) else { return false }
    all[index].seen = now
    return true
  }
}
