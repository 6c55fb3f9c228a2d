package import API
package import Community
import Orders
import Pipeline
import Store
import Synchronization

/// Residents' reports: anybody may send one, so everything about them is counted and bounded.
extension CommunityService {
  /// Looking up tickets, an hour and address: enough to follow one's own, too few to guess another's.
  private static let lookupsPerHour = 120

  package func takeReport(
    _ report: ResidentReportRequest, place: String, address: String, language: Language
  ) async throws -> TicketView {
    let configuration = configuration
    let settings = configuration.orders.reports
    let places = configuration.community.places
    guard settings.enabled, places[place] != nil else {
      throw BackendError(
        .notFound, zh: "没有这个地点，或未开放报修", en: "there is no such place, or it takes no reports")
    }
    let cleaned: ResidentReport
    do { cleaned = try ResidentReport(text: report.text, contact: report.contact) } catch {
      throw BackendError(.invalid, Self.words(error))
    }
    let now = now()
    try spend(
      [
        ("address|\(address)", settings.perAddress), ("place|\(Offer.openPlace(place, places))", settings.perPlace),
      ], at: now)
    let ticket = Self.newTicket()
    let draft = cleaned.draft(place: place, ticket: ticket, settings: settings)
    do {
      let reply = try await desk.createOrder(draft, at: now)
      return TicketView(reply.order, ticket: ticket, language: language, zone: configuration.settings.timeZone)
    } catch is OrderError {
      throw BackendError(
        .unavailable, zh: "报修过多，请稍后再试或致电物业", en: "too many reports; call the management")
    }
  }

  package func ticket(
    _ ticket: String, place: String, address: String, language: Language
  ) async throws -> TicketView {
    try spend([("lookup|\(address)", Self.lookupsPerHour)], at: now())
    let configuration = configuration
    guard ticket.utf8.count <= 32, let order = try await desk.order(ticket: ticket.lowercased()),
      PlaceTree.contains(place, order.place)
    else { throw BackendError(.notFound, zh: "没有这个报修单号", en: "there is no such ticket") }
    return TicketView(order, ticket: ticket.lowercased(), language: language, zone: configuration.settings.timeZone)
  }

  private func spend(_ keys: [(key: String, perHour: Int)], at now: Timestamp) throws {
    guard let wait = state.withLock({ $0.reports.take(keys, at: now) }) else { return }
    let minutes = max(1, (wait + 59_999) / 60_000)
    throw BackendError(
      .tooMany, zh: "提交过于频繁，请 \(minutes) 分钟后再试", en: "too many requests; try again in \(minutes) min")
  }

  private static func words(_ refusal: ResidentReport.Refusal) -> LocalizedText {
    switch refusal {
    case .empty: LocalizedText(zh: "请写明问题", en: "say what is wrong")
    case .tooLong(let limit): LocalizedText(zh: "最多 \(limit) 个字", en: "at most \(limit) characters")
    case .contactTooLong(let limit):
      LocalizedText(zh: "联系方式最多 \(limit) 个字", en: "the contact has at most \(limit) characters")
    }
  }

  /// Twelve characters without i, l, o, u: 60 bits that nobody guesses.
  private static func newTicket() -> String {
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
    var generator = SystemRandomNumberGenerator()
    return String((0..<12).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] })
  }
}
