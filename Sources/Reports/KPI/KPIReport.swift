// The alarm measures of a month as a report: ISA-18.2's limits beside each, and which rules and people they come from.
import Alerts
package import Community
import Pipeline

extension Report {
  /// - Parameter log: of the period.
  package static func kpi(_ log: ReportLog, _ period: ReportPeriod, scope: LocalizedText) -> Report {
    let records = log.alarms.records
    let kpi = AlarmKPI(records, from: period.from, to: period.to)
    let tables = KPITables(kpi: kpi, records: records, period: period, title: log.title)
    return Report(
      .kpi, period, scope: scope,
      sections: [
        tables.measures, tables.days, tables.rules, tables.people, tables.floods, tables.chattering, tables.stale,
      ])
  }
}

extension Priority {
  /// Of its columns in charts.
  var colour: String {
    switch self {
    case .critical: "#b3261e"
    case .high: "#e0701a"
    case .medium: "#e3b505"
    case .low: "#8fa9c4"
    }
  }
}

private struct KPITables {
  let kpi: AlarmKPI
  let records: [AlarmRecord]
  let period: ReportPeriod
  let title: (String) -> LocalizedText

  var measures: ReportSection {
    ReportSection(
      "measures", LocalizedText(zh: "指标与限值", en: "Measures and limits"),
      note: LocalizedText(
        zh: "限值依据 ISA-18.2 / IEC 62682 与 EEMUA 191；每 10 分钟为一个时段，从月初零点起算。",
        en:
          "Limits: ISA-18.2 / IEC 62682 and EEMUA 191. A period is 10 minutes, counted from the month's first midnight."
      ),
      table: ReportTable(
        [
          .text("measure", "指标", "Measure"), .number("value", "结果", "Found"), .text("target", "限值", "Limit"),
          .text("verdict", "评价", "Verdict"),
        ],
        kpi.lines.map { line in
          [
            .text(line.name), .measure(line.shown, line.value), .text(line.target ?? LocalizedText("")),
            .verdict(line.verdict),
          ]
        }))
  }

  var days: ReportSection {
    let days = period.days
    var counts: [LocalDay: [Priority: Int]] = [:]
    for record in records where period.contains(record.raisedAt) {
      counts[period.zone.day(at: record.raisedAt), default: [:]][record.priority, default: 0] += 1
    }
    let chart = ReportChart(
      form: .columns, title: LocalizedText(zh: "每日报警数", en: "Alerts a day"),
      labels: days.map { LocalizedText("\($0.components.day)") },
      series: Priority.allCases.map { priority in
        .init(
          name: priority.text, colour: priority.colour,
          values: days.map { Double(counts[$0]?[priority] ?? 0) })
      })
    return ReportSection(
      "days", LocalizedText(zh: "每日报警", en: "Alerts a day"), chart: chart,
      table: ReportTable(
        [
          .text("day", "日期", "Day"), .number("alerts", "报警", "Alerts"), .number("critical", "紧急", "Critical"),
          .number("high", "高", "High"), .number("medium", "中", "Medium"), .number("low", "低", "Low"),
        ],
        days.map { day in
          let found = counts[day] ?? [:]
          return [.name(day.text), .count(found.values.reduce(0, +))]
            + Priority.allCases.map { .count(found[$0] ?? 0) }
        }))
  }

  var rules: ReportSection {
    let top = kpi.rules.prefix(AlarmKPI.topCount)
    let chart = ReportChart(
      form: .ranking, title: LocalizedText(zh: "报警最多的十条规则", en: "The ten busiest rules"),
      labels: top.map { title($0.rule) },
      series: [
        .init(name: LocalizedText(zh: "报警", en: "alerts"), colour: "#1f5d8f", values: top.map { Double($0.alerts) })
      ],
      shown: top.map { LocalizedText("\($0.alerts) (\(FigureText.percent(share($0.alerts))))") })
    return ReportSection(
      "rules", LocalizedText(zh: "各规则的报警", en: "What each rule did"),
      note: LocalizedText(
        zh: "瞬时：不足 60 秒即恢复。无需处理：自行恢复，且无人做过除确认以外的操作。",
        en: "Fleeting: cleared within 60 s. Needed nothing: cleared by itself, and nobody did more than acknowledge it."
      ),
      chart: chart,
      table: ReportTable(
        [
          .text("title", "规则", "Rule"), .technical("rule", "编号", "Id"), .number("alerts", "报警", "Alerts"),
          .number("hidden", "未打扰", "Hidden"), .number("share", "占比", "Share"),
          .number("subjects", "对象", "Subjects"),
          .number("fleeting", "瞬时", "Fleeting"), .number("chattering", "抖动", "Chattering"),
          .number("needed_nothing", "无需处理", "Needed nothing"), .number("escalations", "上报", "Escalated"),
          .number("answer_median", "应答（中位数）", "Answered (median)"), .number("answer_p90", "应答（90%）", "Answered (p90)"),
          .number("lasted_median", "持续（中位数）", "Lasted (median)"),
        ],
        kpi.rules.map { rule in
          [
            .text(title(rule.rule)), .name(rule.rule), .count(rule.alerts), .count(rule.hidden),
            .share(share(rule.alerts)),
            .count(rule.subjects), .count(rule.fleeting), .count(rule.chattering), .count(rule.neededNothing),
            .count(rule.escalations), .duration(rule.answer?.median), .duration(rule.answer?.p90),
            .duration(rule.lasted?.median),
          ]
        }))
  }

