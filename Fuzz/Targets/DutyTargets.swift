import Alerts
import Community
import ConfigFile
import Orders
import Pipeline

/// The files that say who answers, when alerts keep quiet and which work comes of them.
enum DutyTargets {
  private static let start = Timestamp(milliseconds: 1_767_571_200_000)

  /// `alerts.yaml`: one long stride of the clock does the same as many short ones.
  static func alerts(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse() else { return }
    let settings = AlertSettings.read(node, log: file.log)
    try file.check()
    guard !file.log.hasErrors else { return }
    let quiet = QuietPolicy(SmallCommunity.community, settings: settings.quiet, zone: .utc)
    let stride = events(AlertBook(policy: ResponsePolicy(settings: settings.response), quiet: quiet), every: 3_600_000)
    let steps = events(AlertBook(policy: ResponsePolicy(settings: settings.response), quiet: quiet), every: 7_000)
    try require(stride == steps, "\(stride.count) events in one stride are \(steps.count) in many")
  }

  /// Alerts of every priority come and go; then an hour passes.
  private static func events(_ start: AlertBook, every pause: Int64) -> [AlertEvent] {
    var book = start
    var events: [AlertEvent] = []
    var now = Self.start
    func change(_ kind: ConditionChange.Kind, _ rule: String, _ device: String, _ place: String) -> ConditionChange {
      ConditionChange(
        kind: kind, rule: rule, subject: device, place: place, at: now, noticedAt: now, value: nil, unit: "",
        point: nil,
        position: 1, ordinal: 0)
    }
    let alerts: [(String, String, String, Priority)] = [
      ("cold", "env-301", "hedong/yihe/301", .high), ("device-silent", "env-plant", "hedong/yihe/plant", .medium),
      ("press", "door-301", "hedong/yihe/301", .critical), ("quiet", "gate-1", "hedong/yihe/parking", .low),
    ]
    for round in 0..<4 {
      for (rule, device, place, priority) in alerts {
        let traits = AlertTraits(priority: priority, title: LocalizedText(rule))
        events += book.apply(change(.raised, rule, device, place), lane: "main", traits: traits)
        now = now + 3_000
        events += book.advance(to: now)
        if round < 3 { events += book.apply(change(.cleared, rule, device, place), lane: "main", traits: traits) }
      }
    }
    let end = now + 3_600_000
    while now < end {
      now = min(now + pause, end)
      events += book.advance(to: now)
    }
    return events
  }

  /// `duty.yaml`: whoever is on duty is known, and named once.
  static func duty(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse() else { return }
    let duty = DutyFile.read(node, directory: "/nowhere", zone: .utc, log: file.log)
    // A calendar that cannot be read is a problem of that file.
    if file.log.sorted.allSatisfy({ $0.location.file == PlacedProblems.file }) { try file.check() }
    guard !file.log.hasErrors else { return }
    let known = Set(duty.people.compactMap(\.id))
    for rota in duty.rotas {
      for quarter: Int64 in [0, 21_599_999, 43_200_000, 36_000_000_000] {
        let people = rota.onDuty(at: start + quarter)
        try require(Set(people).count == people.count, "on duty twice: \(people)")
        try require(known.isSuperset(of: people), "on duty, but unknown: \(people)")
      }
    }
  }

  /// A rota's iCalendar file.
  static func calendar(_ bytes: UnsafeRawBufferPointer) throws {
    let log = ProblemLog()
    let reader = CalendarReader(file: "duty.ics", zone: .utc, people: ["wang": "wang", "王强": "wang"], log: log)
    let events = reader.read(Array(bytes))
    let lines = bytes.count { $0 == 10 } + 1
    for problem in log.sorted {
      try require((1...lines).contains(problem.location.line), "a problem outside of the file: \(problem)")
      try require(problem.description.utf8.count <= 4_000, "a long problem")
    }
    for event in events.prefix(50) {
      try require(event.people.allSatisfy { $0 == "wang" }, "unknown people: \(event.people)")
      for hour: Int64 in [0, 7, 24, 700, 9_000] {
        let time = start + hour * 3_600_000
        for (begin, end) in event.occurrences(around: time, reach: 0) {
          try require(begin <= time && time < end, "\(begin) to \(end) is not around \(time)")
        }
      }
    }
  }

  /// `orders.yaml`: maintenance comes again, always later.
  static func orders(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse() else { return }
    let settings = OrderSettings.read(node, log: file.log)
    try file.check()
    guard !file.log.hasErrors else { return }
    try require(Set(settings.maintenance.map(\.id)).count == settings.maintenance.count, "a plan twice")
    for plan in settings.maintenance {
      guard case .calendar(let calendar) = plan.trigger else { continue }
      var time = start
      for _ in 0..<5 {
        let next = calendar.next(after: time, .utc)
        try require(next > time, "\(plan.id) comes at \(next), not after \(time)")
        time = next
      }
    }
  }
}
