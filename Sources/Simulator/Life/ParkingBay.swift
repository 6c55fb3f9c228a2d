/// A parking bay: residents leave in the morning and come back in the evening, visitors stay for an hour or two.
struct ParkingBay: Sendable {
  private(set) var isTaken: Bool
  private let isForVisitors: Bool
  private let seed: UInt64
  private let name: String

  init(seed: UInt64, name: String, isForVisitors: Bool) {
    self.seed = seed
    self.name = name
    self.isForVisitors = isForVisitors
    isTaken = !isForVisitors
  }

  mutating func set(taken: Bool) { isTaken = taken }

  /// When the bay is taken (true) and freed on the day that begins at `midnight`, local ms, in time order.
  func plan(midnight: Int64) -> [(at: Int64, taken: Bool)] {
    var random = RandomSource(seed: seed, name, String(midnight))
    func at(_ hour: Int64, within minutes: Int64) -> Int64 {
      midnight + hour * Rhythm.hour + random.span(0...minutes * Rhythm.minute)
    }
    if isForVisitors {
      let (morning, evening) = (at(9, within: 90), at(18, within: 90))
      let (first, second) = (random.span(30...120), random.span(30...120))
      return [
        (morning, true), (morning + first * Rhythm.minute, false), (evening, true),
        (evening + second * Rhythm.minute, false),
      ]
    }
    guard random.chance(0.8) else { return [] }
    return [(at(7, within: 100), false), (at(17, within: 130), true)]
  }
}
