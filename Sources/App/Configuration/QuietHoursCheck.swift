// Quiet hours keep a message while the time to answer runs on. Where nobody else is told meanwhile, the next level hears of what the
// first never was. Looked for as it would happen: through a week from now, with those on duty then, by the ways that routes and
// people give.
import Alerts
import Community
import ConfigFile
import Notify
import Pipeline

struct QuietHoursCheck {
  /// Minutes between two looks.
  private static let step = 30
  private static let days = 7

  let duty: DutyTable
  let notify: NotifyConfiguration
  /// Of alerts for which care plans are asked.
  let carePriorities: Set<Priority>
  let now: Timestamp

  /// What a channel keeps too long.
  private struct Kept {
    /// The longest time, minutes.
    var wait = 0
    /// Times to answer that are shorter, ms, by place.
    var within: [String: Int64] = [:]
  }

  /// Alerts at a place, as far as routes tell them apart.
  private struct Kind: Hashable {
    var place: String
    var audience: [String] = []
    var rule = ""
  }

  func check(log: ProblemLog) {
    let quiet = notify.channels.filter { $0.quietHours != nil }
    if quiet.isEmpty { return }
    var kept: [String: [Priority: Kept]] = [:]
    // With nobody above nobody hears of it before them.
    let climbed = Set(duty.allPosts.flatMap { duty.posts(for: $0.place).dropFirst().map(\.place) })
    for post in duty.allPosts where duty.posts(for: post.place).count > 1 {
      look(at: post, isClimbedTo: climbed.contains(post.place), &kept)
    }
    lookAtCare(&kept)
    for channel in quiet {
      for priority in Priority.allCases {
        if let found = kept[channel.id]?[priority] { warn(channel, priority, found, log) }
      }
    }
  }

  private func warn(_ channel: Channel, _ priority: Priority, _ kept: Kept, _ log: ProblemLog) {
    let places = kept.within.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    let (place, others) = (places[0].key, places.count - 1)
    let (wait, within) = (DurationText.text(Int64(kept.wait) * 60_000), DurationText.text(places[0].value))
    log.warning(
      at: channel.location,
      zh: "渠道“\(channel.id)”：quiet_hours 会把 \(priority.rawValue) 报警压住最长 \(wait)，而 \(place)"
        + (others > 0 ? "（另有 \(others) 处）" : " ") + "要在 \(within) 内应答：首先被找的人还不知道，下一级已先知道",
      en: "channel \"\(channel.id)\": quiet_hours keep what is \(priority.rawValue) for up to \(wait), and \(place)"
        + (others > 0 ? " (and \(others) more)" : "")
        + " has \(within) to answer it: who is asked next hears of it before who is asked first",
      hint: .init(
        zh: "请把 \(priority.rawValue) 从 quiet_hours 的 priority 里去掉，另给一种通知方式，或延长 answer_within",
        en: "leave \(priority.rawValue) out of the priority of quiet_hours, give another way, or a longer answer_within"
      )
    )
  }

  // MARK: - The four levels

  private func look(at post: DutyTable.Post, isClimbedTo: Bool, _ kept: inout [String: [Priority: Kept]]) {
    for priority in Priority.allCases {
      guard let within = post.answer[priority.rawValue] else { continue }
      let minutes = minutes(keeping: priority, longerThan: within)
      if minutes.isEmpty { continue }
      let kinds = kinds(at: post).map { kind in
        (isRaise: duty.posts(for: kind.place).first?.place == post.place, ways: routed(kind, priority))
      }
      for (time, minute) in times(minutes) {
        guard let people = duty.onDuty(post, at: time) else { continue }
        let own = channels(of: people)
        let haveAll = !people.isEmpty && people.allSatisfy { $0.channel != nil }
        for kind in kinds where kind.isRaise || !haveAll {
          judge(own + kind.ways, priority, minute, within, post.place, &kept)
        }
        // Steps up go to the people alone, unless somebody has no channel.
        if isClimbedTo && haveAll { judge(own, priority, minute, within, post.place, &kept) }
      }
    }
  }

