/// Numbers of things to be looked at, in the order in which they were noted. It keeps its memory, so it allocates only while
/// it still grows; and no access of it is checked for a second owner, as one of an array would be.
struct WorkList: ~Copyable {
  private var memory: UnsafeMutablePointer<Int32>
  private var capacity = 64
  private(set) var count = 0

  init() { memory = .allocate(capacity: capacity) }

  deinit { memory.deallocate() }

  var isEmpty: Bool { count == 0 }

  subscript(_ index: Int) -> Int32 {
    assert(index >= 0 && index < count)
    return memory[index]
  }

  mutating func append(_ number: Int32) {
    if count == capacity { grow() }
    memory[count] = number
    count += 1
  }

  mutating func removeAll() { count = 0 }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity * 2)
    larger.initialize(from: memory, count: count)
    memory.deallocate()
    memory = larger
    capacity *= 2
  }
}
