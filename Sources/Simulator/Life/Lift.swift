/// A lift between floor 1 and the top: waits, travels, opens its door.
struct Lift: Sendable {
  enum Phase: Sendable { case idle, travelling, open }

  private(set) var phase = Phase.idle
  private(set) var floor = 1.0
  /// kg in the car.
  private(set) var load = 0.0
  private(set) var trips: Double
  private var target = 1.0
  private var random: RandomSource
  static let top = 11.0

  init(seed: UInt64, name: String) {
    random = RandomSource(seed: seed, name, "lift")
    trips = random.number(20_000...90_000).rounded()
  }

  /// Goes on to the next phase.
  /// - Returns: ms of the community's time until the one after.
  mutating func step(traffic: Double) -> Int64 {
    switch phase {
    case .idle:
      target = floor == 1 || random.chance(0.3) ? random.number(2...Self.top).rounded() : 1
      load = random.number(45...240).rounded()
      trips += 1
      phase = .travelling
      return Int64(abs(target - floor) * 2_500) + 4_000
    case .travelling:
      floor = target
      phase = .open
      return random.span(6_000...15_000)
    case .open:
      load = 0
      phase = .idle
      // Every half minute when people leave for work, every twenty minutes at night.
      return Int64(Double(random.span(20_000...50_000)) / max(0.03, traffic))
    }
  }
}
