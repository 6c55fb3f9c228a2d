// 考核 as a report: units, levels, places, people, faults that came again.
package import Community
import Pipeline

extension Report {
  /// - Parameters:
  ///   - log: of the period and `ReportLog.lookBack` before it.
  ///   - below: the place that the report is about; empty: everything.
  package static func assessment(
    _ log: ReportLog, _ period: ReportPeriod, orders: OrderAssessment, equipment: [Equipment], places: PlaceTree,
    below: String, scope: LocalizedText
  ) -> Report {
    let grouping = PlaceGrouping(places, below: below)
    let assessment = Assessment(log.cases.cases, period, group: grouping.group)
    let tables = AssessmentTables(assessment: assessment, places: places, title: log.title)
    let orderTables = OrderTables(orders: orders, places: places, grouping: grouping)
    let available = equipment.map { Availability($0, log.alarms.records, period) }
    return Report(
      .assessment, period, scope: scope,
      sections: [
        tables.summary, tables.units, tables.levels, tables.byPlace, tables.people, tables.repetitions,
        orderTables.units, orderTables.levels, orderTables.byPlace, orderTables.people,
        .availability(available, places: places),
      ],
      notes: [
        LocalizedText(
          zh: "每一步计入其发生的月份；期限以当时下达的为准。收到后自行恢复或被搁置、静默的，其未到的期限不计。",
          en: """
            Every step counts in the month in which it happened; deadlines are those that were given then. Deadlines that lay \
            ahead when an alert returned by itself, was shelved or silenced do not count.
            """)
      ])
  }
}

/// Puts places together for a report: compounds, or what lies right below the place that it is about when that is one.
package struct PlaceGrouping: Sendable {
  private let places: PlaceTree
  private let below: String

  package init(_ places: PlaceTree, below: String) {
    self.places = places
    self.below = below
  }

  package func group(_ path: String) -> String {
    let ancestry = places.ancestry(of: path)
    if let compound = ancestry.first(where: { $0.level == .compound })?.path, compound != below,
      !PlaceTree.contains(compound, below)
    {
      return compound
    }
    // The step right below the report's place; the place itself for what is at no smaller one.
    let inside = ancestry.filter { $0.path != below && PlaceTree.contains(below, $0.path) }
    if below.isEmpty { return ancestry.first?.path ?? path }
    return inside.last?.path ?? ancestry.first?.path ?? path
  }
}

extension PlaceTree {
  /// Its name with that of what it stands in, `颐和小区 3号楼`; the path of a place that is gone.
  package func reportName(_ path: String) -> LocalizedText {
    let chain = ancestry(of: path)
    guard let place = chain.first else { return LocalizedText(path) }
    let above = chain.dropFirst().first { $0.level == .compound }
    guard let above, place.level.isInsideCompound else { return place.name }
    return LocalizedText(zh: "\(above.name.zh) \(place.name.zh)", en: "\(above.name.en), \(place.name.en)")
  }
}

extension Place.Level {
  fileprivate var isInsideCompound: Bool { self == .building || self == .floor || self == .room }
  /// The highest first.
  static func rank(_ name: String) -> Int { allCases.firstIndex { $0.rawValue == name } ?? allCases.count }

  /// What a stored step calls a level, in words.
  static func reportName(_ name: String) -> LocalizedText { Self(rawValue: name)?.text ?? LocalizedText(name) }
}

private struct AssessmentTables {
  typealias Figures = Assessment.Figures
  let assessment: Assessment
  let places: PlaceTree
  let title: (String) -> LocalizedText

  var summary: ReportSection {
    let all = assessment.all
    func row(_ key: String, _ zh: String, _ en: String, _ cell: ReportCell) -> [ReportCell] {
      [.name(key), .text(LocalizedText(zh: zh, en: en)), cell]
    }
    func number(_ count: Int) -> ReportCell { .measure(LocalizedText("\(count)"), Double(count)) }
    func share(_ value: Double?) -> ReportCell {
      .measure(LocalizedText(value.map(FigureText.percent) ?? ReportCell.nothing), value)
    }
    func time(_ value: Int64?) -> ReportCell {
      .measure(value.map(FigureText.duration) ?? LocalizedText(ReportCell.nothing), value.map { Double($0) / 1_000 })
    }
    return ReportSection(
      "summary", LocalizedText(zh: "总体", en: "Summary"),
      table: ReportTable(
        [.technical("key", "指标编号", "Key"), .text("measure", "指标", "Measure"), .number("value", "结果", "Found")],
        [
          row("alerts", "报警", "Alerts", number(all.received)),
          row("answered", "已应答", "Answered", number(all.answered)),
          row("answered_in_time", "按时应答率", "Answered in time", share(all.answeredInTimeShare)),
          row("finished", "已办结", "Finished", number(all.finished)),
          row("finished_in_time", "按时办结率", "Finished in time", share(all.finishedInTimeShare)),
          row("escalated", "逐级上报", "Escalated", number(all.escalated)),
          row("repeated", "7 天内重复故障", "Repeated within 7 days", number(all.repeated)),
          row("answer_median", "应答用时（中位数）", "Time to answer, median", time(all.answer?.median)),
          row("answer_p90", "应答用时（90 分位）", "Time to answer, p90", time(all.answer?.p90)),
          row("finish_median", "办结用时（中位数）", "Time to finish, median", time(all.finish?.median)),
          row("finish_p90", "办结用时（90 分位）", "Time to finish, p90", time(all.finish?.p90)),
        ]))
  }

