package import Community
package import Pipeline

/// The example community come alive: every configured device sends what its real make would send, people sleep, eat and go
/// out, lifts travel, bins fill, and on a schedule things go wrong.
///
/// A pure function of its arguments: the same community, schedule, seed and start give the same messages, byte for byte. It
/// never reads a clock; the caller asks for what happens until a moment and publishes it at its own pace.
package struct Simulation: Sendable {
  enum Event: Sendable {
    case report(device: Int)
    case planDay(midnight: Int64)
    case household(Int, Household.Event)
    case liftMoves(Int)
    case bay(Int, taken: Bool)
    case incidentBegins(Int)
    case incidentEnds(Int)
  }

  package let start: Timestamp
  let rhythm: Rhythm
  let seed: UInt64
  let encoders: [ProfileEncoder]
  let incidents: [SimulationSchedule.Incident]
  var devices: [SimulatedDevice]
  var households: [Household]
  var lifts: [Lift]
  var bays: [ParkingBay]
  /// Devices of each household, lift and bay.
  var members: [[Int]]
  var queue = EventQueue<Event>()
  private var clock: Timestamp

  /// - Parameters:
  ///   - zone: local time, for the rhythm of the day.
  ///   - speed: overrides the schedule's.
  package init(
    community: CommunityModel, zone: LocalTimeTable, schedule: SimulationSchedule = SimulationSchedule(),
    seed: UInt64 = 1, start: Timestamp, speed: Double? = nil
  ) {
    self.start = start
    self.seed = seed
    clock = start
    rhythm = Rhythm(start: start, speed: min(3_600, max(1, speed ?? schedule.speed)), zone: zone)
    encoders = community.profiles.map(ProfileEncoder.init)
    incidents = schedule.incidents
    let cast = SimulationCast(community, rhythm: rhythm, seed: seed)
    devices = cast.devices
    households = cast.households
    lifts = cast.lifts
    bays = cast.bays
    members = cast.members
    settle()
    arrange()
  }

  /// When the next message may be due; nil when nothing will ever happen.
  package var nextAt: Timestamp? { queue.nextAt }

  /// Everything that is sent after the last call up to and including `time`, in time order.
  package mutating func messages(until time: Timestamp) -> [SimulatedMessage] {
    var sent: [SimulatedMessage] = []
    while let (at, event) = queue.take(until: time) { take(event, at: at, into: &sent) }
    clock = max(clock, time)
    return sent
  }

  // MARK: - Beginning

  /// Brings people, lifts and bays into the state that the hour of the start asks for.
  private mutating func settle() {
    let now = rhythm.local(start)
    let midnight = Rhythm.midnight(now)
    for index in households.indices {
      households[index].take(.goesToBed, share: 0)
      for (at, event) in households[index].plan(midnight: midnight) where at <= now {
        households[index].take(event, share: 0)
      }
    }
    for index in bays.indices {
      for (at, taken) in bays[index].plan(midnight: midnight) where at <= now { bays[index].set(taken: taken) }
    }
  }

  private mutating func arrange() {
    queue.add(.planDay(midnight: Rhythm.midnight(rhythm.local(start))), at: start)
    for index in devices.indices {
      let first = devices[index].random.span(0...min(3_000, devices[index].interval))
      queue.add(.report(device: index), at: start + first)
    }
    for index in lifts.indices { queue.add(.liftMoves(index), at: start + rhythm.real(span: 20_000)) }
    for (index, incident) in incidents.enumerated() { queue.add(.incidentBegins(index), at: start + incident.at) }
  }

  // MARK: - Events

  private mutating func take(_ event: Event, at time: Timestamp, into sent: inout [SimulatedMessage]) {
    switch event {
    case .report(let device): report(device, at: time, into: &sent)
    case .planDay(let midnight): planDay(midnight, at: time)
    case .household(let index, let event):
      households[index].take(event, share: 1 / rhythm.speed)
      send(members[index], about: Self.quantities(of: event), at: time, into: &sent)
    case .liftMoves(let index):
      let pause = lifts[index].step(traffic: DailyCurve.traffic(rhythm.hour(time)))
      send(members[households.count + index], about: Self.liftQuantities, at: time, into: &sent)
      queue.add(.liftMoves(index), at: time + max(200, rhythm.real(span: pause)))
    case .bay(let index, let taken):
      bays[index].set(taken: taken)
      send(members[households.count + lifts.count + index], about: ["occupancy"], at: time, into: &sent)
    case .incidentBegins(let index): begin(index, at: time, into: &sent)
    case .incidentEnds(let index): end(index, at: time, into: &sent)
    }
  }

  private mutating func planDay(_ midnight: Int64, at time: Timestamp) {
    let now = rhythm.local(time)
    for index in households.indices {
      for (at, event) in households[index].plan(midnight: midnight) where at > now {
        queue.add(.household(index, event), at: rhythm.real(at))
      }
    }
    for index in bays.indices {
      for (at, taken) in bays[index].plan(midnight: midnight) where at > now {
        queue.add(.bay(index, taken: taken), at: rhythm.real(at))
      }
    }
    queue.add(.planDay(midnight: midnight + Rhythm.day), at: rhythm.real(midnight + Rhythm.day))
  }

  private mutating func report(_ index: Int, at time: Timestamp, into sent: inout [SimulatedMessage]) {
    send(index, only: nil, at: time, into: &sent)
    let interval = Double(devices[index].interval)
    queue.add(.report(device: index), at: time + Int64(interval * devices[index].random.number(0.97...1.03)))
  }

  private static let liftQuantities: Set<String> = ["floor", "open", "running", "weight", "count"]

  /// The points that tell of an event at once; water is counted and told with the next report.
  private static func quantities(of event: Household.Event) -> Set<String> {
    switch event {
    case .getsUp, .goesToBed: ["bed-occupancy"]
    case .moves, .stops: ["motion", "presence"]
    case .opensDoor, .closesDoor: ["open", "door"]
    case .draws: []
    }
  }

  // MARK: - Sending

  private mutating func send(
    _ members: [Int], about quantities: Set<String>, at time: Timestamp, into sent: inout [SimulatedMessage]
  ) {
    for index in members {
      let slots = devices[index].slots(of: quantities)
      if !slots.isEmpty { send(index, only: slots, at: time, into: &sent) }
    }
  }

  /// - Parameter events: momentary points that happen now.
  mutating func send(
    _ index: Int, only: Set<Int>?, events: Set<Int> = [], at time: Timestamp, into sent: inout [SimulatedMessage]
  ) {
    if devices[index].frozenBy.isEmpty { refresh(index, at: time) }
    guard !devices[index].isSilent else { return }
    var values = devices[index].values
    for slot in events { values[slot] = 1 }
    let device = devices[index]
    sent += encoders[device.profile].messages(
      values, events: events, only: only, match: device.match, at: time, zone: rhythm.offset)
  }
}
