import API
import Community

/// The past of a point in rows: as a table for people, as CSV for programs.
struct HistoryText {
  private let rows: [PointView]
  /// Each row is the sum of a stretch, not a reading.
  private let isSummed: Bool
  private let output: OutputOptions

  init(_ rows: [PointView], isSummed: Bool, _ output: OutputOptions) {
    self.rows = rows
    self.isSummed = isSummed
    self.output = output
  }

  func csv() {
    Terminal.row("at,value,unit,quality,reason" + (isSummed ? ",minimum,maximum,count,true_seconds" : "") + ",text")
    for row in rows {
      var cells = [row.at ?? "", Self.number(row.value), row.unit, row.quality, row.reason]
      if isSummed {
        cells += [
          Self.number(row.minimum), Self.number(row.maximum), row.count.map { "\($0)" } ?? "",
          Self.number(row.trueSeconds),
        ]
      }
      cells.append(row.text ?? "")
      Terminal.row(cells.map(Self.cell).joined(separator: ","))
    }
  }

  /// RFC 4180: what could be taken for a separator stands in quotes.
  private static func cell(_ text: String) -> String {
    guard text.contains(where: { ",\"\n".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  func table() {
    if isSummed { sums() } else { readings() }
  }

  private func readings() {
    var table = Table(output.say("时间", "AT"), output.say("值", "VALUE"), output.say("质量", "QUALITY"))
    for row in rows {
      var quality = Wording.quality(row.quality, reason: row.reason, output)
      if row.late == true { quality.text += output.say("，迟到", ", late") }
      table.add([.init(Wording.time(row.at)), .init(value(row)), quality])
    }
    table.print()
  }

  private func sums() {
    let isState = rows.contains { $0.text != nil }
    let isBoolean = rows.contains { $0.trueSeconds != nil }
    var table =
      isState
      ? Table(
        output.say("时间", "AT"), output.say("最后状态", "LAST"), output.say("读数", "READINGS"),
        isBoolean ? output.say("为真时长", "TRUE FOR") : "")
      : Table(
        output.say("时间", "AT"), output.say("平均", "MEAN"), output.say("最小", "MIN"), output.say("最大", "MAX"),
        output.say("读数", "READINGS"))
    for row in rows {
      let count = Table.Cell(
        "\(row.count ?? 0)"
          + ((row.badCount ?? 0) > 0 ? output.say("（坏 \(row.badCount!)）", " (\(row.badCount!) bad)") : ""),
        (row.badCount ?? 0) > 0 ? .yellow : nil)
      let time = Table.Cell(Wording.time(row.at))
      if isState {
        let held = isBoolean ? Wording.duration(seconds: Int((row.trueSeconds ?? 0).rounded())) : ""
        table.add([time, .init(value(row)), count, .init(held)])
      } else {
        table.add([
          time, .init(value(row)), .init(Wording.value(row.minimum, unit: row.unit)),
          .init(Wording.value(row.maximum, unit: row.unit)), count,
        ])
      }
    }
    table.print()
  }

  private func value(_ row: PointView) -> String { row.text ?? Wording.value(row.value, unit: row.unit) }
}
