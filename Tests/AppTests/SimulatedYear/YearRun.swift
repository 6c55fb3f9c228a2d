// Lives through a year of alerts on a clock of its own: the book with the example's duty and all that keeps alerts quiet, people who
// answer, every step noted.
import Alerts
import App
import Community
import Pipeline

struct YearRun {
  private enum Moment { case tell, raise, clear, answer, reset }

  private(set) var events: [AlertEvent] = []
  private(set) var book: AlertBook
  private var idByFate: [Int: String] = [:]
  private var fateByID: [String: Int] = [:]
  private var asked: [Int] = []
  private var queue: [(at: Timestamp, moment: Moment, fate: Int)] = []
  private let year: YearOfAlerts
  private let configuration: LoadedConfiguration

  init(_ year: YearOfAlerts, _ configuration: LoadedConfiguration) {
    self.year = year
    self.configuration = configuration
    var quiet = configuration.quiet
    quiet.site = QuietSite(places: configuration.community.places, gateways: year.gateways)
    book = AlertBook(policy: configuration.response, quiet: quiet)
    asked = Array(repeating: 0, count: year.fates.count)
    queue = year.fates.indices.map { (year.fates[$0].raisedAt, .raise, $0) }
    queue += year.absences.indices.map { (year.absences[$0].toldAt, .tell, $0) }
    queue.sort { ($0.at, $0.fate) > ($1.at, $1.fate) }
  }

  /// To the end of the last alert.
  mutating func run() throws {
    while let next = queue.last {
      // Step by step, so that nobody answers late what was asked in between.
      if let due = book.nextDue, due <= next.at {
        note(book.advance(to: due))
        continue
      }
      queue.removeLast()
      if next.moment == .tell {
        try goAway(year.absences[next.fate], at: next.at)
      } else {
        try take(next.moment, next.fate, at: next.at)
      }
    }
  }

  /// Id of the alert that a fate became.
  func id(_ fate: Int) -> String? { idByFate[fate] }

  private mutating func take(_ moment: Moment, _ index: Int, at time: Timestamp) throws {
    let fate = year.fates[index]
    switch moment {
    case .raise:
      let raised = apply(.raised, fate, at: time)
      guard let alert = raised.first?.alert else { return }
      idByFate[index] = alert.id
      fateByID[alert.id] = index
      note(raised)
      if fate.clearedAt == time {
        note(apply(.cleared, fate, at: time))
      } else {
        plan(.clear, index, at: fate.clearedAt)
      }
    case .clear:
      note(apply(.cleared, fate, at: time))
      planReset(index, at: time)
    case .answer:
      guard let id = idByFate[index], let alert = book[id] else { return }
      let name = alert.response?.people.first?.name ?? "resident"
      note(try book.perform(.acknowledge, on: id, by: name, at: time))
      planReset(index, at: time)
    case .reset:
      guard let id = idByFate[index] else { return }
      note(try book.perform(.reset, on: id, by: "王强", at: time))
    case .tell: break
    }
  }

  /// `linli away`.
  private mutating func goAway(_ absence: Absence, at time: Timestamp) throws {
    let request = QuietRequest(
      kind: .away, matcher: AlertMatcher(places: [absence.home]), from: absence.from, until: absence.until,
      reason: "去女儿家 / at her daughter's", by: "王强")
    let plan = try request.plan(at: time, limits: configuration.alerts.quiet.limits, planned: book.planned)
    note(book.plan(plan, at: time))
  }

  private func change(_ kind: ConditionChange.Kind, _ fate: AlertFate, at time: Timestamp) -> ConditionChange {
    ConditionChange(
      kind: kind, rule: fate.rule, subject: fate.subject, place: fate.place, at: time, noticedAt: time, value: 1,
      unit: "", point: fate.point, position: 0, ordinal: 0)
  }

  private mutating func apply(_ kind: ConditionChange.Kind, _ fate: AlertFate, at time: Timestamp) -> [AlertEvent] {
    book.apply(
      change(kind, fate, at: time), lane: fate.place.isEmpty ? AlertEvent.system : "year", traits: fate.traits)
  }

  private mutating func planReset(_ index: Int, at time: Timestamp) {
    guard let id = idByFate[index], let alert = book[id], alert.isLatched, alert.isAcknowledged else { return }
    plan(.reset, index, at: time + year.fates[index].resetAfter)
  }

  private mutating func note(_ found: [AlertEvent]) {
    events += found
    for event in found where event.asks && [.raised, .released, .realarmed].contains(event.kind) {
      guard let index = fateByID[event.alert.id] else { continue }
      let answers = year.fates[index].answers
      plan(.answer, index, at: event.at + answers[min(asked[index], answers.count - 1)])
      asked[index] += 1
    }
  }

  /// Latest first, so that the next one is taken off the end.
  private mutating func plan(_ moment: Moment, _ fate: Int, at time: Timestamp) {
    var (low, high) = (0, queue.count)
    while low < high {
      let middle = (low + high) / 2
      if queue[middle].at > time { low = middle + 1 } else { high = middle }
    }
    queue.insert((time, moment, fate), at: low)
  }
}
