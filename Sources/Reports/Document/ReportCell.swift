// One value of a table: as people read it, as a spreadsheet counts with it, as a script takes it.
package import Community
import Foundation
package import Pipeline

package enum ReportCell: Sendable, Equatable {
  case text(LocalizedText)
  /// An id or a name: the same in every language.
  case name(String)
  case count(Int)
  /// With a fixed number of decimals.
  case decimal(Double?, places: Int)
  /// 0…1.
  case share(Double?, places: Int = 1)
  /// Ms.
  case duration(Int64?)
  case time(Timestamp?)
  case verdict(KPILine.Verdict)
  /// A measure that is shown in words of its own; the number for scripts.
  case measure(LocalizedText, Double?)

  package static let nothing = "–"
}

/// Writes cells in a language and zone.
struct CellText {
  var language: Language
  var zone: LocalTimeTable

  func shown(_ cell: ReportCell) -> String {
    switch cell {
    case .text(let text): text[language].isEmpty ? ReportCell.nothing : text[language]
    case .name(let name): name.isEmpty ? ReportCell.nothing : name
    case .count(let count): "\(count)"
    case .decimal(let value, let places): value.map { FigureText.decimals($0, places) } ?? ReportCell.nothing
    case .share(let value, let places):
      value.map { FigureText.decimals($0 * 100, places) + " %" } ?? ReportCell.nothing
    case .duration(let value): value.map { FigureText.duration($0)[language] } ?? ReportCell.nothing
    case .time(let time): time.map(minute) ?? ReportCell.nothing
    case .verdict(let verdict): verdict.text[language]
    case .measure(let text, _): text[language]
    }
  }

  /// For spreadsheets: numbers without units, shares as 0…1, durations in seconds, times as they read them.
  func plain(_ cell: ReportCell) -> String {
    switch cell {
    case .text(let text): text[language]
    case .name(let name): name
    case .count(let count): "\(count)"
    case .decimal(let value, let places): value.map { FigureText.decimals($0, places) } ?? ""
    case .share(let value, _): value.map { FigureText.decimals($0, 5) } ?? ""
    case .duration(let value): value.map { FigureText.decimals(Double($0) / 1_000, 0) } ?? ""
    case .time(let time): time.map(second) ?? ""
    case .verdict(let verdict): verdict == .none ? "" : verdict.text[language]
    case .measure(let text, _): text[language]
    }
  }

  /// `05-31 08:04`: the month is known, the day is not.
  private func minute(_ time: Timestamp) -> String { String(second(time).dropLast(3)) }

  /// `2026-05-31 08:04:09`, local.
  func second(_ time: Timestamp) -> String {
    let local = time.milliseconds + zone.offset(at: time)
    let seconds = Int(((local % 86_400_000 + 86_400_000) % 86_400_000) / 1_000)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(zone.day(at: time).text) \(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }

  func rfc3339(_ time: Timestamp) -> String { time.rfc3339(offset: zone.offset(at: time)) }
}

extension KPILine.Verdict {
  package var text: LocalizedText {
    switch self {
    case .good: LocalizedText(zh: "达标", en: "good")
    case .tolerable: LocalizedText(zh: "可接受", en: "tolerable")
    case .poor: LocalizedText(zh: "超标", en: "exceeded")
    case .none: LocalizedText(ReportCell.nothing)
    }
  }
}
