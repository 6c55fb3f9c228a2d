// What a message costs the core when there are a thousand times as many devices, points, rules or idle timers: the slope of
// the logarithm of the cost over the logarithm of their number. 0 = the number does not matter, 1 = twice as many, twice
// the cost.
import Foundation
import Pipeline

struct ScalingBenchmark {
  /// What remains is the caches: a thousand times the tables no longer lies in them. 0.1 = twice the cost over three orders
  /// of magnitude.
  private static let slopeLimit = 0.15
  private static let slices = 9
  private static let slice = 40 * CoreRun.batch

  private let payloads = LoadMessages(devices: 256).all.map(\.payload)

  func run() throws -> [Figure] {
    let devices = [100, 1_000, 10_000, 100_000].map { (number: $0, cost: cost(FlatSite(devices: $0))) }
    let points = [1, 10, 100, 1_000].map {
      (number: $0 * 500, cost: cost(FlatSite(devices: 100, topicsOfDevice: $0)))
    }
    let rules = [5, 50, 500, 5_000].map { (number: $0, cost: cost(FlatSite(devices: 1_000, rules: $0))) }
    let timers = [1_000, 10_000, 100_000, 1_000_000].map {
      (number: $0, cost: cost(FlatSite(devices: 100, idleTimers: $0)))
    }
    return figures("devices", devices) + figures("points of 100 devices", points)
      + figures("rules over 5,000 points", rules) + figures("idle timers", timers)
  }

  private func figures(_ what: String, _ costs: [(number: Int, cost: Double)]) -> [Figure] {
    let slope = Self.slope(costs.map { (log(Double($0.number)), log($0.cost)) })
    return costs.dropFirst().map { number, cost in
      Figure(
        .scaling, "\(number.formatted()) \(what)", cost, "ns/message",
        to: .init("with \(costs[0].number.formatted())", costs[0].cost))
    } + [Figure(.scaling, "\(what): slope", slope, "", .atMost(Self.slopeLimit))]
  }

  /// Ns a message, the median of several stretches of at least one round over all topics.
  private func cost(_ site: FlatSite) -> Double {
    let topics = site.topics
    let run = CoreRun(plan: site.plan, topics: topics, payloads: payloads)
    // Every topic known, every ring and window of ten minutes full.
    run.take(topics.count * 64 + Self.slice)
    let slice = max(Self.slice, topics.count)
    let times = (0..<Self.slices).map { _ in
      let before = run.messages
      let time = CoreBenchmark.time { run.take(slice) }
      return time / Double(run.messages - before)
    }
    return times.sorted()[Self.slices / 2] * 1e9
  }

  /// Least squares.
  static func slope(_ points: [(x: Double, y: Double)]) -> Double {
    let count = Double(points.count)
    let (meanX, meanY) = (points.map(\.x).reduce(0, +) / count, points.map(\.y).reduce(0, +) / count)
    let covariance = points.map { ($0.x - meanX) * ($0.y - meanY) }.reduce(0, +)
    return covariance / points.map { ($0.x - meanX) * ($0.x - meanX) }.reduce(0, +)
  }
}
