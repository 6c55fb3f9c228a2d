import Community
import Pipeline

/// Incidents begin, are seen by the devices at the place, and end.
extension Simulation {
  mutating func begin(_ index: Int, at time: Timestamp, into sent: inout [SimulatedMessage]) {
    let incident = incidents[index]
    if let every = incident.every { queue.add(.incidentBegins(index), at: time + every) }
    for device in affected(by: incident) {
      switch incident.kind {
      case .silent: devices[device].silencedBy.insert(index)
      case .stuck: devices[device].frozenBy.insert(index)
      default: show(incident, index, on: device, at: time, into: &sent)
      }
    }
    if !incident.kind.isMomentary { queue.add(.incidentEnds(index), at: time + incident.lasts) }
  }

  mutating func end(_ index: Int, at time: Timestamp, into sent: inout [SimulatedMessage]) {
    for device in affected(by: incidents[index]) {
      let shown = Set(devices[device].overrides.filter { $0.incident == index }.map(\.slot))
      devices[device].overrides.removeAll { $0.incident == index }
      devices[device].silencedBy.remove(index)
      devices[device].frozenBy.remove(index)
      if !shown.isEmpty || incidents[index].kind == .silent { send(device, only: nil, at: time, into: &sent) }
    }
  }

  private mutating func show(
    _ incident: SimulationSchedule.Incident, _ index: Int, on device: Int, at time: Timestamp,
    into sent: inout [SimulatedMessage]
  ) {
    let values = incident.kind.values
    let slots = devices[device].slots(of: Set(values.keys))
    if incident.kind.isMomentary {
      send(device, only: slots, events: slots, at: time, into: &sent)
      return
    }
    for slot in slots.sorted() {
      let value = values[devices[device].points[slot].quantity.name] ?? 0
      devices[device].overrides.append((index, slot, value))
    }
    send(device, only: slots, at: time, into: &sent)
  }

  /// The devices at the place that can show it.
  private func affected(by incident: SimulationSchedule.Incident) -> [Int] {
    let quantities = Set(incident.kind.values.keys)
    return devices.indices.filter { index in
      let device = devices[index]
      if let id = incident.device, device.id != id { return false }
      if let place = incident.place, !PlaceTree.contains(place, device.place) { return false }
      if let kinds = incident.kind.deviceKinds, !kinds.contains(device.kind) { return false }
      return quantities.isEmpty || !device.slots(of: quantities).isEmpty
    }
  }
}
