/// Whole numbers of a block, made ready to be written in the smallest of three forms: steps, changes from step to step, or a
/// sorted list of the different numbers and the steps of the places in it. The list wins for sensors that come back to few
/// values, because a sensor's next value is mostly a near one in the list, too.
struct WholeColumn: ~Copyable {
  enum Form: UInt64 { case steps = 0, changes, list }

  private let form: Form
  /// What it takes to write all of it.
  let bits: Int
  private let first: Int64
  private let row: IntegerRow
  private let rowChoice: IntegerStream.Choice
  private let list: DistinctNumbers?

  /// Bits for a first number and the form, about.
  private static let header = 40

  init(_ values: UnsafeBufferPointer<Int64>) {
    let count = values.count - 1
    let steps = IntegerRow(count: count)
    let changes = IntegerRow(count: count)
    var before: Int64 = 0
    for index in 0..<count {
      let step = values[index + 1] &- values[index]
      steps.values[index] = step
      changes.values[index] = step &- before
      before = step
    }
    let stepChoice = IntegerStream.choose(steps.view)
    let changeChoice = IntegerStream.choose(changes.view)
    let smallest = min(stepChoice.bits, changeChoice.bits)
    // A list of even two numbers costs more than this.
    if smallest > 160, let list = DistinctNumbers(values, atMost: values.count * 3 / 4) {
      for index in 0..<count { changes.values[index] = list.places.values[index + 1] &- list.places.values[index] }
      let placeChoice = IntegerStream.choose(changes.view)
      if Self.header + list.bits + placeChoice.bits < smallest {
        form = .list
        bits = 2 * Self.header + list.bits + placeChoice.bits
        first = list.places.values[0]
        row = changes
        rowChoice = placeChoice
        self.list = consume list
        return
      }
      for index in stride(from: count - 1, through: 1, by: -1) {
        changes.values[index] = steps.values[index] &- steps.values[index - 1]
      }
      if count > 0 { changes.values[0] = steps.values[0] }
    }
    form = changeChoice.bits < stepChoice.bits ? .changes : .steps
    bits = Self.header + smallest
    first = values[0]
    list = nil
    if changeChoice.bits < stepChoice.bits {
      row = changes
      rowChoice = changeChoice
    } else {
      row = steps
      rowChoice = stepChoice
    }
  }

  func write(into writer: inout BitWriter) {
    writer.put(form.rawValue, 2)
    list?.write(into: &writer)
    writer.putSigned(first)
    IntegerStream.encode(row.view, rowChoice, into: &writer)
  }

  /// Fills `values`; when a list comes back these are places in it, each of them checked.
  static func decode(
    _ reader: inout BitReader, into values: UnsafeMutableBufferPointer<Int64>
  ) throws(HistoryBlockError) -> IntegerRow? {
    guard let form = Form(rawValue: reader.take(2)) else { throw .damaged }
    let list: IntegerRow? =
      form == .list ? try DistinctNumbers.decode(&reader, atMost: values.count) : nil
    var value = reader.takeSigned()
    values[0] = value
    let rest = UnsafeMutableBufferPointer(rebasing: values[1...])
    try IntegerStream.decode(&reader, into: rest)
    if form == .changes {
      var step: Int64 = 0
      for index in 0..<rest.count {
        step &+= rest[index]
        value &+= step
        rest[index] = value
      }
    } else {
      for index in 0..<rest.count {
        value &+= rest[index]
        rest[index] = value
      }
    }
    guard let list else { return nil }
    let count = UInt64(list.values.count)
    var isOutside = false
    for value in values { isOutside = isOutside || UInt64(bitPattern: value) >= count }
    if isOutside { throw .damaged }
    return list
  }
}
