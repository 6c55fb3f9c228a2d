// The part of the assessment that is about orders 工单.
import Community

struct OrderTables {
  typealias Figures = OrderAssessment.Figures
  let orders: OrderAssessment
  let places: PlaceTree
  /// Puts places together, as for alerts.
  let grouping: PlaceGrouping

  var units: ReportSection {
    let units = orders.units.sorted { ($0.key.zh, $0.key.en) < ($1.key.zh, $1.key.en) }
    return ReportSection(
      "orders", LocalizedText(zh: "工单（按单位）", en: "Orders by unit"),
      note: LocalizedText(
        zh: "用时从下单起算，含等待；期限随等待顺延，错过期限计入错过的月份。",
        en:
          "Times run from the order, waiting included; deadlines move with each wait, a missed one counts when it was missed."
      ),
      table: ReportTable(
        [.text("unit", "单位", "Unit")] + Self.columns,
        (units.isEmpty ? [] : [[.text(LocalizedText(zh: "合计", en: "All"))] + cells(orders.all)])
          + units.map { [.text($0.key)] + cells($0.value) }))
  }

  var levels: ReportSection {
    let levels = orders.levels.sorted { (Place.Level.rank($0.key), $0.key) < (Place.Level.rank($1.key), $1.key) }
    let kept = Self.columns.filter { $0.key != "ordered" }
    return ReportSection(
      "order_levels", LocalizedText(zh: "工单（按层级）", en: "Orders by level"),
      note: LocalizedText(
        zh: "计入当时督办工单的层级；超期和上报计入上报前的层级，“收到”为在该层级下单或由下级上报至此。",
        en: """
          Steps count for the level that watched over the order then, missed deadlines and steps up for the one from which it went up; \
          received is what was ordered there or came up from below.
          """),
      table: ReportTable(
        [.text("level", "层级", "Level"), .number("received", "收到", "Received")] + kept,
        levels.map { level, figures in
          [.text(Place.Level.reportName(level)), .count(figures.received)]
            + zip(Self.columns, cells(figures)).filter { $0.0.key != "ordered" }.map(\.1)
        }))
  }

  var byPlace: ReportSection {
    var groups: [String: Figures] = [:]
    for (place, figures) in orders.places { groups[grouping.group(place), default: Figures()].add(figures) }
    return ReportSection(
      "order_places", LocalizedText(zh: "工单（按地点）", en: "Orders by place"),
      table: ReportTable(
        [.text("name", "地点", "Place"), .technical("place", "路径", "Path")] + Self.columns,
        groups.sorted { $0.key < $1.key }.map {
          [.text(places.reportName($0.key)), .name($0.key)] + cells($0.value)
        }))
  }

  var people: ReportSection {
    let kept = Self.columns.filter { !["ordered", "escalated"].contains($0.key) }
    return ReportSection(
      "order_people", LocalizedText(zh: "工单（按人员）", en: "Orders by person"),
      note: LocalizedText(
        zh: "接单计入接单者，完成计入完成者，超期计入当时持单者。",
        en: "Accepted and done count for who did so, missed deadlines for who had the order then."),
      table: ReportTable(
        [.text("person", "人员", "Person")] + kept,
        orders.people.sorted { $0.key < $1.key }.map { name, figures in
          [.name(name)]
            + zip(Self.columns, cells(figures)).filter { !["ordered", "escalated"].contains($0.0.key) }.map(\.1)
        }))
  }

  private static let columns: [ReportTable.Column] = [
    .number("ordered", "下单", "Ordered"), .number("accepted", "接单", "Accepted"), .number("done", "完成", "Done"),
    .number("in_time", "按时完成", "In time"), .number("late", "超期", "Late"), .number("escalated", "上报", "Escalated"),
    .number("rejected", "退回", "Sent back"), .number("accept_median", "接单中位数", "Accept median"),
    .number("accept_p90", "接单90%", "Accept p90"), .number("finish_median", "完成中位数", "Done median"),
    .number("finish_p90", "完成90%", "Done p90"),
  ]

  private func cells(_ figures: Figures) -> [ReportCell] {
    [
      .count(figures.ordered), .count(figures.accepted), .count(figures.done), .share(figures.inTimeShare),
      .count(figures.late), .count(figures.escalated), .count(figures.rejected), .duration(figures.accept?.median),
      .duration(figures.accept?.p90), .duration(figures.finish?.median), .duration(figures.finish?.p90),
    ]
  }
}
