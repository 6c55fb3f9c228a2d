/// A fixed block of plain values: allocated once, freed with its owner, indexed without reference counting. The tables of
/// the core are made of slabs, so that nothing on the hot path allocates or retains.
struct Slab<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ count: Int, filledWith element: Element) {
    base = .allocate(capacity: max(count, 1))
    base.initialize(repeating: element, count: count)
    self.count = count
  }

  init(_ elements: [Element]) {
    base = .allocate(capacity: max(elements.count, 1))
    for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
    count = elements.count
  }

  deinit { base.deallocate() }

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
