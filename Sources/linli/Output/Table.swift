import Community

/// Rows of cells in aligned columns, for people.
struct Table {
  struct Cell {
    var text: String
    var colour: Terminal.Colour?
    /// - Parameter text: of anybody; as wide as it will be shown.
    init(_ text: String, _ colour: Terminal.Colour? = nil) {
      self.text = VisibleText.of(text)
      self.colour = colour
    }
  }

  private var header: [String]
  private var rows: [[Cell]] = []

  init(_ header: String...) { self.header = header }
  init(columns: [String]) { header = columns }

  mutating func add(_ cells: [Cell]) { rows.append(cells) }
  mutating func add(_ texts: String...) { rows.append(texts.map { Cell($0) }) }

  var isEmpty: Bool { rows.isEmpty }

  /// The lines; trailing blanks are cut.
  func lines() -> [String] {
    var widths = header.map(DisplayWidth.columns)
    for row in rows {
      for (column, cell) in row.enumerated() where column < widths.count {
        widths[column] = max(widths[column], DisplayWidth.columns(cell.text))
      }
    }
    func line(_ cells: [Cell]) -> String {
      var text = ""
      for (column, cell) in cells.enumerated() {
        text += Terminal.paint(cell.text, cell.colour)
        if column < cells.count - 1 {
          text += String(repeating: " ", count: widths[column] - DisplayWidth.columns(cell.text) + 2)
        }
      }
      return text
    }
    return [line(header.map { Cell($0, .grey) })] + rows.map(line)
  }

  func print() {
    for line in lines() { Terminal.line(line) }
  }
}
