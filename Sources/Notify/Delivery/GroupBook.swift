// When each group of a channel speaks: some time after its first alert, then not more often than its interval. A pure state
// machine; it is part of what a channel remembers over restarts, so that neither a restart nor a reload tells early or twice.
package import Pipeline

package struct GroupBook: Codable, Sendable, Equatable {
  /// Groups remembered at most. What belongs to one more waits for nobody.
  package static let groupsMax = 1_000

  private struct Group: Codable, Equatable {
    /// Its last message.
    var told: Timestamp?
    /// Its next one; passed or nil: none is planned.
    var due: Timestamp?
  }
  private var groups: [String: Group] = [:]

  package init() {}

  package var count: Int { groups.count }

  /// When a notification of a group that came at `arrival` leaves; not after `now` means now. Later ones of the group join the
  /// message that is planned and never put it off.
  package mutating func due(of key: String, arrival: Timestamp, at now: Timestamp, _ grouping: Grouping) -> Timestamp {
    var group = groups[key] ?? Group()
    // A clock that was set back must not hold a group for longer than the configuration says.
    let latest = now + max(grouping.wait, grouping.interval)
    if let due = group.due, due > now, due <= latest { return due }
    var due = arrival + grouping.wait
    if let told = group.told, told <= now { due = max(due, told + grouping.interval) }
    due = min(due, latest)
    guard due > now else { return due }
    if groups[key] == nil, groups.count >= Self.groupsMax { forget(at: now, grouping) }
    guard groups[key] != nil || groups.count < Self.groupsMax else { return now }
    group.due = due
    groups[key] = group
    return due
  }

  /// People were told of what these groups had.
  package mutating func told(_ keys: some Sequence<String>, at now: Timestamp, _ grouping: Grouping) {
    forget(at: now, grouping)
    for key in keys where groups[key] != nil || groups.count < Self.groupsMax { groups[key] = Group(told: now) }
  }

  /// A group that has nothing planned and may speak at once is as good as a new one.
  private mutating func forget(at now: Timestamp, _ grouping: Grouping) {
    groups = groups.filter { _, group in
      (group.due ?? .distantPast) > now || (group.told.map { $0 + grouping.interval > now } ?? false)
    }
  }
}
