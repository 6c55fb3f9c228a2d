// A report as data: sections with a table and perhaps a chart, in both languages. Every format is written from this.
package import Community
import Pipeline

package struct Report: Sendable {
  /// One line of the heading.
  package struct Fact: Sendable {
    package var key: String
    package var name: LocalizedText
    package var value: LocalizedText
  }

  package var kind: ReportKind
  package var title: LocalizedText
  package var period: ReportPeriod
  package var facts: [Fact]
  /// What a reader must know before believing the figures.
  package var notes: [LocalizedText]
  package var sections: [ReportSection]

  /// - Parameters:
  ///   - scope: what it is about: a place, or everything.
  ///   - zoneName: as in `linli.yaml`.
  package init(
    _ kind: ReportKind, _ period: ReportPeriod, scope: LocalizedText, sections: [ReportSection],
    notes: [LocalizedText] = []
  ) {
    self.kind = kind
    self.period = period
    self.sections = sections
    self.notes = notes
    title = LocalizedText(
      zh: "\(period.month.year)年\(period.month.month)月\(kind.title.zh)", en: "\(kind.title.en) \(period.month)")
    let (first, last) = (period.month.firstDay, period.days.last)
    let span = last.map { "\(first.text) … \($0.text)" } ?? "–"
    facts = [
      Fact(key: "scope", name: LocalizedText(zh: "范围", en: "Scope"), value: scope),
      Fact(
        key: "period", name: LocalizedText(zh: "时段", en: "Period"),
        value: LocalizedText(zh: "\(span)（\(period.zone.name)）", en: "\(span) (\(period.zone.name))")),
    ]
    if period.isPartial {
      self.notes.insert(
        LocalizedText(
          zh: "本月尚未结束：仅统计到最后一个完整的自然日。", en: "The month is still running: only its full days so far are counted."),
        at: 0)
    }
  }
}

package struct ReportSection: Sendable {
  /// Stable, for scripts.
  package var key: String
  package var title: LocalizedText
  /// How the figures are meant.
  package var note: LocalizedText?
  package var chart: ReportChart?
  package var table: ReportTable

  package init(
    _ key: String, _ title: LocalizedText, note: LocalizedText? = nil, chart: ReportChart? = nil, table: ReportTable
  ) {
    self.key = key
    self.title = title
    self.note = note
    self.chart = chart
    self.table = table
  }
}

package struct ReportTable: Sendable {
  package struct Column: Sendable {
    /// Stable, for scripts.
    package var key: String
    package var title: LocalizedText
    /// Stands at the right.
    package var isNumber: Bool
    /// An id or a path: for scripts and spreadsheets, not for people.
    package var isTechnical = false

    package static func text(_ key: String, _ zh: String, _ en: String) -> Column {
      Column(key: key, title: LocalizedText(zh: zh, en: en), isNumber: false)
    }
    package static func technical(_ key: String, _ zh: String, _ en: String) -> Column {
      Column(key: key, title: LocalizedText(zh: zh, en: en), isNumber: false, isTechnical: true)
    }
    package static func number(_ key: String, _ zh: String, _ en: String) -> Column {
      Column(key: key, title: LocalizedText(zh: zh, en: en), isNumber: true)
    }
  }

  package var columns: [Column]
  /// Each as long as `columns`.
  package var rows: [[ReportCell]]
  /// Rows that were left off because there are too many.
  package var omitted = 0

  /// Indices of the columns that people see.
  var shown: [Int] { columns.indices.filter { !columns[$0].isTechnical } }

  /// Rows that a table of single events shows.
  package static let rowsMax = 100

  package init(_ columns: [Column], _ rows: [[ReportCell]], limit: Int = .max) {
    self.columns = columns
    self.rows = Array(rows.prefix(limit))
    omitted = rows.count - self.rows.count
  }
}

/// A picture of figures that stand in the table, too.
package struct ReportChart: Sendable {
  package struct Series: Sendable {
    package var name: LocalizedText
    /// `#rrggbb`.
    package var colour: String
    package var values: [Double]
  }
  package enum Form: Sendable {
    /// One column for each label, the series on top of each other.
    case columns
    /// One bar for each label, the first series only.
    case ranking
  }

  package var form: Form
  package var title: LocalizedText
  package var labels: [LocalizedText]
  package var series: [Series]
  /// What stands at the end of each bar of a ranking.
  package var shown: [LocalizedText] = []
  /// The longest possible bar; nil: the longest there is.
  package var maximum: Double?
}
