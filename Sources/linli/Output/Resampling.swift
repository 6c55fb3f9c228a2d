import API
import Pipeline

/// Readings of one point summed up in stretches of equal length, counted from the Unix epoch.
enum Resampling {
  /// One reading a stretch, at its start: the mean of the usable values (for booleans the share of true ones).
  /// Stretches without a usable reading are left out.
  static func means(of readings: [PointView], every step: Int64) -> [PointView] {
    var result: [PointView] = []
    var sum = 0.0
    var count = 0
    var current: (start: Int64, last: PointView)?

    func close() {
      guard let (start, last) = current, count > 0 else { return }
      var mean = last
      mean.at = Timestamp(milliseconds: start).rfc3339
      mean.value = sum / Double(count)
      mean.text = nil
      result.append(mean)
    }

    for reading in readings {
      guard reading.quality != "bad", let value = reading.value, let at = reading.at.flatMap({ Timestamp(rfc3339: $0) })
      else { continue }
      let remainder = at.milliseconds % step
      let start = at.milliseconds - (remainder < 0 ? remainder + step : remainder)
      if current?.start != start {
        close()
        sum = 0
        count = 0
      }
      current = (start, reading)
      sum += value
      count += 1
    }
    close()
    return result
  }
}
