import API
import Alerts
import Community
import Foundation
import Orders
import Pipeline
import TestSupport

/// One order, offered to one volunteer, and reports that count themselves.
extension MemoryBackend: OrderBackend {
  static var sample: Order {
    var order = Order(
      id: "w-1", title: LocalizedText(zh: "换灯", en: "Replace a lamp"), place: "hedong/b3", priority: .medium,
      source: .resident, unit: LocalizedText("物业"), orderedBy: "resident", orderedAt: Timestamp(milliseconds: 1_000))
    order.report = Order.Report(ticket: "t1", contact: "13800000000")
    return order
  }

  private func view(_ order: Order) -> OrderView { OrderView(order, placeName: "b3", language: .en, zone: .gmt) }

  func orders(_ selection: OrderSelection) async throws -> OrderListView {
    let isFirst = selection.cursor == nil
    return OrderListView(
      orders: isFirst ? [view(Self.sample)] : [],
      next: isFirst ? OrderQuery.Cursor(after: Self.sample).description : nil)
  }
  func order(id: String, language: Language) async throws -> OrderStoryView {
    guard id == "w-1" else { throw BackendError(.notFound, zh: "没有工单“\(id)”", en: "there is no order '\(id)'") }
    return OrderStoryView(order: view(Self.sample), steps: [], deliveries: [])
  }
  func createOrder(_ request: OrderRequest, language: Language) async throws -> OrderView { view(Self.sample) }
  func perform(_ action: OrderActionRequest, onOrder id: String, language: Language) async throws -> OrderView {
    guard id == "w-1" else { throw BackendError(.notFound, zh: "没有工单“\(id)”", en: "there is no order '\(id)'") }
    return view(Self.sample)
  }
  func keepPhoto(_ bytes: Data) async throws -> PhotoView { PhotoView(photo: "\(bytes.count).png") }
  func photo(_ name: String) async throws -> (bytes: Data, mediaType: String) { (Data([1, 2, 3]), "image/png") }
  func takeReport(
    _ report: ResidentReportRequest, place: String, address: String, language: Language
  ) async throws -> TicketView {
    guard place == "hedong/b3" else { throw BackendError(.notFound, zh: "没有这个地点", en: "there is no such place") }
    if report.text == "again" {
      throw BackendError(.tooMany, zh: "来自 \(address) 的请求过多", en: "too many requests from \(address)")
    }
    return TicketView(Self.sample, ticket: "t1", language: language, zone: .gmt)
  }
  func ticket(_ ticket: String, place: String, address: String, language: Language) async throws -> TicketView {
    guard ticket == "t1" else { throw BackendError(.notFound, zh: "没有这个报修单号", en: "there is no such ticket") }
    return TicketView(Self.sample, ticket: ticket, language: language, zone: .gmt)
  }
  func volunteers(place: String?) async throws -> [VolunteerView] { [] }
  func enter(_ request: VolunteerRequest) async throws -> VolunteerView {
    VolunteerView(
      Volunteer(id: request.id, name: request.name, help: [.visit], places: [], since: Timestamp(milliseconds: 0)),
      zone: .gmt)
  }
  func removeVolunteer(_ id: String) async throws -> VolunteerView {
    throw BackendError(.notFound, zh: "没有这个人", en: "nobody")
  }
  func offers(volunteer id: String, language: Language) async throws -> [OfferView] { [] }
  func bank(month: String?, language: Language) async throws -> BankView {
    BankView(month: month, balances: [], entries: [])
  }
  func bankEntry(_ request: BankEntryRequest, language: Language) async throws -> BankEntryView {
    throw BackendError(.conflict, zh: "没有这笔记录", en: "there is no such entry")
  }
}
