import Community
import Pipeline
import Testing

@testable import App

/// What `status` says of a lane that cannot keep up.
@Suite struct OverloadWordsTests {
  private static func shedding(_ rows: [(String, UInt64)], before: [(String, UInt64)] = []) -> Ingest.Shedding {
    var shedding = Ingest.Shedding()
    shedding.load = .overloaded
    shedding.takenPerSecond = 30_999.7
    shedding.prefixes = rows.map { .init(prefix: $0.0, count: $0.1) }
    shedding.before = before.map { .init(prefix: $0.0, count: $0.1) }
    return shedding
  }

  @Test func sayWhatIsDroppedWhere() {
    let shedding = Self.shedding([("zigbee2mqtt/#", 12_000)])
    #expect(
      OverloadWords.text(lane: "linli-chaoyang", shedding).en
        == "lane linli-chaoyang takes 31,000 messages a second and cannot keep up: QoS 1 waits at the broker, QoS 0 dropped "
        + "12,000 in zigbee2mqtt/#")
    #expect(
      OverloadWords.text(lane: "linli-chaoyang", shedding).zh
        == "通道 linli-chaoyang 每秒处理 31,000 条消息，跟不上来量：QoS 1 消息在代理处等待，QoS 0 消息已丢弃：zigbee2mqtt/# 12,000 条")
  }

  @Test func onlyWhatThisOverloadDroppedCounts() {
    let shedding = Self.shedding(
      [("a/#", 1_000), ("b/#", 900), ("c/#", 7), ("d/#", 6), ("e/#", 5), ("other", 4)],
      before: [("a/#", 1_000), ("b/#", 100), ("other", 1)])
    #expect(
      OverloadWords.text(lane: "x", shedding).en.hasSuffix(
        "QoS 0 dropped 800 in b/#, 7 in c/#, 6 in d/#, 8 elsewhere"))
    #expect(OverloadWords.text(lane: "x", shedding).zh.hasSuffix("b/# 800 条、c/# 7 条、d/# 6 条、其他 8 条"))
  }

  @Test func nothingDroppedIsSaidToo() {
    #expect(OverloadWords.text(lane: "x", Self.shedding([])).en.hasSuffix("no QoS 0 is dropped yet"))
    #expect(OverloadWords.text(lane: "x", Self.shedding([])).zh.hasSuffix("QoS 0 消息尚无丢弃"))
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] as [(UInt64, String)])
  func grouping(number: UInt64, text: String) { #expect(OverloadWords.grouped(number) == text) }

  @Test func onlyAnOverloadThatLastsIsAnAlert() {
    let now = Timestamp(milliseconds: 1_000_000)
    var shedding = Self.shedding([])
    shedding.since = Timestamp(milliseconds: now.milliseconds - 29_999)
    #expect(!SelfWatch.isLasting(shedding, at: now))
    shedding.since = Timestamp(milliseconds: now.milliseconds - 30_000)
    #expect(SelfWatch.isLasting(shedding, at: now))
    shedding.load = .busy
    #expect(!SelfWatch.isLasting(shedding, at: now))
  }
}
