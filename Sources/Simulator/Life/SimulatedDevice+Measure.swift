import Community
import Pipeline

/// What a healthy device measures: curves over the day, each device a little different, with the noise that real sensors have.
extension SimulatedDevice {
  /// What does not follow from a household, a lift or a bay.
  mutating func measure(_ slot: Int, in now: Surroundings, at time: Timestamp) -> Double {
    let point = points[slot]
    switch point.quantity.name {
    case "temperature", "dew-point", "body-temperature": return temperature(now)
    case "relative-humidity": return 46 - 6 * DailyCurve.wave(now.hour, peak: 15) + 4 * character + random.noise(0.5)
    case "pressure": return 1_014 + 3 * DailyCurve.wave(now.hour, peak: 10) + random.noise(0.1)
    case "illuminance": return illuminance(now)
    case "co2": return 480 + 420 * DailyCurve.bell(now.hour, 8.5, 17) + random.noise(12)
    case "voc-mass": return max(20, 110 + 90 * DailyCurve.bell(now.hour, 8.5, 17) + random.noise(8))
    case "co": return max(0.1, 1.2 + 5 * now.traffic + random.noise(0.25))
    case "pm25": return max(2, 26 + 9 * DailyCurve.wave(now.hour, peak: 8) + random.noise(1.5))
    case "pm10": return max(3, 41 + 12 * DailyCurve.wave(now.hour, peak: 8) + random.noise(2))
    case "sound": return sound(point.name, now)
    case "battery-level": return (82 + 16 * character).rounded()
    case "battery-voltage": return 2.95 + 0.1 * character
    case "link-quality": return min(255, max(10, (110 + 50 * character + random.noise(8)).rounded()))
    case "level": return now.sumpLevel + random.noise(0.01)
    case "fill-level": return fillLevel(now)
    case "duration": return max(0, 157_680_000 - now.minutes.truncatingRemainder(dividingBy: 1e6) * 60 * now.share)
    case "value": return Double(Int(random.number(0...2.9)))
    case "gas": return Double(Int(random.number(0...6)))
    case "vehicles": return now.carsInside
    case "free-spaces": return Surroundings.carParkBays - now.carsInside
    case "motion", "occupancy", "presence":
      return DailyCurve.bell(now.hour, 8.5, 17) > 0.3 && random.chance(0.7) ? 1 : 0
    default: return electricity(slot, now) ?? counter(slot, now, at: time) ?? resting(slot)
    }
  }

  private mutating func temperature(_ now: Surroundings) -> Double {
    switch kind {
    case "room-climate", "air-quality", "bed-sensor":
      return 21.5 + 0.9 * DailyCurve.wave(now.hour, peak: 17) + 0.9 * character + random.noise(0.1)
    case "door-sensor", "water-meter", "leak-sensor":
      return 17 + DailyCurve.wave(now.hour, peak: 17) + character + random.noise(0.1)
    case "temperature-probe": return 47 + 2 * DailyCurve.wave(now.hour, peak: 6) + character + random.noise(0.2)
    case "parking-bay": return 13 + random.noise(0.3)
    // A relay warms itself.
    case "power-meter": return 42 + 3 * character + random.noise(0.3)
    default: return now.outdoor + character + random.noise(0.2)
    }
  }

  private mutating func illuminance(_ now: Surroundings) -> Double {
    let lamp = now.hour > 18 && now.hour < 21.5 ? 90.0 : 0
    return max(0, (320 * DailyCurve.bell(now.hour, 6.5, 17.5) + lamp + random.noise(4)).rounded())
  }

  private mutating func sound(_ name: String, _ now: Surroundings) -> Double {
    let level = 37 + 12 * DailyCurve.bell(now.hour, 6, 22) + random.noise(1.2)
    return name.contains("max") ? level + random.number(6...13) : level
  }

  /// Emptied every morning at six.
  private func fillLevel(_ now: Surroundings) -> Double {
    let hours = (now.hour + 18).truncatingRemainder(dividingBy: 24)
    return 6 + (2.4 + 0.4 * character) * hours
  }

  private mutating func electricity(_ slot: Int, _ now: Surroundings) -> Double? {
    switch points[slot].quantity.name {
    case "voltage": return 226 + 1.5 * DailyCurve.wave(now.hour, peak: 3) + random.noise(0.4)
    case "power": return power(now)
    case "current": return (firstValue(of: "power") ?? 0) / 226
    case "power-factor": return 0.93
    case "frequency": return 50 + random.noise(0.01)
    case "on", "running": return point(slot, named: "running") ? (runs(now) ? 1 : 0) : nil
    default: return nil
    }
  }

  private mutating func power(_ now: Surroundings) -> Double {
    if id.contains("sump") { return now.isSumpPumpRunning ? 742 + random.noise(6) : 0.4 }
    if id.contains("booster") || id.contains("pump") { return now.isBoosterRunning ? 2_610 + random.noise(15) : 1.2 }
    return 900 + 1_300 * now.traffic + 300 * character + random.noise(25)
  }

  private func runs(_ now: Surroundings) -> Bool {
    id.contains("sump") ? now.isSumpPumpRunning : id.contains("pump") ? now.isBoosterRunning : true
  }

  /// Meters that only grow, in real time.
  private mutating func counter(_ slot: Int, _ now: Surroundings, at time: Timestamp) -> Double? {
    let hours = Double(time - (countedAt ?? time)) / Double(Rhythm.hour)
    switch points[slot].quantity.name {
    case "energy":
      let start = values[slot] == 0 ? 1_500 + 400 * character : values[slot]
      return start + (firstValue(of: "power") ?? 400) / 1_000 * hours
    case "volume":
      return (values[slot] == 0 ? 40 : values[slot]) + 0.005 * hours
    case "count":
      if values[slot] == 0 { return (7_000 + 3_000 * character).rounded() }
      let passing = kind == "gate-counter" ? 90 * now.traffic * hours : 0
      return values[slot] + Double(Int(passing + random.unit()))
    default: return nil
    }
  }

  /// Booleans rest at false, states at their first name, anything unknown in the middle of its range.
  private func resting(_ slot: Int) -> Double {
    guard case .number = points[slot].values, let range = points[slot].range, !range.contains(0) else { return 0 }
    return (range.lowerBound + range.upperBound) / 2
  }

  private func firstValue(of quantity: String) -> Double? {
    points.firstIndex { $0.quantity.name == quantity }.map { values[$0] }
  }

  private func point(_ slot: Int, named name: String) -> Bool { points[slot].name == name }
}
