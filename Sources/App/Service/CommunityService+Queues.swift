import API
import MQTT
import Pipeline
import Store
import Synchronization

/// What waits in every queue of the service, and how much may, by lane or channel where there is one each.
extension CommunityService {
  func addQueue(
    _ name: String, _ labels: [(String, String)], _ items: Int, of bound: Int, to text: inout MetricsText
  ) {
    let labels = labels + [("queue", name)]
    text.add("linli_queue_items", .gauge, "What waits in a queue.", labels, Double(items))
    text.add("linli_queue_bound", .gauge, "What may wait there.", labels, Double(bound))
  }

  /// A lane's, in the order of a message's way.
  func addQueues(_ lane: Lane, _ label: [(String, String)], to text: inout MetricsText) {
    let settings = lane.connection.settings
    let held = Int(lane.connection.counters.acksHeld)
    addQueue("unacknowledged", label, held, of: settings.inDoubtMaximum, to: &text)
    addQueue("ring", label, lane.ring.count, of: lane.ring.capacity, to: &text)
    addQueue("changes", label, lane.changes.count, of: lane.changes.capacity, to: &text)
    let mailboxes = [lane.ingest.mailbox.count, lane.core.mailbox.count, lane.history?.mailbox.count].compactMap { $0 }
    addQueue(
      "questions", label, mailboxes.reduce(0, +), of: mailboxes.count * Mailbox<Ingest>.capacity, to: &text)
    addQueue("publish", label, lane.connection.publicationsWaiting, of: settings.publishQueueMessages, to: &text)
    if let writer = lane.history?.writer {
      addQueue("history", label, writer.status.withLock { $0.buffered }, of: writer.bufferReadings, to: &text)
    }
  }

  /// The service's own.
  func addQueues(to text: inout MetricsText) async {
    let pending = await desk.pendingLoad
    addQueue("alerts", [], pending.events, of: pending.bound, to: &text)
    let live = desk.liveLoad
    addQueue("live", [], live.waiting, of: live.bound, to: &text)
    addQueue("reloads", [], await reloads.queue, of: OneAtATime.queueMax, to: &text)
    addQueue("reports", [], await monthlyReports.queue, of: OneAtATime.queueMax, to: &text)
    for (queue, connections) in [("connections", httpConnections), ("commands", commandConnections)] {
      let load = connections.load
      addQueue(queue, [], load.open, of: connections.bound, to: &text)
      text.add(
        "linli_listener_full_total", .counter, "Times that a listener had all connections that it may have.",
        [("queue", queue)], Double(load.filled))
      text.add(
        "linli_requests_cut_total", .counter, "Connections closed because a request did not come to its end.",
        [("queue", queue)], Double(load.cut))
    }
    text.add(
      "linli_reloads_refused_total", .counter, "Changes of the configuration that found too many others waiting.", [],
      Double(await reloads.refused))
    text.add(
      "linli_reports_refused_total", .counter, "Reports that found too many others waiting.", [],
      Double(await monthlyReports.refused))
  }
}
