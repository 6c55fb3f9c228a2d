// What `linli check` finds about duty: rotas with gaps, people who left, chains that lead nowhere.
package import ConfigFile
package import Pipeline

extension DutyTable {
  /// Weeks from today for which a rota with a calendar is looked at.
  private static let weeks = 4
  /// Gaps of a rota that are named one by one.
  private static let gapsMax = 5

  /// - Parameter now: gaps are looked for from then on; people are gone by then.
  package func check(at now: Timestamp, log: ProblemLog) {
    for rota in rotas { check(rota, at: now, log: log) }
    let today = zone.day(at: now)
    for post in allPosts { check(post, today, log: log) }
    checkCare(today, log: log)
    checkReach(log: log)
  }

  // MARK: - Rotas

  private func check(_ rota: Rota, at now: Timestamp, log: ProblemLog) {
    let today = rota.zone.day(at: now)
    for id in rota.everybody.sorted() {
      guard let person = people[id], person.hasLeft(by: today), let until = person.until else { continue }
      let gone = person.gone(after: until)
      log.warning(
        at: rota.location, zh: "班表“\(rota.id)”：\(gone.zh)", en: "rota \(rota.id): \(gone.en)",
        hint: .init(zh: "请写别人，或写一个替班", en: "name somebody else, or a substitute"))
    }
    let gaps = rota.gaps(from: today, weeks: Self.weeks) { id in people[id].map { !$0.hasLeft(by: today) } ?? false }
    for gap in gaps.prefix(Self.gapsMax) {
      log.warning(
        at: rota.location, zh: "班表“\(rota.id)”无人值班：\(gap.zh)", en: "rota \(rota.id): nobody \(gap.en)")
    }
    if gaps.count > Self.gapsMax {
      let more = gaps.count - Self.gapsMax
      log.warning(
        at: rota.location, zh: "班表“\(rota.id)”：还有 \(more) 处无人值班", en: "rota \(rota.id): \(more) more gaps")
    }
  }

  // MARK: - Chains

  private func check(_ post: Post, _ today: LocalDay, log: ProblemLog) {
    let above = posts(for: post.place).dropFirst()
    if let next = above.first, !post.answer.isComplete {
      let which =
        post.answer.isEmpty
        ? LocalizedText(zh: "没有 answer_within", en: "it has no answer_within")
        : LocalizedText(zh: "answer_within 漏了一些优先级", en: "answer_within leaves out some priorities")
      log.warning(
        at: post.location,
        zh: "“\(post.place)”的值班：无人应答的报警不会升级到“\(next.place)”：\(which.zh)",
        en: "duty of \(post.place): an alert that nobody answers never climbs to \(next.place): \(which.en)",
        hint: .init(zh: "请加上 answer_within: 10m", en: "add answer_within: 10m"))
    }
    let isDeserted = !post.isUnitOnly && everybody(of: post).allSatisfy { $0.hasLeft(by: today) }
    if isDeserted {
      let end =
        above.isEmpty
        ? LocalizedText(
          zh: "，上级也没有人：升级到这里的报警无人收到",
          en: ", and there is nobody above: an alert that climbs here reaches nobody") : LocalizedText("")
      log.warning(
        at: post.location, zh: "“\(post.place)”的值班：人员都已离开\(end.zh)",
        en: "duty of \(post.place): nobody is left\(end.en)",
        hint: .init(zh: "请写上人员或班表", en: "name people or a rota"))
    }
    for person in post.people where person.hasLeft(by: today) && !isDeserted {
      guard let gone = person.until.map({ person.gone(after: $0) }) else { continue }
      log.warning(at: post.location, zh: "“\(post.place)”的值班：\(gone.zh)", en: "duty of \(post.place): \(gone.en)")
    }
  }

  /// Care plans that ask somebody who left. A plan that many homes share is told once.
  private func checkCare(_ today: LocalDay, log: ProblemLog) {
    let gone = allCalls.filter { $0.person?.hasLeft(by: today) ?? false }
    for (location, calls) in Dictionary(grouping: gone, by: { location(of: $0) }).sorted(by: { $0.key < $1.key }) {
      for (call, count) in counted(calls) {
        guard let person = call.person, let until = person.until else { continue }
        let others =
          count > 1 ? LocalizedText(zh: "等 \(count) 户", en: " and \(count - 1) more") : LocalizedText("")
        let role = call.step.who == CareStep.contact ? CareStep.contact : call.step.role.rawValue
        let left = person.gone(after: until, as: role)
        log.warning(
          at: location,
          zh: "“\(call.home)”\(others.zh)的照护计划：\(left.zh)",
          en: "care plan of \(call.home)\(others.en): \(left.en)",
          hint: .init(zh: "请写别人，或写一个班表", en: "name somebody else, or a rota"))
      }
    }
  }

  /// A home names its contact itself.
  private func location(of call: CareCall) -> SourceLocation {
    let home = call.step.who == CareStep.contact ? allPlaces[call.home] : nil
    return home?.location ?? call.step.location
  }

  /// One step of each person, with the number of homes.
  private func counted(_ calls: [CareCall]) -> [(call: CareCall, homes: Int)] {
    var found: [(call: CareCall, homes: Int)] = []
    for call in calls {
      if let index = found.firstIndex(where: { $0.call.person == call.person }) {
        found[index].homes += 1
      } else {
        found.append((call, 1))
      }
    }
    return found
  }

