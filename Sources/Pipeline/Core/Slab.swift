/// A fixed block of plain values: allocated once, freed with its owner, indexed without reference counting. The tables of
/// the core are made of slabs, so that nothing on the hot path allocates or retains.
struct Slab<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ count: Int, filledWith element: Element) {
    base = Self.allocate(count)
    base.initialize(repeating: element, count: count)
    self.count = count
  }

  init(_ elements: [Element]) {
    base = Self.allocate(elements.count)
    for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
    count = elements.count
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// From the start of a cache line, so that elements of 32 and 64 bytes never straddle two.
  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 64)
      .bindMemory(to: Element.self, capacity: max(count, 1))
  }

  var indices: Range<Int> { 0..<count }

  /// Writing does not need exclusive access to the slab itself: one thread owns all of it.
  subscript(_ index: Int) -> Element {
    get {
      assert(index >= 0 && index < count)
      return base[index]
    }
    nonmutating _modify {
      assert(index >= 0 && index < count)
      yield &base[index]
    }
  }
}
