// The orders of the simulated year: what its alerts become, what the calendar asks for, and people who accept, wait for a part, are
// sent back or forget. Alerts are lived through before and do not change: an order's wishes for them are not granted here.
import Alerts
import App
import Community
import Orders
import Pipeline
import TestSupport

/// What people make of one order; ms.
struct OrderFate {
  var acceptedAfter: Int64
  /// After the acceptance; nil: nobody has to wait for anything.
  var wait: (after: Int64, length: Int64)?
  /// After the acceptance, or the end of the wait.
  var doneAfter: Int64
  /// After it was done the first time; nil: it was good.
  var sentBackAfter: Int64?
  var doneAgainAfter: Int64
  /// After it was done for good; nil: nobody looks.
  var verifiedAfter: Int64?
}

struct YearOfOrders {
  private enum Moment { case accept, wait, done, sendBack, doneAgain, verify }

  /// The newest state of each order, and its fate.
  private(set) var orders: [String: Order] = [:]
  private(set) var fates: [String: OrderFate] = [:]
  private(set) var events: [String: [OrderEvent]] = [:]
  private(set) var book: OrderBook
  private var queue: [(at: Timestamp, moment: Moment, order: String)] = []
  private var dice: SeededGenerator

  init(_ configuration: LoadedConfiguration, seed: UInt64) {
    book = OrderBook(policy: configuration.orderPolicy)
    dice = SeededGenerator(seed: seed ^ 0x0dde)
  }

  /// To the end of the last order. The calendar ends with the year.
  mutating func run(_ year: YearOfAlerts, _ alerts: [AlertEvent]) throws {
    note(book.advance(to: year.start))
    var next = 0
    while true {
      let times = [alerts.indices.contains(next) ? alerts[next].at : nil, queue.last?.at, book.nextDue]
      guard let time = times.compactMap(\.self).min() else { return }
      if time >= year.end, !book.policy.settings.maintenance.isEmpty {
        book.policy.settings.maintenance = []
        continue
      }
      if let due = book.nextDue, due <= time {
        note(book.advance(to: due))
      } else if let action = queue.last, action.at == time {
        queue.removeLast()
        try take(action.moment, action.order, at: time)
      } else {
        note(book.follow(alerts[next], at: time))
        next += 1
      }
    }
  }

  private mutating func take(_ moment: Moment, _ id: String, at time: Timestamp) throws {
    // It has ended by itself: its alerts have.
    guard let order = book[id], let fate = fates[id] else { return }
    switch moment {
    case .accept:
      note(try book.perform(.accept, on: id, by: "王师傅", at: time))
      if let wait = fate.wait {
        plan(.wait, id, at: time + wait.after)
        plan(.done, id, at: time + wait.after + wait.length + fate.doneAfter)
      } else {
        plan(.done, id, at: time + fate.doneAfter)
      }
    case .wait:
      let until = time + (fate.wait?.length ?? 0)
      note(try book.perform(.wait(.part, until: until), on: id, by: "王师傅", at: time))
    case .done, .doneAgain:
      note(try book.perform(.done(photos: []), on: id, by: "王师傅", at: time))
      if moment == .done, let after = fate.sentBackAfter {
        plan(.sendBack, id, at: time + after)
      } else if let after = fate.verifiedAfter {
        plan(.verify, id, at: time + after)
      }
    case .sendBack:
      note(try book.perform(.reject, on: id, by: "李敏", at: time, comment: "还在响 / it still hums"))
      plan(.doneAgain, id, at: time + fate.doneAgainAfter)
    case .verify:
      guard order.state == .done else { return }
      note(try book.perform(.verify, on: id, by: "李敏", at: time))
    }
  }

  private mutating func note(_ outcome: OrderOutcome) {
    for event in outcome.events {
      orders[event.order.id] = event.order
      events[event.order.id, default: []].append(event)
      guard event.kind == .ordered else { continue }
      let fate = fate(event.order.priority)
      fates[event.order.id] = fate
      plan(.accept, event.order.id, at: event.at + fate.acceptedAfter)
    }
  }

  /// An eighth of a second beside the full ones: no two things at the same time by chance.
  private mutating func fate(_ priority: Priority) -> OrderFate {
    func lasting(_ median: Int64) -> Int64 { YearOfAlerts.lasting(median, &dice) + 1_000 }
    func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &dice) < percent }
    let (minute, hour) = (YearOfAlerts.minute, YearOfAlerts.hour)
    let quick: [Priority: Int64] = [.critical: 3 * minute, .high: 8 * minute, .medium: hour, .low: 5 * hour]
    return OrderFate(
      acceptedAfter: lasting((happens(20) ? 8 : 1) * (quick[priority] ?? hour)) + 125,
      wait: happens(20) ? (after: lasting(30 * minute), length: lasting(20 * hour)) : nil,
      doneAfter: lasting(happens(20) ? 30 * hour : 90 * minute),
      sentBackAfter: happens(12) ? lasting(5 * hour) : nil, doneAgainAfter: lasting(6 * hour),
      verifiedAfter: happens(60) ? min(lasting(8 * hour), 70 * hour) : nil)
  }

  /// Latest first, so that the next one is taken off the end.
  private mutating func plan(_ moment: Moment, _ order: String, at time: Timestamp) {
    let place = queue.lastIndex { $0.at > time }.map { $0 + 1 } ?? 0
    queue.insert((time, moment, order), at: place)
  }
}