  /// Places where an alert finds nobody, while others have a duty: the topmost of each such part of the tree.
  private func checkReach(log: ProblemLog) {
    let tree = allPlaces
    guard !allPosts.isEmpty else { return }
    var hasPostBelow = Set<String>()
    for post in allPosts { for place in tree.ancestry(of: post.place) { hasPostBelow.insert(place.path) } }
    for (index, place) in tree.places.enumerated() where posts(for: place.path).isEmpty {
      let parent = tree.parents[index]
      let isTopmost = parent < 0 || hasPostBelow.contains(tree.places[parent].path)
      if !hasPostBelow.contains(place.path) && isTopmost {
        log.warning(
          at: place.location, zh: "场所“\(place.path)”：这里和上级都无人值班；它的报警无处升级",
          en: "place \(place.path): nobody is on duty here or above; its alerts climb nowhere",
          hint: .init(zh: "请给它或它的上级写上 duty", en: "give it, or a place above it, a duty"))
      }
    }
  }
}

extension Rota {
  private static let dayNames = zip(
    ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
  ).map { LocalizedText(zh: $0, en: $1) }
  private static let week = 7 * 1440

  /// When nobody is on duty, in words: `on Sunday 06:00–08:00`. Weekly shifts are looked at as a week without a date, a rota
  /// with a calendar from that day on. Hand-over times close no gap.
  func gaps(from today: LocalDay, weeks: Int, isThere: (String) -> Bool) -> [LocalizedText] {
    calendar.isEmpty ? weeklyGaps(isThere) : datedGaps(from: today, days: weeks * 7, isThere)
  }

  private func weeklyGaps(_ isThere: (String) -> Bool) -> [LocalizedText] {
    var covered = [Bool](repeating: false, count: Self.week)
    var holiday = [Bool](repeating: false, count: 1440)
    for shift in shifts where shift.people.contains(where: isThere) {
      let end = shift.to <= shift.from ? shift.to + 1440 : shift.to
      for day in 0..<7 where shift.days & (1 << UInt8(day)) != 0 {
        for minute in shift.from..<end { covered[(day * 1440 + minute) % Self.week] = true }
      }
      if shift.onHolidays { for minute in shift.from..<end { holiday[minute % 1440] = true } }
    }
    var found: [LocalizedText] = []
    if !covered.contains(true) {
      found.append(LocalizedText(zh: "任何时候", en: "ever"))
    } else if let start = (0..<Self.week).first(where: { covered[$0] && !covered[($0 + 1) % Self.week] }) {
      // From the end of a shift once around the week.
      var minute = start + 1
      while minute <= start + Self.week {
        let begin = minute
        while minute <= start + Self.week, !covered[minute % Self.week] { minute += 1 }
        if minute > begin { found.append(Self.words(begin % Self.week, minute - begin)) }
        minute += 1
      }
    }
    if shifts.contains(where: \.onHolidays) {
      var minute = 0
      while minute < 1440 {
        let begin = minute
        while minute < 1440, !holiday[minute] { minute += 1 }
        if minute > begin { found.append(Self.span("节假日", "on holidays", begin, minute)) }
        minute += 1
      }
    }
    return found
  }

  private static func words(_ begin: Int, _ length: Int) -> LocalizedText {
    let end = begin + length
    let (first, last) = (begin / 1440, (end - 1) / 1440)
    let day = dayNames[first % 7]
    if first == last { return span(day.zh, "on \(day.en)", begin % 1440, end - last * 1440) }
    let next = dayNames[end / 1440 % 7]
    let (from, to) = (clock(begin % 1440), clock(end % 1440))
    return LocalizedText(
      zh: "\(day.zh) \(from) 至\(next.zh) \(to)", en: "from \(day.en) \(from) to \(next.en) \(to)")
  }

  /// Within one day.
  private static func span(_ zh: String, _ en: String, _ begin: Int, _ end: Int) -> LocalizedText {
    let times = "\(clock(begin))–\(clock(end))"
    return LocalizedText(zh: "\(zh) \(times)", en: "\(en) \(times)")
  }

  private static func clock(_ minutes: Int) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60)
    return "\(hours < 10 ? "0" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
  }

  private func datedGaps(from today: LocalDay, days: Int, _ isThere: (String) -> Bool) -> [LocalizedText] {
    var spans: [(begin: Timestamp, end: Timestamp)] = []
    for number in (today.number - 1)..<(today.number + days) {
      for (shift, begin, end) in shifts(beginningOn: LocalDay(number: number))
      where shift.people.contains(where: isThere) { spans.append((begin, end)) }
    }
    for event in calendar where event.people.contains(where: isThere) {
      for number in 0...days {
        let noon = zone.instant(today + number, milliseconds: 43_200_000)
        spans += event.occurrences(around: noon + 43_200_000, reach: 86_400_000)
      }
    }
    spans.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    let last = zone.instant(today + days)
    var reached = zone.instant(today)
    var found: [LocalizedText] = []
    for span in spans + [(last, last)] where reached < last {
      if span.begin > reached {
        let (from, to) = (local(reached), local(min(span.begin, last)))
        found.append(LocalizedText(zh: "\(from) 至 \(to)", en: "from \(from) to \(to)"))
      }
      reached = max(reached, span.end)
    }
    return found
  }

  private func local(_ time: Timestamp) -> String {
    let day = zone.day(at: time)
    let minutes = Int((time.milliseconds + zone.offset(at: time)) / 60_000 - Int64(day.number) * 1440)
    return "\(day.text) \(Self.clock(minutes))"
  }
}
