import Testing

@testable import Pipeline

@Suite struct SlidingWindowTests {
  /// Few readings: exact at every moment. Also readings that come a little out of order.
  @Test(arguments: 0..<60) func isExactUpToItsCapacity(seed: Int) {
    var numbers = SeededNumbers(seed)
    let kinds: [SlidingWindow.Kind] = [.total, .minimum, .maximum]
    var window = SlidingWindow(kind: kinds[seed % 3], width: 100)
    defer { window.free() }
    var all: [(time: Int64, value: Double)] = []
    var now: Int64 = 0
    for _ in 0..<500 {
      now += Int64(numbers.pick(0...4))
      let time = now - Int64(numbers.chance(20) ? numbers.pick(0...5) : 0)
      let value = Double(numbers.pick(-5...20))
      window.slide(to: now - 100)
      window.insert(.init(time: time, value: value, weight: 1))
      all.append((time, value))
      let inside = all.filter { $0.time > now - 100 }.map(\.value)
      switch window.kind {
      case .total: #expect(window.total == inside.reduce(0, +) && window.weight == Double(inside.count))
      case .minimum: #expect(window.front?.value == inside.min())
      case .maximum: #expect(window.front?.value == inside.max())
      }
    }
    #expect(window.merges == 0)
  }

  @Test func manyReadingsAreMergedWithin1In512() {
    var window = SlidingWindow(kind: .total, width: 100_000)
    defer { window.free() }
    for time in Int64(0)..<300_000 {
      window.slide(to: time - 100_000)
      window.insert(.init(time: time, value: 1, weight: 1))
      #expect(window.count <= SlidingWindow.capacityLimit)
    }
    #expect(window.merges > 0)
    #expect(abs(window.total - 100_000) <= 100_000 / 512 + 1)
  }

  @Test func manyReadingsAtOneMomentStayBounded() {
    var window = SlidingWindow(kind: .total, width: 10)
    defer { window.free() }
    for _ in 0..<5_000 { window.insert(.init(time: 5, value: 1, weight: 1)) }
    #expect(window.total == 5_000 && window.count <= SlidingWindow.capacityLimit)
    var rising = SlidingWindow(kind: .minimum, width: 1_000_000)
    defer { rising.free() }
    for time in 0..<5_000 { rising.insert(.init(time: Int64(time), value: Double(time), weight: 1)) }
    #expect(rising.count <= SlidingWindow.capacityLimit && rising.front?.value == 0)
  }

  /// Nothing of tenths is left over when they have gone.
  @Test func leavesNoRoundingBehind() {
    var window = SlidingWindow(kind: .total, width: 10)
    defer { window.free() }
    for time in Int64(0)..<1000 {
      window.slide(to: time - 10)
      window.insert(.init(time: time, value: time % 50 < 10 ? 0.1 : 0, weight: 1))
      if time % 50 >= 20 { #expect(window.total == 0) }
    }
  }
}
