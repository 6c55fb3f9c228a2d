package import API
import Alerts
import CMemory
import Community
import Foundation
import Orders
import Pipeline
import Reports
import Store

/// Months in figures, from the stored steps of alerts and from history.
extension CommunityService {
  /// One at a time: each reads a month and holds its alerts.
  package func report(_ selection: ReportSelection) async throws -> ReportFile {
    // Else the service stays as large as the month was.
    defer { linli_return_freed_memory() }
    return try await monthlyReports.run { try await self.written(selection) }
  }

  private func written(_ selection: ReportSelection) async throws -> ReportFile {
    guard let kind = ReportKind(rawValue: selection.kind) else {
      let known = Self.words(ReportKind.self)
      throw BackendError(
        .notFound, zh: "没有报表“\(selection.kind)”；可用的有：\(known.zh)",
        en: "there is no report '\(selection.kind)'; there are \(known.en)")
    }
    guard let format = ReportFormat(rawValue: selection.format) else {
      let known = Self.words(ReportFormat.self)
      throw BackendError(
        .invalid, zh: "“\(selection.format)”不是格式；可用的有：\(known.zh)",
        en: "'\(selection.format)' is not a format; there are \(known.en)")
    }
    let configuration = configuration
    let period = try period(selection.month, LocalTimeTable(zone: configuration.settings.timeZone))
    let place = try selection.place.map { try resolve(place: $0, in: configuration) } ?? ""
    let language = selection.language
    let places = configuration.community.places
    let from = kind == .assessment ? period.from - ReportLog.lookBack : period.from
    let log: ReportLog
    let oldest: Timestamp?
    var orders: [OrderEvent] = []
    do throws(StoreError) {
      let parts: Set<ReportLog.Part> = kind == .assessment ? [.alarms, .cases] : [.alarms]
      let empty = ReportLog(period, scope: place, parts: parts) { place, _ in
        places.chain(from: place).prefix(1).compactMap { $0.duty?.unit[language] }
      }
      log = try await store.fold(from: from, to: period.to, below: place, into: empty) { $0.add($1) }
      oldest = try await store.oldestStep()
      if kind == .assessment { orders = try await store.orderEvents(from: period.from, until: period.to) }
    } catch {
      throw BackendError(.unavailable, error.text)
    }
    let scope = place.isEmpty ? LocalizedText(zh: "全部", en: "everything") : places.reportName(place)
    var report: Report
    switch kind {
    case .kpi: report = .kpi(log, period, scope: scope)
    case .assessment:
      report = .assessment(
        log, period, orders: OrderAssessment(orders, period, scope: place),
        equipment: Equipment.all(in: configuration.community, below: place), places: places, below: place, scope: scope)
    case .availability:
      report = .availability(
        log, period, equipment: Equipment.all(in: configuration.community, below: place),
        occupancy: try await occupancy(below: place, period, configuration), places: places, scope: scope)
    }
    // Installed in the middle of the month, or so long ago that its records are gone.
    if let oldest, oldest > period.from {
      let day = period.zone.day(at: oldest).text
      report.notes.append(
        LocalizedText(zh: "最早的记录始于 \(day)，此前没有数据。", en: "The records begin on \(day); there is nothing from before."))
    }
    return ReportFile(
      name: "linli-\(kind.rawValue)-\(period.month).\(format.rawValue)", contentType: format.contentType,
      text: report.written(as: format, in: language))
  }

  private static func words<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> LocalizedText
  where Word.RawValue == String {
    let words = type.allCases.map(\.rawValue)
    return LocalizedText(zh: words.joined(separator: "、"), en: words.joined(separator: ", "))
  }

  private func period(_ text: String?, _ zone: LocalTimeTable) throws -> ReportPeriod {
    let now = now()
    guard let text else {
      let last = ReportMonth(zone.day(at: now)).previous
      guard let period = last.period(in: zone, now: now) else {
        throw BackendError(.invalid, zh: "时钟停在 \(now)", en: "the clock stands at \(now)")
      }
      return period
    }
    guard let month = ReportMonth(text) else {
      throw BackendError(
        .invalid, zh: "“\(text)”不是月份；请写成 2026-05 这样", en: "'\(text)' is not a month; write it like 2026-05")
    }
    guard let period = month.period(in: zone, now: now) else {
      throw BackendError(.invalid, zh: "\(month) 还没有开始", en: "\(month) has not begun yet")
    }
    return period
  }

  // MARK: - Car parks

  /// Points of a car park that are looked at; a large one has a sensor in each of thousands of bays.
  private static let occupancyPointsMax = 500

