// What `status` says about channels that do not work as usual.
import Community
import Foundation
import Notify
import Pipeline

enum ChannelWords {
  static func troubles(
    _ channels: [String: OutboxWorker.Statistics], _ zone: TimeZone, _ language: Language
  ) -> [String] {
    var lines: [String] = []
    for (id, channel) in channels.sorted(by: { $0.key < $1.key }) {
      if let since = channel.floodSince {
        let time = LocalTime.short(since, in: zone)
        lines.append(
          language == .zh
            ? "\(id)：报警高峰，自 \(time) 起汇总发送，紧急报警仍单独发送"
            : "\(id): flood of alerts since \(time); they come in digests, critical ones alone")
      }
      if channel.deliversNothing, let since = channel.failingSince {
        let time = LocalTime.short(since, in: zone)
        lines.append(
          language == .zh
            ? "\(id)：自 \(time) 起通知一直发不出去：\(channel.lastError?[language] ?? "")"
            : "\(id): nothing has been delivered since \(time): \(channel.lastError?[language] ?? "")")
      }
      if channel.lacksProof {
        lines.append(
          language == .zh
            ? "\(id)：每日自检消息发不出去：\(channel.lastError?[language] ?? "")"
            : "\(id): the daily proof of life does not get through: \(channel.lastError?[language] ?? "")")
      }
    }
    return lines
  }
}
