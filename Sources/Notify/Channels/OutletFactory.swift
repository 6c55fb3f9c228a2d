// Makes the sender that belongs to each channel of a configuration.
import Community
import Pipeline

extension OutboxWorker.Outlet {
  /// One outlet a channel. `publish` is nil where there is no broker: then MQTT channels get none, and what waits for
  /// them fails visibly.
  package static func make(
    for configuration: NotifyConfiguration, settings: MessageSettings, transport: any HTTPTransport,
    publish: ((Channel) -> MQTTChannel.Publish)?
  ) -> [OutboxWorker.Outlet] {
    let zone = LocalTimeTable(zone: settings.timeZone)
    return configuration.channels.compactMap { channel in
      let sender: (any ChannelSender)? =
        switch channel.kind {
        case .webhook: WebhookChannel(channel: channel, settings: settings, transport: transport)
        case .wecom, .dingtalk, .feishu: RobotChannel(channel: channel, settings: settings, transport: transport)
        case .mqtt: publish.map { MQTTChannel(channel: channel, settings: settings, publish: $0(channel)) }
        case .alertmanager: AlertmanagerChannel(channel: channel, settings: settings, transport: transport)
        case .http, .wechat, .discourse, .weibo:
          channel.gateway.map {
            GatewayChannel(channel: channel, gateway: $0, settings: settings, transport: transport)
          }
        case .email: channel.mail.map { EmailChannel(channel: channel, mail: $0, settings: settings) }
        }
      return sender.map {
        OutboxWorker.Outlet(channel: channel, sender: $0, zone: zone, ancestor: settings.ancestor)
      }
    }
  }
}
