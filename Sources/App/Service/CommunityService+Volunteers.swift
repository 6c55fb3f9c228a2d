package import API
package import Community
import Foundation
import Notify
import Orders
import Pipeline
import Store

/// Volunteers and the moral bank.
extension CommunityService {
  package func volunteers(place: String?) async throws -> [VolunteerView] {
    let configuration = configuration
    let place = try place.map { try resolve(place: $0, in: configuration) }
    return await desk.volunteers.filter { volunteer in
      guard let place else { return true }
      return volunteer.places.contains { PlaceTree.contains($0, place) || PlaceTree.contains(place, $0) }
    }.map { VolunteerView($0, zone: configuration.settings.timeZone) }
  }

  package func enter(_ request: VolunteerRequest) async throws -> VolunteerView {
    let configuration = configuration
    guard !request.id.isEmpty, request.id.utf8.count <= 64,
      request.id.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) })
    else {
      throw BackendError(
        .invalid, zh: "“id”应为由字母、数字、- 和 _ 组成的短名", en: "'id' is a short name of letters, digits, - and _")
    }
    let volunteer = Volunteer(
      id: request.id, name: request.name, help: try request.help.map { try Self.word($0, "help") },
      places: try request.places.map { try resolve(place: $0, in: configuration) },
      hours: try (request.hours ?? []).map { text in
        guard let hours = Volunteer.Hours(text) else {
          throw BackendError(
            .invalid, zh: "“hours”应写成“sat,sun 09:00-12:00”这样，不能是“\(text.prefix(60))”",
            en: "'hours' are written like \"sat,sun 09:00-12:00\", not '\(text.prefix(60))'")
        }
        return hours
      },
      channel: request.channel, phone: request.phone, since: now())
    if let channel = request.channel, !configuration.notify.channels.contains(where: { $0.id == channel }) {
      throw BackendError(
        .invalid, zh: "channels.yaml 中没有通知渠道“\(channel.prefix(60))”",
        en: "there is no channel '\(channel.prefix(60))' in channels.yaml")
    }
    do {
      return VolunteerView(try await desk.enter(volunteer), zone: configuration.settings.timeZone)
    } catch let error as OrderError { throw BackendError(.invalid, error.text) }
  }

  /// The points stay.
  package func removeVolunteer(_ id: String) async throws -> VolunteerView {
    guard let volunteer = try await desk.removeVolunteer(id, at: now()) else { throw Self.unknownVolunteer(id) }
    return VolunteerView(volunteer, zone: configuration.settings.timeZone)
  }

  package func offers(volunteer id: String, language: Language) async throws -> [OfferView] {
    let configuration = configuration
    guard let offers = await desk.offers(for: id, at: now(), places: configuration.community.places) else {
      throw Self.unknownVolunteer(id)
    }
    return offers.map {
      OfferView(
        $0, placeName: placeName($0.place, language, configuration), language: language,
        zone: configuration.settings.timeZone)
    }
  }

  static func unknownVolunteer(_ id: String) -> BackendError {
    BackendError(
      .notFound, zh: "没有志愿者“\(id.prefix(64))”；请看 `linli volunteers`",
      en: "there is no volunteer '\(id.prefix(64))'; see `linli volunteers`")
  }

  // MARK: - The bank

  package func bank(month: String?, language: Language) async throws -> BankView {
    let configuration = configuration
    var (from, until) = (Timestamp.distantPast, Timestamp.distantFuture)
    if let month {
      let zone = LocalTimeTable(zone: configuration.settings.timeZone)
      guard let range = BankMonth.range(month, zone) else {
        throw BackendError(
          .invalid, zh: "“month”应写成 2026-01 这样，不能是“\(month.prefix(20))”",
          en: "'month' is written like 2026-01, not '\(month.prefix(20))'")
      }
      (from, until) = (range.lowerBound, range.upperBound)
    }
    let entries = try await desk.bankEntries(from: from, until: until)
    let monthlyMax = month == nil ? nil : configuration.orders.points.monthlyMax
    return BankView(
      month: month, balances: BankBalance.list(entries, monthlyMax: monthlyMax).map(BankView.Row.init),
      entries: entries.map { BankEntryView($0, language: language, zone: configuration.settings.timeZone) })
  }

  package func bankEntry(_ request: BankEntryRequest, language: Language) async throws -> BankEntryView {
    let zone = configuration.settings.timeZone
    let now = now()
    guard !request.by.isEmpty, !request.reason.isEmpty, request.by.count <= 200, request.reason.count <= 500 else {
      throw BackendError(
        .invalid, zh: "请写明是谁（“by”）和原因（“reason”）", en: "say who ('by') and why ('reason')")
    }
    if let id = request.reverses {
      do {
        if let reversal = try await desk.reverse(bankEntry: id, by: request.by, at: now, reason: request.reason) {
          return BankEntryView(reversal, language: language, zone: zone)
        }
      } catch let error as OrderError { throw BackendError(.conflict, error.text) }
      throw BackendError(
        .conflict, zh: "没有可以冲销的第 \(id) 笔记录", en: "there is no entry \(id) that could be taken back")
    }
    guard let id = request.volunteer, let points = request.points, (1...10_000).contains(points) else {
      throw BackendError(
        .invalid, zh: "请给出“reverses”，或“volunteer”和“points”（1…10000）",
        en: "give 'reverses', or 'volunteer' and 'points' (1…10000)")
    }
    guard let volunteer = await desk.volunteer(id) else { throw Self.unknownVolunteer(id) }
    let entry = BankEntry(
      key: "hand|\(request.key ?? "\(id)|\(now.milliseconds)")", volunteer: id, name: volunteer.name, points: points,
      at: now, by: request.by, reason: request.reason)
    await desk.book(entry)
    return BankEntryView(entry, language: language, zone: zone)
  }
}
