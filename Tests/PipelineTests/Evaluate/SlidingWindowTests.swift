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

  @Test(arguments: [SlidingWindow.assured, SlidingWindow.capacityLimit])
  func manyReadingsAreMergedWithinAFewOfTheLimit(limit: Int) {
    var window = SlidingWindow(kind: .total, width: 100_000)
    defer { window.free() }
    for time in Int64(0)..<300_000 {
      window.slide(to: time - 100_000)
      window.insert(.init(time: time, value: 1, weight: 1), limit: limit)
      #expect(window.count <= limit)
    }
    #expect(window.merges > 0)
    #expect(abs(window.total - 100_000) <= Double(100_000 / (limit / 2) + 1))
  }

  /// A day of readings every thirty seconds, every six.
  @Test(arguments: [30_000, 6_000]) func aUsualDayIsExact(interval: Int64) {
    let day: Int64 = 86_400_000
    var window = SlidingWindow(kind: .total, width: day)
    defer { window.free() }
    for time in stride(from: 0, through: 2 * day, by: Int64.Stride(interval)) {
      window.slide(to: time - day)
      window.insert(.init(time: time, value: 1, weight: 1))
      if time >= day { #expect(window.total == Double(day / interval)) }
    }
    #expect(window.merges == 0)
    // What has left gives its room back, and what comes then is exact again.
    window.slide(to: 3 * day)
    window.insert(.init(time: 3 * day + 1, value: 5, weight: 1))
    #expect(window.count == 1 && window.total == 5)
  }

  @Test func manyReadingsAtOneMomentStayBounded() {
    let many = 2 * SlidingWindow.capacityLimit
    var window = SlidingWindow(kind: .total, width: 10)
    defer { window.free() }
    for _ in 0..<many { window.insert(.init(time: 5, value: 1, weight: 1)) }
    #expect(window.total == Double(many) && window.count <= SlidingWindow.capacityLimit)
    var rising = SlidingWindow(kind: .minimum, width: 1_000_000)
    defer { rising.free() }
    for time in 0..<many { rising.insert(.init(time: Int64(time), value: Double(time), weight: 1)) }
    #expect(rising.count <= SlidingWindow.capacityLimit && rising.front?.value == 0)
  }

  /// Where the lane has no room left, a window of many goes back to what it is assured of, and what it says stays near.
  @Test func withoutRoomTheNeighboursAreMerged() {
    var window = SlidingWindow(kind: .total, width: 10_000)
    defer { window.free() }
    for time in Int64(1)...9_000 { window.insert(.init(time: time, value: 1, weight: 1)) }
    #expect(window.count == 9_000 && window.excess == 9_000 - Int32(SlidingWindow.assured))
    window.insert(.init(time: 9_001, value: 1, weight: 1), limit: SlidingWindow.assured)
    #expect(window.count < SlidingWindow.assured && window.excess == 0 && window.total == 9_001)
    window.slide(to: 4_500)
    #expect(abs(window.total - 4_501) <= 20)
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