  /// The alerts that routes tell apart for a post; first those that none names.
  private func kinds(at post: DutyTable.Post) -> [Kind] {
    var kinds = [Kind(place: post.place)]
    for route in notify.routes {
      let place = route.place ?? post.place
      let isBelow = PlaceTree.contains(post.place, place)
      guard isBelow || PlaceTree.contains(place, post.place) else { continue }
      let audiences = route.audiences.isEmpty ? [[]] : route.audiences.map { [$0] }
      for audience in audiences {
        for rule in route.rules.isEmpty ? [""] : route.rules {
          let kind = Kind(place: isBelow ? place : post.place, audience: audience, rule: rule)
          if !kinds.contains(kind) { kinds.append(kind) }
        }
      }
    }
    return kinds
  }

  /// What staff read of the channels to which routes lead: a program answers nothing, nor do residents.
  private func routed(_ kind: Kind, _ priority: Priority) -> [Channel] {
    var found: [String] = []
    for route in notify.routes
    where route.matches(place: kind.place, priority: priority, audience: kind.audience, rule: kind.rule) {
      found += route.to
      if route.stop { break }
    }
    return notify.channels.filter { $0.kind.isForPeople && !$0.kind.isPublic && found.contains($0.id) }
  }

  private func channels(of people: [DutyPerson]) -> [Channel] {
    let own = Set(people.compactMap(\.channel))
    return notify.channels.filter { own.contains($0.id) }
  }

  // MARK: - Care plans

  /// The last one of a plan has nobody behind.
  private func lookAtCare(_ kept: inout [String: [Priority: Kept]]) {
    for calls in Dictionary(grouping: duty.allCalls, by: \.home).values {
      for call in calls.dropLast() {
        let within = call.step.answerWithin
        for priority in carePriorities {
          for (time, minute) in times(minutes(keeping: priority, longerThan: within)) {
            judge(channels(of: duty.onCall(call, at: time)), priority, minute, within, call.home, &kept)
          }
        }
      }
    }
  }

  // MARK: - Times

  /// Notes who keeps it too long, if nobody is told in time by any way.
  private func judge(
    _ ways: [Channel], _ priority: Priority, _ minute: Int, _ within: Int64, _ place: String,
    _ kept: inout [String: [Priority: Kept]]
  ) {
    let waits = ways.map { wait(of: $0, priority, minute) }
    guard let shortest = waits.min(), Int64(shortest) * 60_000 > within else { return }
    for (channel, wait) in zip(ways, waits) {
      var found = kept[channel.id]?[priority] ?? Kept()
      found.wait = max(found.wait, wait)
      found.within[place] = min(found.within[place] ?? within, within)
      kept[channel.id, default: [:]][priority] = found
    }
  }

  /// Minutes for which a channel keeps it.
  private func wait(of channel: Channel, _ priority: Priority, _ minute: Int) -> Int {
    guard let quiet = channel.quietHours, quiet.priorities.contains(priority) else { return 0 }
    return quiet.rest(atMinute: minute)
  }

  /// Minutes of the day at which any channel keeps it that long.
  private func minutes(keeping priority: Priority, longerThan within: Int64) -> [Int] {
    let begins = notify.channels.compactMap { $0.quietHours.map { $0.from % 1_440 } }
    return Set(Array(stride(from: 0, to: 1_440, by: Self.step)) + begins).sorted().filter { minute in
      notify.channels.contains { Int64(wait(of: $0, priority, minute)) * 60_000 > within }
    }
  }

  private func times(_ minutes: [Int]) -> [(time: Timestamp, minute: Int)] {
    let today = duty.zone.day(at: now)
    return (0..<Self.days).flatMap { day in
      minutes.map { (duty.zone.instant(today + day, milliseconds: Int64($0) * 60_000), $0) }
    }
  }
}
