import Pipeline

/// What every device of the community shares at a moment: the hour, the weather, how much is going on.
struct Surroundings: Sendable {
  /// Since local midnight.
  let hour: Double
  /// Minutes of the community's time since an arbitrary moment, for cycles that do not follow the day.
  let minutes: Double
  let traffic: Double
  /// Outdoors, Cel.
  let outdoor: Double
  /// 1 / speed: what is counted in real time grows by so much less than the rhythm suggests.
  let share: Double

  init(at time: Timestamp, rhythm: Rhythm) {
    hour = rhythm.hour(time)
    minutes = Double(rhythm.local(time)) / Double(Rhythm.minute)
    traffic = DailyCurve.traffic(hour)
    outdoor = 7 + 5 * DailyCurve.wave(hour, peak: 15)
    share = 1 / rhythm.speed
  }

  /// The sump fills for 110 minutes and is pumped dry in ten. m.
  var sumpLevel: Double {
    let phase = minutes.truncatingRemainder(dividingBy: 120)
    return phase < 110 ? 0.3 + 0.6 * phase / 110 : 0.9 - 0.6 * (phase - 110) / 10
  }
  var isSumpPumpRunning: Bool { minutes.truncatingRemainder(dividingBy: 120) >= 110 }
  /// The booster runs twelve minutes of every thirty.
  var isBoosterRunning: Bool { minutes.truncatingRemainder(dividingBy: 30) < 12 }
  /// Cars in a car park of 80 bays: full at night, half empty by day.
  var carsInside: Double { (70 - 44 * DailyCurve.bell(hour, 7, 20)).rounded() }
  static let carParkBays = 80.0
}
