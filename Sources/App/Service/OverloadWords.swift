import Community
import Pipeline

/// What `status` says about a lane that cannot keep up.
enum OverloadWords {
  /// Prefixes that are named; the others are summed up.
  private static let named = 3

  /// - Parameter shedding: of an overloaded lane; what was dropped before the overload began does not count.
  static func text(lane: String, _ shedding: Ingest.Shedding) -> LocalizedText {
    let rate = grouped(UInt64(shedding.takenPerSecond.rounded()))
    let (zh, en) = (drops(shedding, .zh), drops(shedding, .en))
    return LocalizedText(
      zh: "通道 \(lane) 每秒处理 \(rate) 条消息，跟不上来量：QoS 1 消息在代理处等待，"
        + (zh.isEmpty ? "QoS 0 消息尚无丢弃" : "QoS 0 消息已丢弃：\(zh)"),
      en: "lane \(lane) takes \(rate) messages a second and cannot keep up: QoS 1 waits at the broker, "
        + (en.isEmpty ? "no QoS 0 is dropped yet" : "QoS 0 dropped \(en)"))
  }

  /// "12,000 in zigbee2mqtt/#, 300 in app/7/# and 20 elsewhere"
  private static func drops(_ shedding: Ingest.Shedding, _ language: Language) -> String {
    let before = Dictionary(shedding.before.map { ($0.prefix, $0.count) }, uniquingKeysWith: +)
    var rows = shedding.prefixes.map { PrefixCounts.Row(prefix: $0.prefix, count: $0.count - (before[$0.prefix] ?? 0)) }
    var rest = rows.filter { $0.prefix == PrefixCounts.other }.reduce(0) { $0 + $1.count }
    rows.removeAll { $0.prefix == PrefixCounts.other || $0.count == 0 }
    rows.sort { ($1.count, $0.prefix) < ($0.count, $1.prefix) }
    rest += rows.dropFirst(named).reduce(0) { $0 + $1.count }
    var parts = rows.prefix(named).map { row in
      language == .zh ? "\(row.prefix) \(grouped(row.count)) 条" : "\(grouped(row.count)) in \(row.prefix)"
    }
    if rest > 0 { parts.append(language == .zh ? "其他 \(grouped(rest)) 条" : "\(grouped(rest)) elsewhere") }
    return parts.joined(separator: language == .zh ? "、" : ", ")
  }

  /// 12000 → "12,000"
  static func grouped(_ number: UInt64) -> String {
    let digits = Array(String(number))
    return digits.indices.reduce(into: "") { text, at in
      if at > 0, (digits.count - at) % 3 == 0 { text.append(",") }
      text.append(digits[at])
    }
  }
}
