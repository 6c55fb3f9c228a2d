package import API
import Alerts
import Community
import Foundation
import Logging
import Pipeline
import Store
import Synchronization

/// The past of a point: from the history's database, and from memory what is not in there yet.
extension CommunityService {
  package func history(_ selection: HistorySelection) async throws -> [PointView] {
    let configuration = configuration
    guard let index = configuration.lanes.firstIndex(where: { $0.community.pointID(selection.point) != nil }),
      let number = configuration.lanes[index].community.pointID(selection.point)
    else {
      throw BackendError(
        .notFound, zh: "没有测点“\(selection.point)”；请看 `linli points`",
        en: "there is no point '\(selection.point)'; see `linli points`")
    }
    guard let store = history else {
      throw Self.unreadableHistory(
        historyProblem ?? LocalizedText(zh: "它的数据库没有打开", en: "its database is not open"))
    }
    let plan = configuration.lanes[index].plan
    let point = plan.points[Int(number)]
    let zone = configuration.settings.timeZone
    let query = HistoryQuery(
      point: point.id, isBoolean: point.values == .boolean,
      holdLimit: point.holdLimit(silentAfter: plan.devices[Int(point.device)].silentAfter), since: selection.since,
      until: selection.until, zone: plan.zones.first ?? .utc, now: now())
    let lane = lanes.first { $0.id == configuration.lanes[index].broker.clientID }
    let rows = HistoryRows(point: point, zone: zone, language: configuration.settings.language)
    return try await consistently(lane, store, point.id) { unwritten in
      if let step = selection.every {
        return try query.buckets(store, unwritten: unwritten, every: step).lazy.compactMap(rows.row)
          .prefix(selection.limit).map { $0 }
      }
      return try query.readings(store, unwritten: unwritten, limit: selection.limit).map(rows.row)
    }
  }

  /// Asks memory first and then the disk; again when a batch was written between the two, so that each reading is there once.
  func consistently<Answer: Sendable>(
    _ lane: Lane?, _ store: HistoryStore, _ point: String,
    _ work: @escaping @Sendable ([HistoryReading]) throws -> Answer
  ) async throws -> Answer {
    for _ in 0..<20 {
      let memory = await lane?.history?.unwritten(point: point)
      let answer: Answer?
      do {
        answer = try await blocking {
          let answer = try work(memory?.readings ?? [])
          guard let lane, let memory else { return answer }
          return try store.position(lane: lane.id) == memory.written ? answer : nil
        }
      } catch let error as StoreError {
        throw Self.unreadableHistory(error.historyText)
      }
      if let answer { return answer }
    }
    throw BackendError(
      .unavailable, zh: "历史记录一直在写入；请重试", en: "the history is being written all the time; try again")
  }

  private static func unreadableHistory(_ reason: LocalizedText) -> BackendError {
    BackendError(
      .unavailable, zh: "无法读取历史记录：\(reason.zh)", en: "the history cannot be read: \(reason.en)")
  }

  // MARK: - Putting it together

  /// The history's database, or why it cannot be opened.
  static func openHistory(
    _ data: String, _ configuration: LoadedConfiguration, logger: Logger
  ) -> (HistoryStore?, LocalizedText?) {
    do {
      let zone = LocalTimeTable(zone: configuration.settings.timeZone)
      return (try HistoryStore(path: data + "/history.sqlite", zone: zone), nil)
    } catch {
      logger.error("history: \(error.historyText.en); alerts go on without it")
      return (nil, error.historyText)
    }
  }

  /// - Parameter isFirst: the first lane's writer keeps the database small for all.
  static func historySettings(_ configuration: LoadedConfiguration, isFirst: Bool) -> HistoryWriter.Settings {
    var settings = HistoryWriter.Settings()
    settings.waitingBytes = Int(configuration.settings.journalBytes / 4)
    settings.kept = isFirst ? configuration.settings.historyKept : nil
    return settings
  }

  // MARK: - Status

  /// What `status` tells about the history.
  func historyStatus(zone: TimeZone) async -> StatusView.History {
    var view = StatusView.History()
    for lane in lanes {
      guard let status = lane.history?.writer.status.withLock({ $0 }) else { continue }
      let committed = lane.ingest.committed.load(ordering: .acquiring)
      view.lagMessages += committed > status.position ? committed - status.position : 0
      view.bufferedReadings += status.buffered
      view.lostMessages += status.follower.lost
    }
    guard let store = history else { return view }
    let disk = try? await blocking { (try store.bytes(), try store.oldest()) }
    view.bytes = UInt64(clamping: disk?.0 ?? 0)
    view.oldest = disk?.1?.rfc3339(in: zone)
    return view
  }

