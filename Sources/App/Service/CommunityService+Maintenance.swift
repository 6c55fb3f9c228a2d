import Community
import Logging
import Orders
import Pipeline
import Store

/// Maintenance that is due by use: readings of the points that plans count, from the history, each taken in once.
extension CommunityService {
  /// How often it is looked, ms; orders get their true times all the same.
  static let countEvery: Int64 = 60_000
  /// Readings taken in at once; the rest comes at the next look.
  private static let readingsAtOnce = 20_000

  func countUse(at now: Timestamp) async {
    guard let store = history else { return }
    let configuration = configuration
    for (plan, from) in await desk.usagePlans {
      guard let usage = plan.usage, let source = source(of: usage.point, in: configuration) else { continue }
      let query = HistoryQuery(
        point: usage.point, isBoolean: source.point.values == .boolean, holdLimit: source.holdLimit, since: from + 1,
        until: .distantFuture, zone: source.zone, now: now)
      do {
        let readings = try await consistently(source.lane, store, usage.point) { unwritten in
          try query.readings(store, unwritten: unwritten, limit: Self.readingsAtOnce)
        }
        if readings.isEmpty { continue }
        await desk.count(readings, plan: plan.id, holdLimit: source.holdLimit, at: now)
      } catch {
        logger.warning("maintenance \(plan.id): \(usage.point) cannot be counted: \(error); tried again in a minute")
      }
    }
  }

  private struct Source {
    var lane: Lane?
    var point: PointPlan
    var holdLimit: Int64
    var zone: LocalTimeTable
  }

  private func source(of point: String, in configuration: LoadedConfiguration) -> Source? {
    for lane in configuration.lanes {
      guard let number = lane.community.pointID(point) else { continue }
      let plan = lane.plan.points[Int(number)]
      return Source(
        lane: lanes.first { $0.id == lane.broker.clientID }, point: plan,
        holdLimit: plan.holdLimit(silentAfter: lane.plan.devices[Int(plan.device)].silentAfter),
        zone: lane.plan.zones.first ?? .utc)
    }
    return nil
  }
}
