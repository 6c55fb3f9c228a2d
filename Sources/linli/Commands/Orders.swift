import API
import ArgumentParser
import Community

struct Orders: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "The orders 工单 that have not ended, the newest first.")

  @Argument(help: "A place path; orders there and below.")
  var place: String?
  @Flag(help: "Ended ones too.")
  var all = false
  @Option(
    help: "Only these states: ordered, accepted, waiting, done, verified, closed, cancelled (several with commas).")
  var state: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  /// Pages fetched at most: far more orders than are ever open at once.
  private static let pagesMax = 200

  func run() async throws {
    let client = ServiceClient(service)
    var orders: [OrderView] = []
    var cursor: String?
    for _ in 0..<Self.pagesMax {
      let page = try await client.get(
        "/api/v1/orders",
        [
          "place": place, "all": all ? "true" : nil, "state": state, "limit": "1000", "cursor": cursor,
          "lang": output.language.rawValue,
        ], as: OrderListView.self)
      orders += page.orders
      cursor = page.next
      if cursor == nil { break }
    }
    if output.json { return try Terminal.json(orders) }
    if orders.isEmpty { return Terminal.line(output.say("没有未办结的工单。", "No open orders.")) }
    var table = Table(
      "ID", output.say("级别", "PRIORITY"), output.say("派单时间", "SINCE"), output.say("期限", "DEADLINE"),
      output.say("工单", "ORDER"), output.say("地点", "PLACE"), output.say("负责", "BY WHOM"), output.say("状态", "STATE"))
    for order in orders {
      table.add([
        .init(order.id), Wording.priority(order.priority, output), .init(Wording.time(order.orderedAt)),
        .init(Wording.time(order.deadline), order.overdue ? .red : nil), .init(order.title), .init(order.placeName),
        .init([order.unit, order.person ?? ""].filter { !$0.isEmpty }.joined(separator: " · ")),
        Wording.orderState(order, output),
      ])
    }
    table.print()
  }
}