  /// What is wrong with the history, in words.
  var historyTroubles: [LocalizedText] {
    var troubles = historyProblem.map { [LocalizedText(zh: "历史记录：\($0.zh)", en: "history: \($0.en)")] } ?? []
    for lane in lanes {
      guard let status = lane.history?.writer.status.withLock({ $0 }) else { continue }
      if let trouble = status.trouble {
        let words = LocalizedText(
          zh: "无法保存历史记录：\(trouble.zh)", en: "history cannot be kept: \(trouble.en)")
        troubles.append(words.of(lane.id))
      }
      let lost = status.follower.lost
      if lost > 0 {
        let words = LocalizedText(
          zh: "历史记录缺少 \(lost) 条消息：消息日志在它们被读取之前已将其覆盖",
          en: "the history missed \(lost) messages, the journal gave them up before they were read")
        troubles.append(words.of(lane.id))
      }
    }
    return troubles
  }

  func addHistory(_ lane: Lane, to text: inout MetricsText) {
    guard let status = lane.history?.writer.status.withLock({ $0 }) else { return }
    let label = [("lane", lane.id)]
    let committed = lane.ingest.committed.load(ordering: .acquiring)
    func counter(_ name: String, _ help: String, _ value: UInt64) {
      text.add("linli_\(name)_total", .counter, help, label, Double(value))
    }
    func gauge(_ name: String, _ help: String, _ value: Double) {
      text.add("linli_\(name)", .gauge, help, label, value)
    }
    counter("history_readings", "Readings written to the history.", status.readings)
    counter("history_flushes", "Batches written to the history.", status.flushes)
    counter("history_failed_flushes", "Batches that the history's database refused.", status.failedFlushes)
    counter("history_late_readings", "Readings kept although older than their point's newest.", status.late)
    counter(
      "history_lost_messages", "Messages that the journal gave up before the history had read them.",
      status.follower.lost)
    counter(
      "history_damaged_messages", "Messages lost to the history in damaged places of the journal.",
      status.follower.damagedRecords)
    gauge("history_buffered_readings", "Readings in memory that wait for their block.", Double(status.buffered))
    gauge(
      "history_lag_messages", "Messages committed and not read by the history yet.",
      committed > status.position ? Double(committed - status.position) : 0)
    gauge(
      "history_unwritten_messages", "Messages committed whose readings are not in the history's database yet.",
      committed > status.written ? Double(committed - status.written) : 0)
  }
}

/// Readings and sums as the API shows them.
struct HistoryRows: Sendable {
  let point: PointPlan
  let zone: TimeZone
  let language: Language

  func row(_ reading: HistoryReading) -> PointView {
    let value = reading.isUsable ? reading.value : nil
    var view = view(at: reading.time, value, quality: reading.reason.quality.name, reason: reading.reason.name)
    if reading.isLate { view.late = true }
    return view
  }

  /// nil for a stretch of which only is known that an older value still held, unless it was true.
  func row(_ bucket: RollupBucket) -> PointView? {
    let isBoolean = point.values == .boolean
    guard bucket.count + bucket.badCount > 0 || isBoolean && bucket.trueMilliseconds > 0 else { return nil }
    var value: Double?
    if bucket.count > 0 {
      value = point.values == .number ? bucket.mean : bucket.last
    } else if isBoolean, bucket.heldMilliseconds > 0 {
      value = bucket.trueMilliseconds > 0 ? 1 : 0
    }
    var view = view(at: bucket.start, value, quality: value == nil ? "bad" : "good", reason: "")
    if bucket.count > 0 {
      view.minimum = bucket.minimum
      view.maximum = bucket.maximum
    }
    view.count = bucket.count
    view.badCount = bucket.badCount
    if isBoolean { view.trueSeconds = Double(bucket.trueMilliseconds) / 1_000 }
    return view
  }

  private func view(at time: Timestamp, _ value: Double?, quality: String, reason: String) -> PointView {
    PointView(
      point: point.id, at: time.rfc3339(in: zone), value: value,
      text: value.flatMap { ValueText.word(point.values, $0)?[language] }, unit: point.unit, quantity: point.quantity,
      quality: quality, reason: reason)
  }
}