  /// Cars, free spaces and bays of each car park, by the hour.
  private func occupancy(
    below: String, _ period: ReportPeriod, _ configuration: LoadedConfiguration
  ) async throws -> [Occupancy] {
    guard history != nil, period.length > 0 else { return [] }
    let community = configuration.community
    var rows: [Occupancy] = []
    for carPark in Equipment.all(in: community, below: below) where carPark.kind == .carPark {
      let points = community.points.indices.map { PointID($0) }
        .filter { PlaceTree.contains(carPark.place, community.place(of: $0)) }
      for (quantity, isLow) in [("vehicles", false), ("free-spaces", true)] {
        for point in points where community.quantity(of: point).name == quantity {
          let id = community.points[Int(point)].id
          rows.append(
            Occupancy(
              carPark: carPark.name, what: community.profilePoint(of: point).label, point: id,
              hours: try await hours(of: id, period), lowest: isLow))
        }
      }
      var bays: [[PointView]] = []
      let sensors = points.filter { community.quantity(of: $0).name == "occupancy" }
      for point in sensors.prefix(Self.occupancyPointsMax) {
        bays.append(try await hours(of: community.points[Int(point)].id, period))
      }
      if let row = Occupancy(carPark: carPark.name, bays: bays) { rows.append(row) }
    }
    return rows
  }

  private func hours(of point: String, _ period: ReportPeriod) async throws -> [PointView] {
    try await history(
      HistorySelection(point: point, since: period.from, until: period.to - 1, every: 3_600_000, limit: 1_000))
  }
}

extension Occupancy {
  /// Of a counter.
  fileprivate init(carPark: LocalizedText, what: LocalizedText, point: String, hours: [PointView], lowest: Bool) {
    let values = hours.compactMap { hour in hour.value.map { (at: hour.at, mean: $0, hour: hour) } }
    let extremes = values.map { (at: $0.at, value: (lowest ? $0.hour.minimum : $0.hour.maximum) ?? $0.mean) }
    let peak = extremes.map(\.value).reduce(nil as Double?) { a, b in a.map { lowest ? min($0, b) : max($0, b) } ?? b }
    self.init(
      carPark: carPark, what: what, point: point, isShare: false,
      mean: values.isEmpty ? nil : values.reduce(0) { $0 + $1.mean } / Double(values.count), peak: peak,
      peakAt: extremes.first { $0.value == peak }?.at.flatMap { Timestamp(rfc3339: $0) })
  }

  /// Of all bays with a sensor: the share of them that was taken, in the mean and in the fullest hour. nil: none.
  fileprivate init?(carPark: LocalizedText, bays: [[PointView]]) {
    guard !bays.isEmpty else { return nil }
    var taken: [String: Double] = [:]
    for hour in bays.joined() {
      if let at = hour.at, let seconds = hour.trueSeconds { taken[at, default: 0] += seconds / 3_600 }
    }
    let shares = taken.mapValues { min(1, $0 / Double(bays.count)) }
    let fullest = shares.max { ($0.value, $1.key) < ($1.value, $0.key) }
    self.init(
      carPark: carPark, what: LocalizedText(zh: "\(bays.count) 个车位占用", en: "\(bays.count) bays taken"), point: "",
      isShare: true, mean: shares.isEmpty ? nil : shares.values.sorted().reduce(0, +) / Double(shares.count),
      peak: fullest?.value, peakAt: fullest.flatMap { Timestamp(rfc3339: $0.key) })
  }
}

extension Equipment {
  /// Lifts and pumps: devices of that kind or with that tag. Car parks: the outermost places of that kind.
  static func all(in community: CommunityModel, below: String) -> [Equipment] {
    let devices = community.devices.indices.compactMap { index -> Equipment? in
      let device = community.devices[index]
      guard PlaceTree.contains(below, device.place) else { return nil }
      let words = community.tags(ofDevice: DeviceID(index)).union([community.profile(of: DeviceID(index)).kind])
      guard let kind = [Kind.lift, .pump].first(where: { words.contains($0.rawValue) }) else { return nil }
      return Equipment(kind: kind, id: device.id, name: device.name ?? LocalizedText(device.id), place: device.place)
    }
    let places = community.places
    let carParks = places.places.filter { place in
      place.kind == Kind.carPark.rawValue && PlaceTree.contains(below, place.path)
        && !places.ancestry(of: place.path).dropFirst().contains { $0.kind == place.kind }
    }.map { Equipment(kind: .carPark, id: $0.path, name: places.reportName($0.path), place: $0.path) }
    return devices.sorted { ($0.place, $0.id) < ($1.place, $1.id) } + carParks
  }
}
