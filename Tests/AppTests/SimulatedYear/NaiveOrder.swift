// What has to become of an order, worked out the plain way from what orders.yaml and places.yaml say and what people do. Knows nothing
// of the code that it checks.
import Alerts
import Pipeline

struct NaiveOrder {
  struct Ask {
    var at: Timestamp
    var place: String
    var priority: Priority
    var deadline: Timestamp
    /// When each of its alerts came to it, and when it closed; none: the calendar asked.
    var alerts: [(from: Timestamp, closed: Timestamp)]
  }

  private(set) var steps: [NaiveDuty.Step] = []
  private(set) var ended = Timestamp.distantFuture
  private(set) var isCancelled = false
  private let ask: Ask
  private var level = 0
  private var finishDue: Timestamp

  init(_ ask: Ask, _ fate: OrderFate) {
    self.ask = ask
    finishDue = ask.deadline
    let accepted = ask.at + fate.acceptedAfter
    if let gone = allClosed(after: ask.at, in: .ordered), gone < accepted {
      live(from: ask.at, until: gone, isAccepted: false)
      (ended, isCancelled) = (gone, true)
      return
    }
    live(from: ask.at, until: accepted, isAccepted: false)
    var deadline = ask.deadline
    var now = accepted
    if let wait = fate.wait {
      live(from: now, until: now + wait.after, isAccepted: true)
      now = now + wait.after + wait.length
      // The clock stood still; a deadline that has passed does not move.
      if finishDue == deadline { deadline = deadline + wait.length }
      finishDue = finishDue + wait.length
    }
    live(from: now, until: now + fate.doneAfter, isAccepted: true)
    var done = now + fate.doneAfter
    if let after = fate.sentBackAfter, endIfOver(done, before: done + after) == nil {
      let back = done + after
      finishDue = max(back + Self.toFinish(ask.priority), deadline)
      done = back + fate.doneAgainAfter
      live(from: back, until: done, isAccepted: true)
    } else if fate.sentBackAfter != nil {
      return
    }
    let verified = done + min(fate.verifiedAfter ?? .max, 3 * YearOfAlerts.day)
    if endIfOver(done, before: verified) == nil {
      ended = ask.alerts.map(\.closed).reduce(verified) { max($0, $1) }
    }
  }

  private enum State { case ordered, done }

  /// The sensors agree: all its alerts have closed since it was done.
  private mutating func endIfOver(_ done: Timestamp, before: Timestamp) -> Timestamp? {
    guard let over = allClosed(after: done, in: .done), over < before else { return nil }
    ended = over
    return over
  }

  /// When the last of the alerts that it has then closes.
  private func allClosed(after time: Timestamp, in state: State) -> Timestamp? {
    let ends = ask.alerts.map(\.closed).filter { $0 > time }.sorted()
    return ends.first { end in ask.alerts.allSatisfy { $0.closed <= end || $0.from > end } }
  }

  /// Deadlines that are missed in a stretch of time, and whom each of them calls.
  private mutating func live(from: Timestamp, until: Timestamp, isAccepted: Bool) {
    var acceptDue = from + Self.toAccept(ask.priority)
    while true {
      let due = isAccepted ? finishDue : min(acceptDue, finishDue)
      guard due <= until else { return }
      if level < 3 {
        level += 1
        let name = ["compound", "community", "street", "district"][level]
        steps.append(NaiveDuty.Step(at: due, level: name, people: NaiveDuty.people(name, ask.place, due)))
      }
      if !isAccepted, due == acceptDue {
        acceptDue = due + Self.toAccept(ask.priority)
      } else {
        finishDue = due + (NaiveDuty.toFinish(level, ask.priority) ?? 0)
      }
    }
  }

  // MARK: - orders.yaml

  static func toAccept(_ priority: Priority) -> Int64 {
    switch priority {
    case .critical: 10 * YearOfAlerts.minute
    case .high: 30 * YearOfAlerts.minute
    case .medium: 4 * YearOfAlerts.hour
    case .low: YearOfAlerts.day
    }
  }

  static func toFinish(_ priority: Priority) -> Int64 {
    switch priority {
    case .critical: 4 * YearOfAlerts.hour
    case .high: YearOfAlerts.day
    case .medium: 3 * YearOfAlerts.day
    case .low: 7 * YearOfAlerts.day
    }
  }

  /// Rules of each entry of `automatic`, and its own time to finish.
  static func automatic(_ rule: String, _ priority: Priority) -> (id: String, finish: Int64)? {
    let (minute, hour) = (YearOfAlerts.minute, YearOfAlerts.hour)
    let isHigh = priority == .high
    switch rule {
    case "lift-trapped": return ("lift-trapped", 30 * minute)
    case "lift-fault", "lift-out-of-service": return ("lift-repair", isHigh ? 4 * hour : 24 * hour)
    case "pump-overload", "booster-stopped", "sump-high", "sump-pump-idle":
      return ("pumps", isHigh ? 2 * hour : 24 * hour)
    case "water-leak": return ("leaks", 4 * hour)
    case "heating-riser-cold": return ("heating", 12 * hour)
    case "bin-full", "bin-tilted": return ("bins", 12 * hour)
    case "care-room-cold", "care-room-hot": return ("cold-rooms", 8 * hour)
    default: return nil
    }
  }

  /// Due times by the calendar, and the time to finish, of 2026 in Shanghai.
  static func calendar(_ plan: String) -> (first: Timestamp, every: Int64, finish: Int64)? {
    func at(_ text: String) -> Timestamp { Timestamp(rfc3339: "2026-\(text):00+08:00") ?? .distantPast }
    let day = YearOfAlerts.day
    switch plan {
    case "lift-1-service": return (at("01-06T09:00"), 14 * day, 2 * day)
    case "lift-2-service": return (at("01-13T09:00"), 14 * day, 2 * day)
    case "visits": return (at("01-05T10:00"), 7 * day, 3 * day)
    case "gutters": return (at("05-15T08:00"), 365 * day, 14 * day)
    default: return nil
    }
  }
}