  private func share(_ alerts: Int) -> Double { kpi.alerts > 0 ? Double(alerts) / Double(kpi.alerts) : 0 }

  var people: ReportSection {
    ReportSection(
      "people", LocalizedText(zh: "每人的报警负荷", en: "Load of each person"),
      note: LocalizedText(
        zh: "每次通知、上报和重复提醒各计一次；泛滥：10 分钟内超过 10 次，直至一个时段少于 5 次。",
        en:
          "Each raise, escalation and repetition that called somebody counts. Flood: more than 10 in 10 minutes, until a period has fewer than 5."
      ),
      table: ReportTable(
        [
          .text("person", "人员/单位", "Person or unit"), .number("calls", "通知", "Calls"),
          .number("mean", "每 10 分钟平均", "Mean in 10 min"), .number("peak", "10 分钟最多", "Most in 10 min"),
          .number("flood_bins", "泛滥时段", "Periods in flood"), .number("flood_share", "占比", "Share"),
          .number("floods", "泛滥次数", "Floods"), .number("flood_time_share", "泛滥时间占比", "Time in flood"),
        ],
        kpi.loads.map { load in
          [
            .name(load.person), .count(load.calls), .decimal(load.mean, places: 3), .count(load.peak),
            .count(load.floodBins), .share(load.floodShare, places: 2), .count(load.floods.count),
            .share(load.floodTimeShare, places: 2),
          ]
        }))
  }

  var floods: ReportSection {
    let floods = kpi.loads.flatMap { load in load.floods.map { (person: load.person, flood: $0) } }
      .sorted { ($0.flood.from, $0.person) < ($1.flood.from, $1.person) }
    return ReportSection(
      "floods", LocalizedText(zh: "报警泛滥", en: "Floods"),
      table: ReportTable(
        [
          .text("person", "人员/单位", "Person or unit"), .text("from", "开始", "Begin"),
          .number("length", "持续", "Length"), .number("calls", "通知", "Calls"),
        ],
        floods.map {
          [.name($0.person), .time($0.flood.from), .duration($0.flood.to - $0.flood.from), .count($0.flood.calls)]
        },
        limit: ReportTable.rowsMax))
  }

  var chattering: ReportSection {
    ReportSection(
      "chattering", LocalizedText(zh: "抖动报警", en: "Chattering alerts"),
      note: LocalizedText(zh: "同一对象 60 秒内报警 3 次以上。", en: "The same subject three or more times within 60 s."),
      table: ReportTable(
        [
          .text("title", "规则", "Rule"), .technical("rule", "编号", "Id"), .text("subject", "对象", "Subject"),
          .number("episodes", "次数", "Episodes"), .number("worst", "60 秒内最多", "Most in 60 s"),
        ],
        kpi.chattering.map {
          [.text(title($0.rule)), .name($0.rule), .name($0.subject), .count($0.episodes), .count($0.worst)]
        }, limit: ReportTable.rowsMax))
  }

  var stale: ReportSection {
    let stale = records.compactMap { record -> (record: AlarmRecord, active: Int64)? in
      let end = min(record.clearedAt ?? record.closedAt ?? period.to, period.to)
      guard let told = record.calls.first?.at else { return nil }
      let active = end - told
      return active > AlarmKPI.staleAfter && end > period.from ? (record, active) : nil
    }.sorted { ($1.active, $0.record.alert) < ($0.active, $1.record.alert) }
    return ReportSection(
      "stale", LocalizedText(zh: "持续超过 24 小时的报警", en: "Active for more than 24 hours"),
      table: ReportTable(
        [
          .text("title", "规则", "Rule"), .text("subject", "对象", "Subject"), .text("raised_at", "发生", "Raised"),
          .number("active", "持续", "Active"), .text("cleared_at", "恢复", "Cleared"),
        ],
        stale.map {
          [
            .text(title($0.record.rule)), .name($0.record.subject), .time($0.record.raisedAt), .duration($0.active),
            .time($0.record.clearedAt),
          ]
        }, limit: ReportTable.rowsMax))
  }
}
