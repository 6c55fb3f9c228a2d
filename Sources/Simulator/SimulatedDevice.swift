import Community
import Pipeline

/// A device of the simulated community and what it would tell at the moment.
struct SimulatedDevice: Sendable {
  /// Whose life it watches.
  enum Subject: Sendable, Equatable {
    case household(Int)
    case lift(Int)
    case bay(Int)
    case nothing
  }

  let id: String
  let match: [String: String]
  let place: String
  let kind: String
  let placeKind: String
  /// Index of its profile.
  let profile: Int
  let points: [ProfilePoint]
  let subject: Subject
  /// ms of real time between two reports.
  let interval: Int64
  var random: RandomSource
  /// Of every point, canonical units.
  var values: [Double]
  /// Incidents that make points show something else, by incident; the latest wins.
  var overrides: [(incident: Int, slot: Int, value: Double)] = []
  /// Incidents during which nothing is sent, or nothing moves.
  var silencedBy: Set<Int> = []
  var frozenBy: Set<Int> = []
  /// Counters were last brought up to date then.
  var countedAt: Timestamp?
  /// Where the device differs from its like: −1 … 1.
  let character: Double

  init(
    _ device: Device, profile: Int, of community: CommunityModel, subject: Subject, rhythm: Rhythm, seed: UInt64
  ) {
    let known = community.profiles[profile]
    id = device.id
    match = device.match
    place = device.place
    kind = known.kind
    placeKind = community.places.kind(of: device.place)
    self.profile = profile
    points = known.points
    self.subject = subject
    let expected = known.interval ?? 10 * Rhythm.minute
    // A faster rhythm asks for more reports, but no real device reports more than each five seconds.
    interval = max(rhythm.real(span: expected), min(expected, 5_000))
    random = RandomSource(seed: seed, device.id)
    character = random.number(-1...1)
    values = Array(repeating: 0, count: known.points.count)
  }

  var isSilent: Bool { !silencedBy.isEmpty }

  func slots(of quantities: Set<String>) -> Set<Int> {
    Set(points.indices.filter { quantities.contains(points[$0].quantity.name) })
  }
}
