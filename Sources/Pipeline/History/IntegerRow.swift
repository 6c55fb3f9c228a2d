/// Scratch space for a column: as many numbers as the block has readings, gone with its owner.
struct IntegerRow: ~Copyable {
  let values: UnsafeMutableBufferPointer<Int64>

  init(count: Int) {
    values = .allocate(capacity: count)
    values.initialize(repeating: 0)
  }

  deinit { values.deallocate() }

  var view: UnsafeBufferPointer<Int64> { UnsafeBufferPointer(values) }
}
