import Foundation
import Hummingbird

/// A part of a list. Where more follows, the answer has a `Link` to the next page (RFC 8288, `rel="next"`), whose `cursor` is for
/// the service to read. Without `limit` a list comes whole.
struct Page<Item: Encodable> {
  var items: [Item]
  /// nil on the last page.
  var next: String?

  static var wrongCursor: Refusal {
    Refusal(
      .badRequest, zh: "“cursor”应取自上一页的响应头 Link；请去掉后从头开始",
      en: "'cursor' must be that of the page before (header Link); begin again without it")
  }

  init(items: [Item], next: String?) {
    self.items = items
    self.next = next
  }

  /// The page that `limit` and `cursor` ask for, of a list that is always in the same order.
  init(_ all: [Item], of request: Request, id: (Item) -> String) throws {
    var rest = all[...]
    if let cursor = request.query("cursor") {
      guard let last = all.firstIndex(where: { id($0) == cursor }) else { throw Self.wrongCursor }
      rest = all[(last + 1)...]
    }
    items = Array(rest.prefix(try request.limit(upTo: 100_000) ?? rest.count))
    next = items.count < rest.count ? items.last.map(id) : nil
  }
}

extension Request {
  /// `limit`: how many of a list; nil: the reader does not say.
  func limit(upTo most: Int) throws -> Int? {
    guard let limit = try queryNumber("limit") else { return nil }
    guard (1...Int64(most)).contains(limit) else {
      throw Refusal(
        .badRequest, zh: "“limit”应为 1 到 \(most)，不能是 \(limit)", en: "'limit' must be 1 to \(most), not \(limit)")
    }
    return Int(limit)
  }
}

extension Response {
  static func page(_ page: Page<some Encodable>, of request: Request) throws -> Response {
    var response = try json(page.items)
    if let next = page.next {
      let others = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
      let cursor = next.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      let query = (others + ["cursor=\(cursor)"]).joined(separator: "&")
      response.headers[.init("Link")!] = "<\(request.uri.path)?\(query)>; rel=\"next\""
    }
    return response
  }
}
