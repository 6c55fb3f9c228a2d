import Community
import Pipeline

/// Brings the values of a device up to the moment: from the life it watches, from the surroundings, from incidents.
extension Simulation {
  mutating func refresh(_ index: Int, at time: Timestamp) {
    let now = Surroundings(at: time, rhythm: rhythm)
    for slot in devices[index].points.indices {
      let point = devices[index].points[slot]
      guard !point.event else { continue }
      var value = lived(devices[index].subject, point.quantity.name, point.name)
      if value == nil { value = devices[index].measure(slot, in: now, at: time) }
      if let override = devices[index].overrides.last(where: { $0.slot == slot }) {
        value = shown(override.value, of: point.quantity.name, at: index)
      }
      if let range = point.range, let known = value { value = min(range.upperBound, max(range.lowerBound, known)) }
      devices[index].values[slot] = value ?? 0
    }
    devices[index].countedAt = time
  }

  /// Also what goes wrong is measured with noise: a constant would look like a stuck sensor.
  private mutating func shown(_ value: Double, of quantity: String, at index: Int) -> Double {
    switch quantity {
    case "temperature": value + devices[index].random.noise(0.1)
    case "co", "gas", "sound", "power": value * (1 + devices[index].random.noise(0.004))
    default: value
    }
  }

  /// nil when the quantity has nothing to do with the subject's life.
  private func lived(_ subject: SimulatedDevice.Subject, _ quantity: String, _ name: String) -> Double? {
    switch subject {
    case .nothing: return nil
    case .bay(let bay): return quantity == "occupancy" ? (bays[bay].isTaken ? 1 : 0) : nil
    case .household(let index):
      let household = households[index]
      switch quantity {
      case "bed-occupancy": return household.isInBed ? 1 : 0
      case "motion", "presence": return household.isMoving ? 1 : 0
      case "open", "door": return household.isDoorOpen ? 1 : 0
      case "volume": return household.litres.rounded() / 1_000
      default: return nil
      }
    case .lift(let index):
      let lift = lifts[index]
      switch quantity {
      case "floor": return lift.floor
      case "open": return lift.phase == .open ? 1 : 0
      case "running": return lift.phase == .travelling ? 1 : 0
      case "weight": return lift.load
      case "count": return lift.trips
      default: return nil
      }
    }
  }
}
