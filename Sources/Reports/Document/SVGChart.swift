// Charts as inline SVG, with numbers in fixed form so that the same figures give the same bytes.
import Community

struct SVGChart {
  private static let width = 720.0
  /// Characters of the labels at the left of a ranking, as columns of a terminal.
  private static let labelColumns = 30

  let text: String

  init(_ chart: ReportChart, _ language: Language) {
    switch chart.form {
    case .columns: text = Self.columns(chart, language)
    case .ranking: text = Self.ranking(chart, language)
    }
  }

  // MARK: - Columns

  private static func columns(_ chart: ReportChart, _ language: Language) -> String {
    let (left, top, bottom, height) = (44.0, 26.0, 22.0, 190.0)
    let plot = (width: width - left - 6, height: height - top - bottom)
    let totals = chart.labels.indices.map { label in chart.series.reduce(0) { $0 + $1.values[label] } }
    let step = tick(chart.maximum ?? totals.max() ?? 0)
    let most = max(1, (((chart.maximum ?? totals.max() ?? 0) / step).rounded(.up))) * step
    func y(_ value: Double) -> Double { top + plot.height * (1 - value / most) }
    var parts = legend(chart.series, language, at: left)
    var line = 0.0
    while line <= most {
      parts.append(
        "<line x1=\"\(n(left))\" x2=\"\(n(width - 6))\" y1=\"\(n(y(line)))\" y2=\"\(n(y(line)))\" stroke=\"#d5dbe2\"/>")
      parts.append(label(left - 6, y(line) + 4, FigureText.decimals(line, step < 1 ? 1 : 0), anchor: "end"))
      line += step
    }
    let slot = plot.width / Double(max(1, chart.labels.count))
    let every = max(1, Int((28 / slot).rounded(.up)))
    for (index, name) in chart.labels.enumerated() {
      let x = left + slot * Double(index)
      var below = 0.0
      for series in chart.series where series.values[index] > 0 {
        let value = series.values[index]
        parts.append(
          rectangle(
            x + slot * 0.14, y(below + value), slot * 0.72, y(below) - y(below + value), series.colour,
            "\(name[language]) \(series.name[language]): \(FigureText.decimals(value, value == value.rounded() ? 0 : 1))"
          ))
        below += value
      }
      if index % every == 0 { parts.append(label(x + slot / 2, height - 6, name[language], anchor: "middle")) }
    }
    return figure(chart.title[language], height, parts)
  }

  /// A step of 1, 2 or 5 times a power of ten that gives at most five lines.
  private static func tick(_ most: Double) -> Double {
    var step = 1.0
    let factors = [2, 2.5, 2]
    var index = 0
    while most / step > 5 {
      step *= factors[index % 3]
      index += 1
    }
    return step
  }

  private static func legend(_ series: [ReportChart.Series], _ language: Language, at left: Double) -> [String] {
    guard series.count > 1 else { return [] }
    var x = left
    return series.flatMap { series in
      let here = x
      x += 34 + 7 * Double(DisplayWidth.columns(series.name[language]))
      return [
        rectangle(here, 6, 10, 10, series.colour, nil), label(here + 15, 15, series.name[language], anchor: "start"),
      ]
    }
  }

  // MARK: - Ranking

  private static func ranking(_ chart: ReportChart, _ language: Language) -> String {
    let (left, right, row) = (236.0, 92.0, 20.0)
    let values = chart.series.first?.values ?? []
    let most = chart.maximum ?? values.max() ?? 0
    let plot = width - left - right
    var parts: [String] = []
    for (index, name) in chart.labels.enumerated() {
      let top = 4 + row * Double(index)
      let length = most > 0 ? plot * min(1, max(0, values[index] / most)) : 0
      let shown = index < chart.shown.count ? chart.shown[index][language] : FigureText.decimals(values[index], 0)
      parts.append(label(left - 8, top + 13, shortened(name[language]), anchor: "end"))
      parts.append(rectangle(left, top + 3, max(length, 0.5), row - 7, chart.series[0].colour, name[language]))
      parts.append(label(left + length + 6, top + 13, shown, anchor: "start"))
    }
    return figure(chart.title[language], 8 + row * Double(chart.labels.count), parts)
  }

  private static func shortened(_ text: String) -> String {
    if DisplayWidth.columns(text) <= labelColumns { return text }
    var kept = ""
    for character in text {
      if DisplayWidth.columns(kept) + DisplayWidth.columns(String(character)) > labelColumns - 1 { break }
      kept.append(character)
    }
    return kept + "…"
  }

  // MARK: - Pieces

  private static func figure(_ title: String, _ height: Double, _ parts: [String]) -> String {
    let title = HTMLReport.escape(title)
    return """
      <svg viewBox="0 0 \(n(width)) \(n(height))" role="img" aria-label="\(title)" font-size="11" fill="#1c2430">
      <title>\(title)</title>
      \(parts.joined(separator: "\n"))
      </svg>
      """
  }

  private static func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: String, _ tip: String?
  ) -> String {
    let start = "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" fill=\"\(colour)\""
    guard let tip else { return start + "/>" }
    return start + "><title>\(HTMLReport.escape(tip))</title></rect>"
  }

  private static func label(_ x: Double, _ y: Double, _ text: String, anchor: String) -> String {
    "<text x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\">\(HTMLReport.escape(text))</text>"
  }

  private static func n(_ value: Double) -> String { FigureText.decimals(value, 1) }
}
