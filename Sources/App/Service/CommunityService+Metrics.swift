import API
import Alerts
import MQTT
import Notify
import Pipeline
import Store
import Synchronization

/// `/metrics`: every counter of the way of a message, by lane.
extension CommunityService {
  package func metrics() async -> String {
    var text = MetricsText()
    text.add("linli_info", .gauge, "Version of this build.", [("version", Version.current)], 1)
    text.add(
      "linli_uptime_seconds", .gauge, "Seconds since the service started.", [], Double(now() - startedAt) / 1_000)
    for lane in lanes {
      await add(lane, to: &text)
      addHistory(lane, to: &text)
    }
    if let history, let bytes = try? await blocking({ try history.bytes() }) {
      text.add("linli_history_bytes", .gauge, "Bytes of the history's database in use.", [], Double(bytes))
    }
    let outbox = (try? await store.outboxCounts()) ?? (pending: 0, failed: 0)
    text.add("linli_outbox_pending", .gauge, "Notifications waiting.", [], Double(outbox.pending))
    text.add("linli_outbox_failed", .gauge, "Notifications given up.", [], Double(outbox.failed))
    for (channel, statistics) in await channelStatistics() {
      let label = [("channel", channel)]
      addQueue("sending", label, statistics.inFlight, of: statistics.capacity, to: &text)
      text.add(
        "linli_notifications_delivered_total", .counter, "Delivered since start.", label, Double(statistics.delivered))
      text.add(
        "linli_notifications_retried_total", .counter, "Attempts that failed and will be repeated.", label,
        Double(statistics.retried))
      text.add("linli_notifications_failed_total", .counter, "Given up since start.", label, Double(statistics.failed))
      text.add(
        "linli_notification_digests_total", .counter, "Messages that covered several notifications.", label,
        Double(statistics.digests))
      text.add(
        "linli_notifications_held_total", .counter, "Notifications that waited for the end of quiet hours.", label,
        Double(statistics.held))
      text.add(
        "linli_notifications_grouped_total", .counter, "Notifications that waited for their group.", label,
        Double(statistics.grouped))
      text.add(
        "linli_channel_failing", .gauge, "1 while nothing has got through for ten minutes.", label,
        statistics.deliversNothing ? 1 : 0)
      text.add(
        "linli_channel_flood", .gauge, "1 while the channel gets digests instead of single alerts.", label,
        statistics.floodSince == nil ? 0 : 1)
    }
    for (priority, count) in await desk.activeByPriority.sorted(by: { $0.key < $1.key }) {
      text.add("linli_alerts_active", .gauge, "Active alerts.", [("priority", priority.rawValue)], Double(count))
    }
    await addQuiet(to: &text)
    text.add("linli_alerts_open", .gauge, "Alerts not closed.", [], Double(await desk.openAlerts))
    let orders = await desk.orderCounts
    text.add("linli_orders_open", .gauge, "Orders that have not ended.", [], Double(orders.open))
    text.add("linli_orders_overdue", .gauge, "Orders whose deadline has passed.", [], Double(orders.overdue))
    text.add(
      "linli_orders_refused_for_room_total", .counter, "Orders not made by themselves because too many were open.", [],
      Double(orders.refused))
    text.add(
      "linli_alerts_closed_for_room_total", .counter, "Alerts closed because too many were open.", [],
      Double(await desk.counts.closedForRoom))
    text.add(
      "linli_alert_batches_refused_total", .counter,
      "Times that a lane paused because too much waited for the database.",
      [], Double(await desk.refusedBatches))
    text.add(
      "linli_store_refusing", .gauge, "1 while the database refuses to write.", [],
      await desk.storageTrouble == nil ? 0 : 1)
    text.add(
      "linli_records_set_aside_total", .counter, "Records that the database can never take; the rest goes on.", [],
      Double(await desk.setAsideLoad.count))
    text.add(
      "linli_live_events_dropped_total", .counter, "Events that slow live pages read from the database instead.", [],
      Double(desk.droppedLiveEvents))
    await addQueues(to: &text)
    return text.text
  }

