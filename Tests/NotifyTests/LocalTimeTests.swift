import Foundation
import Notify
import Pipeline
import Testing

/// Times in messages and mails.
@Suite struct LocalTimeTests {
  @Test(arguments: [
    ("2026-01-05T03:20:59.999Z", "Asia/Shanghai", "2026-01-05 11:20", "Mon, 5 Jan 2026 11:20:59 +0800"),
    ("2026-01-04T23:59:00.000Z", "UTC", "2026-01-04 23:59", "Sun, 4 Jan 2026 23:59:00 +0000"),
    ("2024-02-29T23:30:00.000Z", "America/St_Johns", "2024-02-29 20:00", "Thu, 29 Feb 2024 20:00:00 -0330"),
    ("1969-12-31T12:00:00.000Z", "UTC", "1969-12-31 12:00", "Wed, 31 Dec 1969 12:00:00 +0000"),
  ])
  func written(time: String, zone: String, short: String, mail: String) throws {
    let time = try #require(Timestamp(rfc3339: time))
    let zone = try #require(TimeZone(identifier: zone))
    #expect(LocalTime.short(time, in: zone) == short)
    #expect(LocalTime.mail(time, in: zone) == mail)
  }
}
