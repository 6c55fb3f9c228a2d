// The measures as lines with their targets: what a report, the terminal and a script show.
import Alerts
package import Community

/// One measure: what it is, what was found, what is aimed at.
package struct KPILine: Sendable, Equatable {
  package enum Verdict: String, Sendable, Codable { case good, tolerable, poor, none }

  /// Stable, for scripts.
  package var key: String
  package var name: LocalizedText
  /// As a number, for scripts; shares are 0…1, times ms.
  package var value: Double?
  /// As people read it.
  package var shown: LocalizedText
  package var target: LocalizedText?
  package var verdict: Verdict
}

extension AlarmKPI {
  /// Every measure in a fixed order. Targets: ISA-18.2 / EEMUA 191 as FIELD §2 quotes them.
  package var lines: [KPILine] {
    var lines: [KPILine] = [
      .count("alerts", .init(zh: "报警总数", en: "alerts"), alerts),
      .count("hidden", .init(zh: "其中未打扰任何人", en: "of those kept quiet, told to nobody"), hidden),
      .count("manual", .init(zh: "其中人工呼叫（按钮）", en: "of those raised by hand (a press)"), manual),
      .count("own", .init(zh: "其中系统自身故障", en: "of those about Linli itself"), own),
      .limit(
        "alerts_per_person_10_minutes", .init(zh: "每人每 10 分钟报警（平均）", en: "alerts a person and 10 minutes, mean"),
        meanLoad, good: 1, tolerable: 2, target: .init(zh: "约 1，最多 2", en: "about 1, at most 2")),
      .count(
        "peak_10_minutes", .init(zh: "10 分钟内最多（一人）", en: "most in 10 minutes, one person"),
        loads.map(\.peak).max() ?? 0, good: AlarmLoad.floodAbove,
        target: .init(zh: "不超过 10", en: "at most 10")),
      .share(
        "flood_share", .init(zh: "报警泛滥的时段占比（最忙的人）", en: "periods in flood, busiest person"), floodShare,
        below: 0.01, target: .init(zh: "低于 1%", en: "below 1 %")),
      .count(
        "chattering", .init(zh: "抖动报警（60 秒内 3 次以上）", en: "chattering (3 or more in 60 s)"), chattering.count,
        good: 0, target: .init(zh: "0", en: "none")),
      .count("fleeting", .init(zh: "瞬时报警（不足 60 秒）", en: "fleeting (under 60 s)"), fleeting),
      .count(
        "stale", .init(zh: "超过 24 小时未恢复（一人最多的一天）", en: "active for over 24 h, worst day of one person"),
        staleWorstDay, good: 4, target: .init(zh: "少于 5", en: "fewer than 5")),
    ]
    lines += priorityLines
    lines += [
      .share(
        "top_10_share", .init(zh: "前十条规则占比", en: "share of the ten busiest rules"), topShare, below: nil,
        target: nil),
      .count("escalations", .init(zh: "逐级上报次数", en: "escalations"), escalations),
      .duration("answer_median", .init(zh: "应答时间（中位数）", en: "time to answer, median"), answer?.median),
      .duration("answer_p90", .init(zh: "应答时间（90 分位）", en: "time to answer, p90"), answer?.p90),
      .duration(
        "manual_answer_median", .init(zh: "人工呼叫的应答时间（中位数）", en: "time to answer a press, median"), manualAnswer?.median),
      .duration(
        "manual_answer_p90", .init(zh: "人工呼叫的应答时间（90 分位）", en: "time to answer a press, p90"), manualAnswer?.p90),
      .count("unanswered", .init(zh: "无人应答", en: "never answered"), unanswered),
      .share(
        "needed_nothing", .init(zh: "自行恢复、无需处理", en: "needed nothing"),
        alerts > 0 ? Double(neededNothing) / Double(alerts) : 0, below: nil, target: nil),
    ]
    return lines
  }

  /// 80/15/5, with less than one in a hundred on top (four tiers), of what rules find.
  private var priorityLines: [KPILine] {
    let wanted: [(Priority, Double, LocalizedText)] = [
      (.critical, 0.01, .init(zh: "低于 1%", en: "below 1 %")),
      (.high, 0.10, .init(zh: "约 5%", en: "about 5 %")),
      (.medium, 0.30, .init(zh: "约 15%", en: "about 15 %")),
    ]
    var lines = wanted.map { priority, most, target in
      KPILine.share(
        "priority_\(priority.rawValue)",
        .init(zh: "规则报警的级别占比：\(priority.text.zh)", en: "share of priority \(priority.text.en) in what rules find"),
        share(priority),
        below: most, target: target)
    }
    lines.append(
      KPILine.share(
        "priority_low", .init(zh: "规则报警的级别占比：低", en: "share of priority low in what rules find"), share(.low),
        below: nil,
        target: .init(zh: "约 80%", en: "about 80 %")))
    return lines
  }
}

extension KPILine {
  fileprivate static func count(
    _ key: String, _ name: LocalizedText, _ value: Int, good: Int? = nil, target: LocalizedText? = nil
  ) -> KPILine {
    KPILine(
      key: key, name: name, value: Double(value), shown: LocalizedText("\(value)"), target: target,
      verdict: good.map { value <= $0 ? .good : .poor } ?? .none)
  }

  fileprivate static func limit(
    _ key: String, _ name: LocalizedText, _ value: Double, good: Double, tolerable: Double, target: LocalizedText
  ) -> KPILine {
    KPILine(
      key: key, name: name, value: value, shown: LocalizedText(FigureText.decimals(value, 2)), target: target,
      verdict: value <= good ? .good : value <= tolerable ? .tolerable : .poor)
  }

  fileprivate static func share(
    _ key: String, _ name: LocalizedText, _ value: Double, below: Double?, target: LocalizedText?
  ) -> KPILine {
    KPILine(
      key: key, name: name, value: value, shown: LocalizedText(FigureText.percent(value)), target: target,
      verdict: below.map { value < $0 ? .good : .poor } ?? .none)
  }

  fileprivate static func duration(_ key: String, _ name: LocalizedText, _ value: Int64?) -> KPILine {
    KPILine(
      key: key, name: name, value: value.map(Double.init),
      shown: value.map(FigureText.duration) ?? LocalizedText("–"), target: nil, verdict: .none)
  }
}
