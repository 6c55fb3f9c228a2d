import Foundation
import Hummingbird
import NIOCore

/// Residents' reports, without a credential: `POST /public/PLACE/reports` answers a ticket,
/// `GET /public/PLACE/reports/TICKET` how far it is.
struct ResidentRoutes {
  let backend: any Backend

  /// 500 characters of any script, a contact and the JSON around them.
  private static let bodyBytesMax = 8_192

  func add(to router: Router<BasicRequestContext>) {
    router.post("/public/**") { request, context -> Response in
      guard let (place, rest) = Self.parse(context), rest.isEmpty else { throw Self.notFound }
      let report: ResidentReportRequest
      do {
        report = try await request.body(as: ResidentReportRequest.self, upTo: Self.bodyBytesMax)
      } catch is NIOTooManyBytesError {
        throw Refusal(.contentTooLarge, zh: "报修内容最多 500 个字", en: "a report has at most 500 characters")
      }
      let ticket = try await backend.takeReport(
        report, place: place, address: PeerAddress.household(of: request), language: request.language)
      return try .json(ticket, status: .created)
    }
    router.get("/public/**") { request, context -> Response in
      guard let (place, rest) = Self.parse(context), rest.count == 1 else { throw Self.notFound }
      return try .json(
        try await backend.ticket(
          rest[0], place: place, address: PeerAddress.household(of: request), language: request.language))
    }
  }

  private static var notFound: Refusal {
    Refusal(
      .notFound, zh: "只有 /public/PLACE/reports 和 /public/PLACE/reports/TICKET",
      en: "there is /public/PLACE/reports and /public/PLACE/reports/TICKET")
  }

  /// The place before `reports`, and what comes after.
  private static func parse(_ context: BasicRequestContext) -> (place: String, rest: [String])? {
    let steps = context.parameters.getCatchAll().map { $0.removingPercentEncoding ?? String($0) }
    guard let index = steps.lastIndex(of: "reports"), index > 0 else { return nil }
    return (steps[..<index].joined(separator: "/"), Array(steps[(index + 1)...]))
  }
}
