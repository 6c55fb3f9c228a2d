import Testing

@testable import Pipeline

@Suite("DeviceTime: the unit follows from the magnitude")
struct DeviceTimeTests {
  @Test(arguments: [
    (1_767_583_200, 1_767_583_200_000), (1_767_583_200_123, 1_767_583_200_123),
    (1_767_583_200_123_999, 1_767_583_200_123), (1_767_583_200_123_999_999, 1_767_583_200_123), (0, 0), (-1, -1000),
  ])
  func integers(unix: Int64, milliseconds: Int64) {
    #expect(DeviceTime.unix(Double(unix), integer: unix)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    (1_767_583_200.25, 1_767_583_200_250), (1_767_583_200.123, 1_767_583_200_123),
    (1_767_583_200_123.9, 1_767_583_200_123),
  ])
  func fractions(unix: Double, milliseconds: Int64) {
    #expect(DeviceTime.unix(unix, integer: nil)?.milliseconds == milliseconds)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
  func noTime(unix: Double) {
    #expect(DeviceTime.unix(unix, integer: nil) == nil)
  }

  @Test func millisecondsSurviveEveryUnit() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      let time = Int64.random(in: 1_000_000_000_000...3_000_000_000_000, using: &random)
      for scale in [Int64(1), 1000, 1_000_000] {
        #expect(DeviceTime.unix(Double(time * scale), integer: time * scale)?.milliseconds == time)
      }
      let seconds = Double(time) / 1000
      #expect(DeviceTime.unix(seconds, integer: nil)?.milliseconds == time, "\(seconds)")
    }
  }
}
