import CAllocationCount
import Pipeline
import Testing

/// Dropped messages by the beginning of their topic: few rows, whatever the topics.
@Suite struct PrefixCountsTests {
  private static func add(_ topic: String, to counts: inout PrefixCounts, times: Int = 1) {
    Array(topic.utf8).withUnsafeBytes { for _ in 0..<times { counts.add($0) } }
  }

  @Test(arguments: [
    ("zigbee2mqtt/lamp", "zigbee2mqtt/#"), ("application/7/device/24e1/event/up", "application/7/#"),
    ("a/b/c", "a/b/#"), ("alone", "alone"), ("/a/b", "/a/#"), ("a/", "a/#"), ("a//b", "a//#"), ("/", "/"),
    ("楼/层/房", "楼/层/#"),
  ])
  func prefixes(topic: String, prefix: String) {
    var counts = PrefixCounts()
    Self.add(topic, to: &counts)
    #expect(counts.rows == [.init(prefix: prefix, count: 1)])
  }

  @Test func largestFirstAndTheRestLast() {
    var counts = PrefixCounts(limit: 3)
    for (topic, times) in [("a/1", 5), ("b/1", 9), ("c", 5), ("d/1", 100), ("a/2", 1), ("c/d", 1)] {
      Self.add(topic, to: &counts, times: times)
    }
    Self.add(String(repeating: "x", count: 129), to: &counts)
    Self.add("", to: &counts)
    #expect(
      counts.rows.map { "\($0.prefix) \($0.count)" } == ["b/# 9", "a/# 6", "c 5", "\(PrefixCounts.other) 103"])
    #expect(counts.total == 123)
  }

  @Test func aHundredThousandPrefixesFindNoRoom() {
    var counts = PrefixCounts()
    for number in 0..<100_000 { Self.add("p\(number)/x", to: &counts) }
    #expect(counts.rows.count == 257 && counts.total == 100_000)
    #expect(counts.rows.reduce(0) { $0 + $1.count } == 100_000)
    #expect(counts.rows.last == .init(prefix: PrefixCounts.other, count: 100_000 - 256))
  }

  @Test(.enabled(if: allocation_count_works(), "malloc cannot be counted here"))
  func aKnownPrefixAllocatesNothing() {
    var counts = PrefixCounts()
    let topics = (0..<50).map { Array("area/\($0)/device/x".utf8) }
    for topic in topics { topic.withUnsafeBytes { counts.add($0) } }
    let before = allocation_count()
    for _ in 0..<1_000 { for topic in topics { topic.withUnsafeBytes { counts.add($0) } } }
    #expect(allocation_count() - before == 0)
  }
}
