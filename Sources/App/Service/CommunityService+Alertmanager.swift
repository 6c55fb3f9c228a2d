import Alerts
import Logging
import Notify
import Pipeline
import ServiceLifecycle
import Store
import Words

/// Tells Alertmanagers once a minute what is active: there an alert ends by itself when it is not repeated.
struct AlertmanagerService: Service {
  let service: CommunityService

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await Task.sleep(for: .milliseconds(AlertmanagerChannel.interval)) } catch { break }
        await service.repeatToAlertmanagers()
      }
    }
  }
}

extension CommunityService {
  func repeatToAlertmanagers() async {
    let configuration = configuration
    let targets = configuration.notify.channels.filter { $0.kind == .alertmanager }
    if targets.isEmpty { return }
    let router = Router(configuration.notify)
    var active: [String: [Alert]] = [:]
    var query = AlertQuery(limit: 10_000)
    repeat {
      guard let page = try? await desk.list(query) else { return }
      for alert in page.alerts where alert.isActive && !alert.isClosed {
        // Its channels are those that would hear of it now; shelved and suppressed ones end there meanwhile.
        let event = AlertEvent(kind: .raised, alert: alert, at: now())
        for id in router.channels(for: event) { active[id, default: []].append(alert) }
      }
      query.cursor = page.next
    } while query.cursor != nil
    let settings = MessageSettings(configuration)
    for channel in targets {
      guard let alerts = active[channel.id], !alerts.isEmpty else { continue }
      let sender = AlertmanagerChannel(channel: channel, settings: settings, transport: transport)
      let result = await sender.repeating(alerts, now: now())
      if result != .delivered {
        logger.warning("active alerts were not repeated to \(channel.id): \(result.reason?.en ?? "")")
      }
    }
  }
}
