import Foundation
import Pipeline
import Testing

@Suite("Timestamp: RFC 3339")
struct TimestampRFC3339Tests {
  @Test(arguments: [
    ("2026-01-05T03:20:00Z", 1_767_583_200_000), ("2026-01-05T11:20:00+08:00", 1_767_583_200_000),
    ("2026-01-05t03:20:00.5z", 1_767_583_200_500), ("2026-01-05 03:20:00.123456789Z", 1_767_583_200_123),
    ("2026-01-05T11:20:00.000000+0800", 1_767_583_200_000), ("2026-01-05T11:20:00.000000Z+0800", 1_767_583_200_000),
    ("2026-01-05T03:20:00.250000Z+0000", 1_767_583_200_250), ("2026-01-04T21:50:00-05:30", 1_767_583_200_000),
    ("2026-01-05T11:20:00+08", 1_767_583_200_000), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ("2016-12-31T23:59:60.9Z", 1_483_228_800_000), ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1),
    ("2000-02-29T00:00:00Z", 951_782_400_000), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
    ("9999-12-31T23:59:59.999Z", 253_402_300_799_999), ("2026-01-05T03:20:00,5Z", 1_767_583_200_500),
  ])
  func reads(text: String, milliseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2026", "2026-01-05", "2026-01-05T03:20:00", "2026-01-05T03:20Z", "2026-13-05T03:20:00Z",
    "2026-02-29T03:20:00Z",
    "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-05T24:00:00Z", "2026-01-05T03:60:00Z",
    "2026-01-05T03:20:60Z", "2026-01-05T03:20:61Z", "2026-01-05T03:20:00.Z", "2026-01-05T03:20:00+8",
    "1900-02-29T00:00:00Z",
    "2026-01-05T03:20:00+08:60", "2026-01-05T03:20:00+24:00", "2026-01-05T03:20:00Zx", "2026-01-05T03:20:00ZZ",
    "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-00:01", "+2026-01-05T03:20:00Z", "2026-01-05T03:20:0٣Z", "yesterday",
  ])
  func refuses(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func writes() {
    let time = Timestamp(milliseconds: 1_767_583_200_007)
    #expect(time.rfc3339 == "2026-01-05T03:20:00.007Z")
    #expect(time.rfc3339(offset: 8 * 3_600_000) == "2026-01-05T11:20:00.007+08:00")
    #expect(time.rfc3339(offset: -12_600_000) == "2026-01-04T23:50:00.007-03:30")
    #expect(time.rfc3339(offset: 0) == "2026-01-05T03:20:00.007+00:00")
    #expect(Timestamp(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
    #expect(Timestamp(milliseconds: .max).rfc3339 == "9999-12-31T23:59:59.999Z")
    #expect(Timestamp(milliseconds: .min).rfc3339(offset: -3_600_000) == "0001-01-01T00:00:00.000-01:00")
  }

  @Test func whatIsWrittenIsReadAgain() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let range = Timestamp.distantPast.milliseconds + 86_400_000...Timestamp.distantFuture.milliseconds - 86_400_000
      let time = Timestamp(milliseconds: Int64.random(in: range, using: &random))
      let offset = Int64.random(in: -840...840, using: &random) * 60_000
      #expect(Timestamp(rfc3339: time.rfc3339) == time)
      #expect(Timestamp(rfc3339: time.rfc3339(offset: offset)) == time)
    }
  }

  @Test func agreesWithFoundation() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let seconds = Int64.random(in: -2_000_000_000...8_000_000_000, using: &random)
      let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
      #expect(Timestamp(rfc3339: text)?.milliseconds == seconds * 1000, "\(text)")
    }
  }
}