  private func channelStatistics() async -> [(String, OutboxWorker.Statistics)] {
    await outbox.statistics().sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func add(_ lane: Lane, to text: inout MetricsText) async {
    let label = [("lane", lane.id)]
    let connection = lane.connection.counters
    let status = lane.ingest.status.withLock { $0 }
    func counter(_ name: String, _ help: String, _ value: some BinaryInteger) {
      text.add("linli_\(name)_total", .counter, help, label, Double(value))
    }
    func gauge(_ name: String, _ help: String, _ value: Double) {
      text.add("linli_\(name)", .gauge, help, label, value)
    }
    gauge("broker_connected", "1 while connected to the broker.", lane.connection.state.isConnected ? 1 : 0)
    counter("broker_connects", "Connections that the broker accepted.", connection.connects)
    counter("broker_disconnects", "Connections lost.", connection.disconnects)
    counter("broker_failed_attempts", "Attempts that failed or were refused.", connection.failedAttempts)
    counter("messages_received", "Messages from the broker.", connection.received)
    counter("messages_received_bytes", "Payload bytes from the broker.", connection.receivedBytes)
    counter("messages_oversized", "Messages above the payload limit.", connection.oversized)
    counter("messages_duplicate", "Second comings recognised after a reconnect.", status.duplicates)
    counter("messages_own", "Alerts that a channel of kind mqtt published and the broker sent back.", status.own)
    counter("messages_undecodable", "Messages that could not be read.", status.decoder.undecodable)
    counter("messages_too_large", "Messages above the limit for decoding.", status.decoder.tooLarge)
    counter(
      "messages_without_reading", "Messages that could be read and held no field of their profile.",
      status.decoder.withoutReading)
    for row in status.shedding.prefixes {
      text.add(
        "linli_messages_dropped_total", .counter,
        "QoS 0 messages that the lane could not take, by the beginning of their topic.",
        label + [("prefix", row.prefix)], Double(row.count))
    }
    gauge(
      "lane_overloaded", "1 while more comes in than the lane can do.", status.shedding.load == .overloaded ? 1 : 0)
    gauge("lane_load", "0 normal, 1 busy, 2 overloaded.", Double(status.shedding.load.rawValue))
    counter("messages_unassigned", "Messages of discovered devices.", status.decoder.unassigned)
    counter("messages_unknown_topic", "Messages whose topic no profile knows.", status.decoder.unknownTopics)
    counter(
      "topics_not_remembered", "Messages whose topic found no room in the table.", status.decoder.topicsNotRemembered)
    counter("discovered_evicted", "Discovered devices that made room for others.", status.decoder.discoveredEvicted)
    counter("unknown_topics_evicted", "Unknown topics that made room for others.", status.decoder.unknownTopicsEvicted)
    counter("dead_letters_dropped", "Dead letters that made room for others.", status.decoder.deadLettersDropped)
    counter("publish_refused", "Outgoing messages that found the queue full.", connection.publishRefused)
    counter("ring_waits", "Times that reading paused because the core was behind.", status.ringWaits)
    counter("clock_jumps", "Times that somebody set the machine's clock.", status.clockJumps)
    counter("journal_records", "Messages written to the journal.", status.journal.records)
    counter("journal_syncs", "Syncs of the journal.", status.journal.syncs)
    counter("journal_failed_commits", "Commits that the disk refused.", status.journal.failedCommits)
    counter("journal_damaged_records", "Messages lost in damaged places.", status.journal.damagedRecords)
    counter(
      "journal_lost_before_checkpoint", "Messages that the ring gave up before a checkpoint covered them.",
      status.journal.lostBeforeCheckpoint)
    gauge("journal_bytes", "Bytes of the journal on disk.", Double(status.journal.bytes))
    counter("change_queue_waits", "Times that the core waited for the alert side.", lane.changes.waits)
    gauge("change_queue_items", "Items between core and alert side.", Double(lane.changes.count))
    counter(
      "questions_refused", "Questions to the lane's threads that found too many others waiting.",
      lane.ingest.mailbox.refused + lane.core.mailbox.refused + (lane.history?.mailbox.refused ?? 0))
    addQueues(lane, label, to: &text)
    for reason in QualityReason.allCases {
      text.add(
        "linli_readings_total", .counter, "Readings by quality reason.",
        label + [("reason", reason == .none ? "good" : reason.name)], Double(status.decoder.readings(reason)))
    }
    if let core = await lane.core.mailbox.ask({ ($0.counters, $0.now, $0.silentDevices) }) {
      counter("readings_late", "Readings older than their point's newest.", core.0.late)
      counter("readings_retained_ignored", "Retained copies that said nothing new.", core.0.retainedIgnored)
      counter("timers_fired", "Deadlines that fell due.", core.0.timersFired)
      counter("windows_merged", "Times that a full window merged neighbouring readings.", core.0.windowMerges)
      gauge("devices_silent", "Devices silent now.", Double(core.2))
      gauge(
        "lane_lag_seconds", "How far the core is behind the ingest thread.", max(0, Double(status.now - core.1) / 1_000)
      )
    }
  }
}
