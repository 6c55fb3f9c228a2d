import Community
import ConfigFile
import Pipeline

/// Durations and times as people type them after an option.
enum TimeArgument {
  /// `90s 10m 12h 3d` → ms.
  static func duration(_ text: String, option: String) throws -> Int64 {
    guard let milliseconds = DurationText.parse(text), milliseconds > 0 else {
      let problem = LocalizedText(
        zh: "“\(text)”不是时长；请写 90s、10m、12h 或 3d", en: "'\(text)' is not a duration; write 90s, 10m, 12h or 3d")
      throw CommandFailure(.usage, problem.of(option))
    }
    return milliseconds
  }

  /// A duration before `now`, or an RFC 3339 time.
  static func past(_ text: String, now: Timestamp, option: String) throws -> Timestamp {
    if let time = Timestamp(rfc3339: text) { return time }
    guard let milliseconds = DurationText.parse(text) else {
      throw neither(
        text, option, durations: ["90s", "10m", "12h", "3d"], time: "2026-01-05T03:00:00+08:00")
    }
    return now - milliseconds
  }
}

extension TimeArgument {
  /// A duration from now in ms, or an RFC 3339 time as it stands; nil: neither was given.
  static func future(_ text: String?, option: String) throws -> (time: String?, milliseconds: Int64?) {
    guard let text else { return (nil, nil) }
    if Timestamp(rfc3339: text) != nil { return (text, nil) }
    guard let milliseconds = DurationText.parse(text), milliseconds > 0 else {
      throw neither(text, option, durations: ["30m", "4h", "2d"], time: "2026-01-05T18:00:00+08:00")
    }
    return (nil, milliseconds)
  }

  private static func neither(
    _ text: String, _ option: String, durations: [String], time: String
  ) -> CommandFailure {
    let problem = LocalizedText(
      zh: "“\(text)”既不是时长（\(durations.joined(separator: "、"))），也不是时间（\(time)）",
      en: "'\(text)' is neither a duration (\(durations.joined(separator: ", "))) nor a time (\(time))")
    return CommandFailure(.usage, problem.of(option))
  }
}
