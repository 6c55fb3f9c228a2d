// A month in Shanghai and alerts that go through it, step by step, as the store keeps them.
import Alerts
import Community
import ConfigFile
import Pipeline
import Reports

enum ReportSample {
  static let zone = LocalTimeTable(
    name: "Asia/Shanghai", changes: [.init(at: .distantPast, offset: 8 * 3_600_000)])
  static let minute: Int64 = 60_000
  static let day: Int64 = 86_400_000
  /// May 2026.
  static let period = ReportMonth("2026-05")!.period(in: zone, now: .distantFuture - 1)!

  /// Days and minutes after the begin of the month.
  static func at(_ day: Int64, _ minutes: Int64 = 0) -> Timestamp {
    period.from + day * Self.day + minutes * minute
  }

  static func log(_ events: [AlertEvent], scope: String = "") -> ReportLog {
    var log = ReportLog(period, scope: scope) { _, _ in ["?"] }
    for event in events { log.add(event) }
    return log
  }

  /// The life of one alert, written down by hand.
  struct Story {
    var alert: Alert
    var events: [AlertEvent] = []

    init(
      _ id: String, rule: String = "lift-fault", subject: String = "lift-1/stuck", place: String = "d/s/c/y/b3",
      priority: Priority = .high, at: Timestamp, unit: String = "物业", level: String = "compound",
      people: [String] = ["王强"], answer: Int64? = 10, finish: Int64? = 240
    ) {
      alert = Alert(
        id: id, lane: "l", rule: rule, subject: subject, place: place,
        traits: AlertTraits(priority: priority, title: LocalizedText(zh: "标题<\(rule)>", en: "Title <\(rule)>")),
        point: subject, value: 1, unit: "", raisedAt: at, noticedAt: at)
      has(unit, level, people, at, answer, finish)
      add(.raised, at)
    }

    private mutating func has(
      _ unit: String, _ level: String, _ people: [String], _ at: Timestamp, _ answer: Int64?, _ finish: Int64?
    ) {
      let place = level == "compound" ? "d/s/c/y" : "d/s/c"
      var state = ResponseState(
        responsible: Responsible(
          place: place, level: level, unit: LocalizedText(unit), people: people.map { Responder(name: $0) }),
        since: at)
      state.answerDue = answer.map { at + $0 * minute }
      state.finishDue = finish.map { at + $0 * minute }
      alert.response = state
    }

    private mutating func add(_ kind: AlertEvent.Kind, _ at: Timestamp, by: String = "linli") {
      if kind != .raised { alert.step += 1 }
      events.append(AlertEvent(kind: kind, alert: alert, at: at, by: by, to: alert.response?.responsible?.people))
    }

    mutating func climbs(
      at: Timestamp, unit: String = "居委会", people: [String] = ["赵丽华"], answer: Int64? = 15, finish: Int64? = 720
    ) {
      has(unit, "community", people, at, alert.isAcknowledged ? nil : answer, finish)
      add(.escalated, at)
    }

    mutating func answered(at: Timestamp, by: String = "王强") {
      alert.acknowledgedAt = at
      alert.acknowledgedBy = by
      alert.response?.answerDue = nil
      add(.acknowledged, at, by: by)
    }

    /// - Parameter goesOn: its deadlines stay.
    mutating func clears(at: Timestamp, goesOn: Bool = true) {
      alert.clearedAt = at
      if !goesOn {
        alert.response?.answerDue = nil
        alert.response?.finishDue = nil
      }
      add(.cleared, at)
    }

    mutating func closes(at: Timestamp, by: String = "linli") {
      alert.closedAt = at
      alert.response?.answerDue = nil
      alert.response?.finishDue = nil
      add(.closed, at, by: by)
    }

    mutating func suppressed(at: Timestamp, _ kind: Suppression.Kind = .maintenance) {
      alert.suppression = Suppression(kind: kind, by: "m1", since: at, reason: "work")
      alert.response?.answerDue = nil
      alert.response?.finishDue = nil
      add(.suppressed, at)
    }

    mutating func released(at: Timestamp) {
      alert.suppression = nil
      add(.released, at)
    }
  }
}

extension ReportSample {
  /// A district with one compound.
  static let places: PlaceTree = {
    let text = """
      places:
      - id: d
        level: district
        name: {zh: 区, en: District}
        places:
        - id: s
          level: street
          places:
          - id: c
            level: community
            places:
            - id: y
              level: compound
              name: {zh: 颐和<小区>, en: "Yihe | <Compound>"}
              places:
              - {id: b3, level: building, name: {zh: 3号楼, en: Building 3}, places: [{id: f1, level: floor}]}
              - {id: parking, level: building, kind: car-park, name: {zh: 车库, en: Car park}}
      """
    let log = ProblemLog()
    return PlaceTreeReader.read(ConfigReader.parse(text, file: "places.yaml", log: log)!, log: log)
  }()
}
