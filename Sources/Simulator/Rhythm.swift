import Foundation
import Pipeline

/// The time of the simulated community. Messages carry real time; the rhythm of the day (sleep, meals, traffic) may run
/// faster, so that a demonstration of minutes shows a whole day.
struct Rhythm: Sendable {
  static let minute: Int64 = 60_000
  static let hour: Int64 = 3_600_000
  static let day: Int64 = 86_400_000

  let start: Timestamp
  let speed: Double
  /// Local time minus UTC at the start, ms.
  let offset: Int64

  init(start: Timestamp, speed: Double, zone: LocalTimeTable) {
    self.start = start
    self.speed = speed
    offset = zone.changes.last { $0.at <= start }?.offset ?? 0
  }

  /// Local time of the community, ms since 1970-01-01T00:00 on its own clock.
  func local(_ time: Timestamp) -> Int64 {
    start.milliseconds + offset + Int64(Double(time - start) * speed)
  }

  /// When a local time of the community is reached.
  func real(_ local: Int64) -> Timestamp {
    start + Int64((Double(local - offset - start.milliseconds) / speed).rounded())
  }

  /// Real ms that so many ms of the community's time take.
  func real(span: Int64) -> Int64 { Int64(Double(span) / speed) }

  /// Hours since local midnight.
  func hour(_ time: Timestamp) -> Double {
    let local = local(time)
    return Double(local - Self.midnight(local)) / Double(Self.hour)
  }

  static func midnight(_ local: Int64) -> Int64 { local - ((local % day) + day) % day }
}

/// Smooth curves over the hours of a day.
enum DailyCurve {
  /// −1 … 1 with its highest point at `peak` hours.
  static func wave(_ hour: Double, peak: Double) -> Double { cos((hour - peak) / 24 * 2 * .pi) }

  /// 0 outside `from … to` hours, rising to 1 in the middle.
  static func bell(_ hour: Double, _ from: Double, _ to: Double) -> Double {
    guard hour > from, hour < to else { return 0 }
    return sin((hour - from) / (to - from) * .pi)
  }

  /// Traffic: a peak in the morning, a broader one in the evening, 0 … 1.
  static func traffic(_ hour: Double) -> Double {
    min(1, bell(hour, 6.5, 9.5) + 0.9 * bell(hour, 16.5, 20.5) + 0.25 * bell(hour, 9, 17))
  }
}
