import Foundation
import Community
import Notify
import Pipeline
import Testing

@testable import App

/// What `status` says of a channel through which nothing gets.
@Suite struct ChannelWordsTests {
  @Test func sayThatNothingGetsThrough() throws {
    let zone = try #require(TimeZone(secondsFromGMT: 8 * 3600))
    var statistics = OutboxWorker.Statistics()
    statistics.failingSince = Timestamp(milliseconds: 1_767_582_000_000)
    statistics.lastError = LocalizedText(zh: "没有应答：连接超时", en: "no answer: connecting took too long")
    #expect(ChannelWords.troubles(["duty": statistics], zone, .en).isEmpty)
    statistics.deliversNothing = true
    let time = LocalTime.short(Timestamp(milliseconds: 1_767_582_000_000), in: zone)
    #expect(
      ChannelWords.troubles(["duty": statistics], zone, .en)
        == ["duty: nothing has been delivered since \(time): no answer: connecting took too long"])
    #expect(
      ChannelWords.troubles(["duty": statistics], zone, .zh)
        == ["duty：自 \(time) 起通知一直发不出去：没有应答：连接超时"])
  }
}
