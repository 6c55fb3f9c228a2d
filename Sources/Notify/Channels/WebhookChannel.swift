// Posts Alertmanager's document to an address, with an idempotency key and, when a secret is set, a signature.
import ConfigFile
package import Pipeline
import Words

package struct WebhookChannel: ChannelSender {
  private let channel: Channel
  private let settings: MessageSettings
  private let transport: any HTTPTransport

  package init(channel: Channel, settings: MessageSettings, transport: any HTTPTransport) {
    self.channel = channel
    self.settings = settings
    self.transport = transport
  }

  package func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    let body: [UInt8]
    do {
      body = try WebhookDocument(
        event: entry.event, receiver: channel.id, language: channel.language ?? settings.language, settings: settings
      ).encoded()
    } catch {
      return .refused(reason: LocalizedText(unencodable: error))
    }
    var headers = [("Content-Type", "application/json"), ("Linli-Idempotency-Key", entry.idempotencyKey)]
    if let secret = channel.secret {
      headers.append(("Linli-Signature", Signature.webhook(body: body, secret: secret.value)))
    }
    do {
      return AnswerJudge.judge(try await transport.post(channel.url.value, headers: headers, body: body), now: now)
    } catch {
      return .retry(after: nil, reason: LocalizedText(withoutAnswer: error))
    }
  }
}
