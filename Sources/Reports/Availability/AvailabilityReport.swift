// Availability as a report: equipment by kind, its outages, how full car parks were.
package import Community
import Pipeline

extension Report {
  /// - Parameters:
  ///   - log: of the period.
  ///   - equipment: in the order of the report within each kind.
  package static func availability(
    _ log: ReportLog, _ period: ReportPeriod, equipment: [Equipment], occupancy: [Occupancy], places: PlaceTree,
    scope: LocalizedText
  ) -> Report {
    let found = equipment.map { Availability($0, log.alarms.records, period) }
    let tables = AvailabilityTables(found: found, places: places, period: period, title: log.title)
    var sections = Equipment.Kind.allCases.map(tables.kind)
    sections.append(tables.outages)
    sections.append(tables.occupancy(occupancy))
    return Report(
      .availability, period, scope: scope, sections: sections,
      notes: [
        LocalizedText(
          zh: "电梯、水泵：存在紧急、高、中级报警或设备失联的时间为停用；车库：其范围内存在此类报警的时间（单个传感器故障除外）。计划检修不计。",
          en: """
            Lifts and pumps are out of order while a critical, high or medium alert is active or the device is silent; car \
            parks while such an alert is active in them (faults of single sensors aside). Planned maintenance does not count.
            """)
      ])
  }
}

extension ReportSection {
  /// All equipment in one table, for the assessment.
  static func availability(_ found: [Availability], places: PlaceTree) -> ReportSection {
    ReportSection(
      "availability", LocalizedText(zh: "设备可用率", en: "Availability"),
      table: ReportTable(
        [
          .text("name", "名称", "Name"), .text("kind", "类别", "Kind"), .technical("id", "编号", "Id"),
          .text("place", "地点", "Place"), .number("availability", "可用率", "Availability"),
          .number("outages", "停用次数", "Outages"), .number("down", "停用时间", "Down"),
        ],
        found.map {
          [
            .text($0.equipment.name), .text($0.equipment.kind.text), .name($0.equipment.id),
            .text(places.reportName($0.equipment.place)), .share($0.share, places: 2), .count($0.outages.count),
            .duration($0.down),
          ]
        }))
  }
}

private struct AvailabilityTables {
  let found: [Availability]
  let places: PlaceTree
  let period: ReportPeriod
  let title: (String) -> LocalizedText

  func kind(_ kind: Equipment.Kind) -> ReportSection {
    let ours = found.filter { $0.equipment.kind == kind }
    let heading =
      switch kind {
      case .lift: LocalizedText(zh: "电梯", en: "Lifts")
      case .pump: LocalizedText(zh: "水泵", en: "Pumps")
      case .carPark: LocalizedText(zh: "车库", en: "Car parks")
      }
    let shown = ours.filter { $0.share != nil }.prefix(30)
    let chart = ReportChart(
      form: .ranking, title: LocalizedText(zh: "\(heading.zh)可用率", en: "\(heading.en): availability"),
      labels: shown.map(\.equipment.name),
      series: [
        .init(
          name: LocalizedText(zh: "可用率", en: "availability"), colour: "#1f5d8f", values: shown.map { $0.share ?? 0 })
      ], shown: shown.map { LocalizedText(FigureText.decimals(($0.share ?? 0) * 100, 2) + " %") }, maximum: 1)
    return ReportSection(
      kind.rawValue.split(separator: "-").joined(separator: "_") + "s", heading, chart: shown.isEmpty ? nil : chart,
      table: ReportTable(
        [
          .text("name", "名称", "Name"), .technical("id", "编号", "Id"), .text("place", "地点", "Place"),
          .number("availability", "可用率", "Availability"), .number("outages", "停用次数", "Outages"),
          .number("down", "停用时间", "Down"), .number("longest", "最长", "Longest"), .number("mtbf", "平均无故障", "MTBF"),
          .number("mttr", "平均修复", "MTTR"), .number("planned", "计划检修", "Planned"),
        ],
        ours.map {
          [
            .text($0.equipment.name), .name($0.equipment.id), .text(places.reportName($0.equipment.place)),
            .share($0.share, places: 2), .count($0.outages.count), .duration($0.down), .duration($0.longest),
            .duration($0.meanTimeBetweenFailures), .duration($0.meanTimeToRepair), .duration($0.planned),
          ]
        }))
  }

  var outages: ReportSection {
    let all = found.flatMap { item in item.outages.map { (item.equipment, $0) } }
      .sorted { ($0.1.from, $0.0.id) < ($1.1.from, $1.0.id) }
    return ReportSection(
      "outages", LocalizedText(zh: "停用记录", en: "Outages"),
      table: ReportTable(
        [
          .text("name", "名称", "Name"), .text("from", "开始", "Begin"), .text("to", "结束", "End"),
          .number("length", "本月时长", "In this month"), .text("cause", "原因", "Cause"),
        ],
        all.map { equipment, outage in
          let titles = outage.rules.map(title)
          return [
            .text(equipment.name), .time(outage.from), .time(outage.to),
            .duration(outage.down),
            .text(
              LocalizedText(
                zh: titles.map(\.zh).joined(separator: "、"), en: titles.map(\.en).joined(separator: ", "))),
          ]
        }, limit: ReportTable.rowsMax))
  }

  func occupancy(_ rows: [Occupancy]) -> ReportSection {
    ReportSection(
      "occupancy", LocalizedText(zh: "车库使用", en: "Car park use"),
      note: LocalizedText(
        zh: "由历史记录的每小时汇总得出；空余车位的峰值为最低值。",
        en: "From the hourly sums of the history; the peak of free spaces is their lowest."),
      table: ReportTable(
        [
          .text("car_park", "车库", "Car park"), .text("what", "指标", "What"), .technical("point", "测点", "Point"),
          .number("mean", "平均", "Mean"), .number("peak", "峰值", "Peak"), .text("peak_at", "峰值时刻", "Peak at"),
        ],
        rows.map { row in
          func cell(_ value: Double?) -> ReportCell { row.isShare ? .share(value) : .decimal(value, places: 1) }
          return [
            .text(row.carPark), .text(row.what), .name(row.point), cell(row.mean), cell(row.peak), .time(row.peakAt),
          ]
        }))
  }
}
