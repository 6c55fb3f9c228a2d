/// The different numbers of a row in ascending order, and for every number of the row its place among them.
struct DistinctNumbers: ~Copyable {
  let places: IntegerRow
  private let smallest: Int64
  /// Distances from each number to the next larger one, less 1.
  private let gaps: IntegerRow
  private let gapChoice: IntegerStream.Choice

  /// What it takes to write the numbers.
  var bits: Int { 48 + gapChoice.bits }

  /// nil when there are more than `atMost` different ones, or only one.
  init?(_ values: UnsafeBufferPointer<Int64>, atMost: Int) {
    let places = IntegerRow(count: values.count)
    guard var table = NumberTable(capacity: min(atMost, values.count)) else { return nil }
    var known = values[0]
    guard var index = table.insert(known) else { return nil }
    for position in 0..<values.count {
      if values[position] != known {
        known = values[position]
        guard let found = table.insert(known) else { return nil }
        index = found
      }
      places.values[position] = Int64(index)
    }
    let count = table.count
    if count < 2 { return nil }
    let sorted = IntegerRow(count: count)
    _ = sorted.values.update(fromContentsOf: table.numbers.values[..<count])
    var order = sorted.values
    order.sort()
    let ranks = IntegerRow(count: count)
    for (rank, number) in sorted.values.enumerated() { ranks.values[table.find(number)] = Int64(rank) }
    for position in 0..<values.count { places.values[position] = ranks.values[Int(places.values[position])] }
    gaps = IntegerRow(count: count - 1)
    for rank in 1..<count { gaps.values[rank - 1] = sorted.values[rank] &- sorted.values[rank - 1] &- 1 }
    gapChoice = IntegerStream.choose(gaps.view)
    smallest = sorted.values[0]
    self.places = places
  }

  func write(into writer: inout BitWriter) {
    writer.putNumber(UInt64(gaps.values.count))
    writer.putSigned(smallest)
    IntegerStream.encode(gaps.view, gapChoice, into: &writer)
  }

  static func decode(_ reader: inout BitReader, atMost: Int) throws(HistoryBlockError) -> IntegerRow {
    let gaps = reader.takeNumber()
    guard gaps < UInt64(atMost) else { throw .damaged }
    let numbers = IntegerRow(count: Int(gaps) + 1)
    var number = reader.takeSigned()
    numbers.values[0] = number
    try IntegerStream.decode(&reader, into: UnsafeMutableBufferPointer(rebasing: numbers.values[1...]))
    for index in 1..<numbers.values.count {
      number &+= numbers.values[index] &+ 1
      numbers.values[index] = number
    }
    return numbers
  }
}

/// A set of numbers that knows in which order they were first met: open addressing, at most half full.
private struct NumberTable: ~Copyable {
  let numbers: IntegerRow
  private(set) var count = 0
  /// 1 + the index into `numbers`; 0 is empty.
  private let slots: UnsafeMutablePointer<UInt32>
  private let shift: UInt64
  private let mask: Int

  init?(capacity: Int) {
    if capacity < 1 { return nil }
    let bits = 64 - (2 * capacity).leadingZeroBitCount
    numbers = IntegerRow(count: capacity)
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: 0, count: 1 << bits)
    shift = UInt64(64 - bits)
    mask = 1 << bits - 1
  }

  deinit { slots.deallocate() }

  /// The slot that holds `number`, or the empty one in which it belongs (Fibonacci hashing, linear probing).
  @inline(__always)
  private func slot(_ number: Int64) -> Int {
    var slot = Int(truncatingIfNeeded: (UInt64(bitPattern: number) &* 0x9e37_79b9_7f4a_7c15) &>> shift)
    while slots[slot] != 0, numbers.values[Int(slots[slot]) - 1] != number { slot = (slot + 1) & mask }
    return slot
  }

  /// The number's index; nil when it is new and the table full.
  @inline(__always)
  mutating func insert(_ number: Int64) -> Int? {
    let slot = slot(number)
    if slots[slot] == 0 {
      if count == numbers.values.count { return nil }
      numbers.values[count] = number
      count += 1
      slots[slot] = UInt32(count)
    }
    return Int(slots[slot]) - 1
  }

  func find(_ number: Int64) -> Int { Int(slots[slot(number)]) - 1 }
}
