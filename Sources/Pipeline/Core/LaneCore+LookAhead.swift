import CPrefetch

/// Fetching what the next entries will touch while the present one is worked on. The tables of a lane are larger than the
/// nearer caches, and most of a reading's time would be spent waiting for them.
///
/// Each step needs what the one before it has fetched, so they stand at different distances, in entries. Nothing here changes
/// any state.
extension LaneCore {
  func lookAhead(_ entries: UnsafeBufferPointer<Entry>, from index: Int) {
    if let point = point(entries, index + 20) {
      linli_prefetch(points.states.base + point)
      linli_prefetch(rules.watchers.base + point)
    }
    if let point = point(entries, index + 12) {
      points.expectReading(point)
      linli_prefetch(rules.edges.base + Int(rules.watchers[point].first))
    }
    if let point = point(entries, index + 8) { expectWindows(point) }
    if let point = point(entries, index + 4) { expectBuckets(point) }
  }

  /// The point of an entry, if it is a reading of one.
  private func point(_ entries: UnsafeBufferPointer<Entry>, _ index: Int) -> Int? {
    guard index < entries.count, entries[index].kind == .reading, entries[index].index < points.states.count else {
      return nil
    }
    return Int(entries[index].index)
  }

  private func expectWindows(_ point: Int) {
    let watchers = rules.watchers[point]
    for number in Int(watchers.first)..<Int(watchers.valueEnd) {
      let edge = rules.edges.base + number
      guard edge.pointee.kind != .last else { continue }
      linli_prefetch(rules.states.base + Int(edge.pointee.node))
      linli_prefetch(rules.nodes.base + Int(edge.pointee.node))
      guard edge.pointee.kind == .window || edge.pointee.kind == .changes else { continue }
      linli_prefetch(rules.windows.base + Int(edge.pointee.extra))
      linli_prefetch(UnsafeRawPointer(rules.windows.base + Int(edge.pointee.extra)) + 64)
    }
  }

  private func expectBuckets(_ point: Int) {
    let watchers = rules.watchers[point]
    for number in Int(watchers.first)..<Int(watchers.valueEnd) {
      let edge = rules.edges.base + number
      guard edge.pointee.kind == .window || edge.pointee.kind == .changes else { continue }
      rules.windows.base[Int(edge.pointee.extra)].expectSlide()
      let instance = Int(rules.nodes[Int(edge.pointee.node)].instance)
      linli_prefetch(rules.instances.base + instance)
    }
  }
}