  var units: ReportSection {
    let units = assessment.units.sorted { a, b in
      (Place.Level.rank(a.key.level), a.key.place, a.key.name.en, a.key.name.zh)
        < (Place.Level.rank(b.key.level), b.key.place, b.key.name.en, b.key.name.zh)
    }
    let rated = units.filter { $0.value.answeredInTimeShare != nil }.prefix(20)
    let chart = ReportChart(
      form: .ranking, title: LocalizedText(zh: "按时应答率", en: "Answered in time"), labels: rated.map(\.key.name),
      series: [
        .init(
          name: LocalizedText(zh: "按时应答率", en: "answered in time"), colour: "#2c7a4b",
          values: rated.map { $0.value.answeredInTimeShare ?? 0 })
      ], shown: rated.map { LocalizedText(FigureText.percent($0.value.answeredInTimeShare ?? 0)) }, maximum: 1)
    return ReportSection(
      "units", LocalizedText(zh: "责任单位", en: "Units"),
      note: LocalizedText(zh: "用时从该单位收到报警起算。", en: "Times run from when the unit got the alert."),
      chart: rated.isEmpty ? nil : chart,
      table: ReportTable(
        [.text("unit", "单位", "Unit"), .text("level", "层级", "Level"), .technical("place", "路径", "Path")] + Self.columns,
        units.map {
          [.text($0.key.name), .text(Place.Level.reportName($0.key.level)), .name($0.key.place)] + cells($0.value)
        }))
  }

  var levels: ReportSection {
    let levels = assessment.levels.sorted { (Place.Level.rank($0.key), $0.key) < (Place.Level.rank($1.key), $1.key) }
    return ReportSection(
      "levels", LocalizedText(zh: "四级联动", en: "Levels"),
      table: ReportTable(
        [.text("level", "层级", "Level")] + Self.columns,
        levels.map { [.text(Place.Level.reportName($0.key))] + cells($0.value) }))
  }

  var byPlace: ReportSection {
    ReportSection(
      "places", LocalizedText(zh: "地点", en: "Places"),
      note: LocalizedText(zh: "用时从报警发生起算。", en: "Times run from the raise of the alert."),
      table: ReportTable(
        [.text("name", "地点", "Place"), .technical("place", "路径", "Path")] + Self.columns,
        assessment.places.sorted { $0.key < $1.key }.map {
          [.text(places.reportName($0.key)), .name($0.key)] + cells($0.value)
        }))
  }

  var people: ReportSection {
    ReportSection(
      "people", LocalizedText(zh: "人员", en: "People"),
      note: LocalizedText(
        zh: "“收到”、按时率和上报计入当时值班的每个人；应答与用时计入实际应答者。",
        en:
          "Received, in time and escalated count for everybody on duty then; answers and their times for who gave them."
      ),
      table: ReportTable(
        [.text("person", "人员", "Person")] + Self.columns.filter { $0.key != "repeated" },
        assessment.people.sorted { $0.key < $1.key }.map { name, figures in
          [.name(name)] + zip(Self.columns, cells(figures)).filter { $0.0.key != "repeated" }.map(\.1)
        }))
  }

  var repetitions: ReportSection {
    ReportSection(
      "repetitions", LocalizedText(zh: "重复故障", en: "Repeated faults"),
      note: LocalizedText(
        zh: "同一规则、同一对象在上次结束后 7 天内再次报警；按钮、跌倒等瞬时事件除外。",
        en: "The same rule at the same subject within 7 days after the last one ended; presses and falls are left out."),
      table: ReportTable(
        [
          .text("title", "规则", "Rule"), .technical("rule", "编号", "Id"), .text("subject", "对象", "Subject"),
          .text("place", "地点", "Place"), .number("times", "重复次数", "Times"), .text("last", "最近一次", "Last"),
        ],
        assessment.repetitions.map {
          [
            .text(title($0.rule)), .name($0.rule), .name($0.subject), .text(places.reportName($0.place)),
            .count($0.times), .time($0.last),
          ]
        }, limit: ReportTable.rowsMax))
  }

  private static let columns: [ReportTable.Column] = [
    .number("received", "收到", "Received"), .number("answered", "应答", "Answered"),
    .number("answered_in_time", "按时应答", "Answered in time"), .number("finished", "办结", "Finished"),
    .number("finished_in_time", "按时办结", "Finished in time"), .number("escalated", "上报", "Escalated"),
    .number("repeated", "重复", "Repeated"), .number("answer_median", "应答中位数", "Answer median"),
    .number("answer_p90", "应答90%", "Answer p90"), .number("finish_median", "办结中位数", "Finish median"),
    .number("finish_p90", "办结90%", "Finish p90"),
  ]

  private func cells(_ figures: Figures) -> [ReportCell] {
    [
      .count(figures.received), .count(figures.answered), .share(figures.answeredInTimeShare), .count(figures.finished),
      .share(figures.finishedInTimeShare), .count(figures.escalated), .count(figures.repeated),
      .duration(figures.answer?.median), .duration(figures.answer?.p90), .duration(figures.finish?.median),
      .duration(figures.finish?.p90),
    ]
  }
}
