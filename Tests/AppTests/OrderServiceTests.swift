import API
import Alerts
import App
import Community
import Foundation
import Orders
import Pipeline
import Testing

/// Orders, residents' reports, volunteers and the bank through the service's own face.
@Suite struct OrderServiceTests {
  private static let room = SmallCommunity.room

  private func community(_ orders: String) throws -> SmallCommunity {
    let community = try SmallCommunity()
    try community.write("orders.yaml", orders)
    return community
  }

  @Test func fromAReportToTheEnd() async throws {
    let community = try community("reports: {per_address: 2, per_place: 3}")
    let service = try await RunningService.make(community)
    let report = ResidentReportRequest(text: "灯坏了\u{7}", contact: "13800000000")
    let ticket = try await service.takeReport(report, place: Self.room, address: "192.0.2.1", language: .zh)
    #expect(ticket.stateText == "已受理" && ticket.ticket.count == 12)
    let order = try #require(try await service.orders(OrderSelection(place: "yihe/301")).orders.first)
    #expect(order.source == "resident" && order.contact == "13800000000" && order.title == "居民报修：灯坏了")
    // A place above its own finds it, another one does not, nor a wrong ticket.
    let seen = try await service.ticket(
      ticket.ticket.uppercased(), place: "hedong", address: "192.0.2.1", language: .en)
    #expect(seen.stateText == "received")
    for (place, number) in [("elsewhere", ticket.ticket), (Self.room, "nope")] {
      await #expect(throws: BackendError.self) {
        try await service.ticket(number, place: place, address: "192.0.2.1", language: .en)
      }
    }
    // Two from one address, three for the compound; nobody for a place that is not there.
    _ = try await service.takeReport(report, place: Self.room, address: "192.0.2.1", language: .zh)
    func refusal(_ place: String, _ address: String) async -> BackendError.Kind? {
      do {
        _ = try await service.takeReport(report, place: place, address: address, language: .en)
        return nil
      } catch { return (error as? BackendError)?.kind }
    }
    #expect(await refusal(Self.room, "192.0.2.1") == .tooMany)
    #expect(await refusal("nowhere", "192.0.2.2") == .notFound)
    #expect(await refusal(Self.room, "192.0.2.2") == nil)
    #expect(await refusal(Self.room, "192.0.2.3") == .tooMany)
    // Worked on, with a photo.
    let photo = try await service.keepPhoto(Data([0xFF, 0xD8, 0xFF, 0xE0])).photo
    func act(_ kind: OrderActionRequest.Kind, by: String, _ comment: String? = nil, photos: [String]? = nil)
      async throws
      -> OrderView
    {
      try await service.perform(
        OrderActionRequest(action: kind, by: by, comment: comment, photos: photos), onOrder: order.id, language: .en)
    }
    _ = try await act(.accept, by: "王强")
    await #expect(throws: BackendError.self) { try await act(.done, by: "王强", photos: ["../x"]) }
    #expect(try await act(.done, by: "王强", "换了灯泡", photos: [photo]).photos == [photo])
    #expect(try await service.photo(photo).mediaType == "image/jpeg")
    await #expect(throws: BackendError(.conflict, OrderError.verifierDidIt(id: order.id).text)) {
      try await act(.verify, by: "王强")
    }
    #expect(try await act(.verify, by: "张三").state == "closed")
    let story = try await service.order(id: order.id, language: .en)
    #expect(story.steps.map(\.kind) == ["ordered", "accepted", "done", "verified", "closed"])
    let end = try await service.ticket(ticket.ticket, place: Self.room, address: "192.0.2.1", language: .zh)
    #expect(end.state == "closed" && end.endedAt != nil)
  }

  @Test func volunteersAndTheBank() async throws {
    let community = try community("points: {visit: 10}")
    let service = try await RunningService.make(community)
    _ = try await service.enter(
      VolunteerRequest(
        id: "lin", name: "林晓雨", help: ["visit"], places: ["hedong"], hours: ["mon,tue,wed,thu,fri,sat,sun"]))
    for (help, hours) in [("fly", "mon"), ("visit", "someday")] {
      await #expect(throws: BackendError.self) {
        try await service.enter(
          VolunteerRequest(id: "x", name: "x", help: [help], places: ["hedong"], hours: [hours]))
      }
    }
    let request = OrderRequest(
      by: "张三", title: "独居老人跌倒后探望", note: "301 高血压", place: Self.room, help: "visit", key: "once")
    let order = try await service.createOrder(request, language: .zh)
    #expect(try await service.createOrder(request, language: .zh).id == order.id)
    // What goes out before the claim, to the letter.
    let offers = try await service.offers(volunteer: "lin", language: .zh)
    let json = String(decoding: try WireFormat.encode(offers), as: UTF8.self)
    #expect(offers.count == 1 && offers[0].place == "hedong/jiefang/yihe")
    for secret in ["跌倒", "血压", "独居"] { #expect(!json.contains(secret)) }
    func act(_ kind: OrderActionRequest.Kind, by: String, to: String? = nil) async throws -> OrderView {
      try await service.perform(OrderActionRequest(action: kind, by: by, to: to), onOrder: order.id, language: .en)
    }
    #expect(try await act(.claim, by: "staff", to: "lin").claimedBy == "林晓雨")
    #expect(try await service.offers(volunteer: "lin", language: .zh).first?.note == "301 高血压")
    _ = try await act(.done, by: "林晓雨")
    _ = try await act(.verify, by: "张三")
    let bank = try await service.bank(month: nil, language: .en)
    #expect(bank.balances.map(\.points) == [10] && bank.entries.map(\.order) == [order.id])
    #expect(bank.entries[0].reason == "a visit")
    #expect(try await service.bank(month: nil, language: .zh).entries[0].reason == "探访")
    _ = try await service.bankEntry(
      BankEntryRequest(by: "李敏", reason: "记错", reverses: bank.entries[0].id), language: .en)
    #expect(try await service.bank(month: nil, language: .en).balances.map(\.points) == [0])
    let first = bank.entries[0].id
    await #expect(throws: BackendError(.conflict, OrderError.reversed(entry: first, by: "李敏").text)) {
      try await service.bankEntry(BankEntryRequest(by: "张三", reason: "另有原因", reverses: first), language: .en)
    }
    await #expect(throws: BackendError.self) { try await service.bank(month: "2026-13", language: .en) }
    #expect(try await service.removeVolunteer("lin").leftAt != nil)
    #expect(try await service.offers(volunteer: "lin", language: .zh).isEmpty)
  }

  @Test func whoeverOrdersGoToMustStillBeThere() throws {
    let community = try community(
      """
      automatic:
      - {id: a, place: hedong, to: gone}
      - {id: b, place: hedong, to: wang}
      maintenance:
      - {id: c, title: x, place: hedong, every: {days: 1}, from: 2026-01-01, at: "09:00", to: 老李}
      """)
    try community.write(
      "duty.yaml", "people: [{id: gone, name: 老李, until: 2020-12-31}, {id: wang, name: 王强, until: 9999-12-31}]")
    let hint = "name somebody else in to, or leave it out: then those on duty are asked"
    #expect(
      community.problems().filter { $0.hasPrefix("orders.yaml:") } == [
        #"orders.yaml:2:3: warning: automatic "a": 老李 left on 2020-12-31; \#(hint)"#,
        #"orders.yaml:5:3: warning: maintenance "c": 老李 left on 2020-12-31; \#(hint)"#,
      ])
  }

  @Test func whatOrdersNameMustExist() throws {
    let community = try community(
      """
      automatic:
      - {id: a, rules: [colt]}
      - {id: b, place: hedong/jiefang/yihe/302}
      maintenance:
      - {id: c, title: x, place: hedong/jiefang, hours: {point: climate/temperature, every: 5}}
      - {id: d, title: x, place: hedong/jiefang, meter: {point: climate/temprature, every: 5}}
      """)
    let problems = community.problems()
    for expected in [
      #"automatic "a": there is no rule "colt""#, #"automatic "b": there is no place "hedong/jiefang/yihe/302""#,
      #"maintenance "c": climate/temperature is no yes or no"#,
      #"maintenance "d": there is no point "climate/temprature""#,
    ] {
      #expect(problems.contains { $0.hasPrefix("orders.yaml:") && $0.contains(expected) }, "\(problems)")
    }
  }
}
