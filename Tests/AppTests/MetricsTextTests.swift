import Testing

@testable import App

/// Prometheus text format 0.0.4, and the rate that stands in `status`.
@Suite struct MetricsTextTests {
  @Test func samplesOfAMetricStandTogether() {
    var text = MetricsText()
    for lane in ["a", "b"] {
      text.add("linli_x_total", .counter, "X.", [("lane", lane)], 1)
      text.add("linli_y", .gauge, "Y.", [("lane", lane)], 0.5)
    }
    #expect(
      text.text == """
        # HELP linli_x_total X.
        # TYPE linli_x_total counter
        linli_x_total{lane="a"} 1
        linli_x_total{lane="b"} 1
        # HELP linli_y Y.
        # TYPE linli_y gauge
        linli_y{lane="a"} 0.5
        linli_y{lane="b"} 0.5

        """)
  }

  @Test func labelsAreEscaped() {
    var text = MetricsText()
    text.add("m", .gauge, "M.", [("l", "a\"b\\c\nd")], -3)
    #expect(text.text.hasSuffix(#"m{l="a\"b\\c\nd"} -3"# + "\n"))
    // One character to Swift, a quote to Prometheus.
    text.add("n", .gauge, "N.", [("l", "a\"\u{301}b")], 1)
    let line = Array("n{l=\"a\\\"\u{301}b\"} 1\n".utf8)
    #expect(text.text.utf8.suffix(line.count).elementsEqual(line))
  }

  @Test(arguments: [(0.0, "0"), (1e14, "100000000000000"), (1e16, "1e+16"), (0.1, "0.1"), (-2.5, "-2.5")])
  func numbers(value: Double, text: String) {
    var metrics = MetricsText()
    metrics.add("m", .gauge, "M.", [], value)
    #expect(metrics.text.hasSuffix("m \(text)\n"))
  }
}

@Suite struct RateMeterTests {
  @Test func theLastTenSecondsCount() {
    var meter = RateMeter()
    #expect(meter.perSecond(5, at: 0) == 0)
    for second in Int64(0)...30 { meter.note(second < 20 ? 0 : UInt64(second - 20) * 100, at: second * 1_000) }
    #expect(meter.perSecond(1_000, at: 30_000) == 100)
  }

  @Test func aClockSetBackBeginsAnew() {
    var meter = RateMeter()
    meter.note(0, at: 1_000_000)
    meter.note(100, at: 1_001_000)
    meter.note(200, at: 500_000)
    meter.note(300, at: 501_000)
    #expect(meter.perSecond(300, at: 501_000) == 100)
  }

  @Test func memoryIsBounded() {
    var meter = RateMeter()
    for tick in 0..<100_000 { meter.note(UInt64(tick), at: Int64(tick)) }
    #expect(meter.perSecond(100_000, at: 100_000) == 1_000)
    #expect(MemoryLayout.size(ofValue: meter) <= 16)
  }
}
