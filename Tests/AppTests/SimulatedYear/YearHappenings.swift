// What lies behind many alerts at once, and what keeping quiet is for: power cuts, a broker or a gateway that is away, fires, loose
// contacts, service visits, homes that are away.
import Alerts
import Community
import Foundation
import Pipeline
import Rules
import TestSupport

@testable import App

struct YearHappenings {
  private static let minute = YearOfAlerts.minute
  private static let hour = YearOfAlerts.hour
  private static let day = YearOfAlerts.day
  private static let plant = "hedong/jiefang/chaoyang/yihe/b3/plant"

  private(set) var fates: [AlertFate] = []
  private(set) var absences: [Absence] = []
  private(set) var gateways: [String: String] = [:]
  private(set) var chattering: Set<String> = []
  private let configuration: LoadedConfiguration
  private let start: Timestamp
  private let end: Timestamp
  private var dice: SeededGenerator
  private var dicePeople: SeededGenerator
  private var placeBySubject: [String: String] = [:]
  private var pointBySubject: [String: String] = [:]
  private var subjectsByRule: [String: [String]] = [:]

  init(_ configuration: LoadedConfiguration, from: Timestamp, to: Timestamp, seed: UInt64) {
    self.configuration = configuration
    (start, end) = (from, to)
    dice = SeededGenerator(seed: seed ^ 0x5eed)
    dicePeople = SeededGenerator(seed: seed ^ 0xface)
    let plan = configuration.ruleSet.plan
    for rule in plan.rules {
      for instance in rule.instances {
        placeBySubject[instance.subject] = instance.place
        subjectsByRule[rule.id, default: []].append(instance.subject)
        pointBySubject[instance.subject] = instance.inputs.first?.first.map { plan.points[Int($0)].id }
      }
    }
    let radio = ["milesight-", "bosch-", "dragino-", "z2m-"]
    for device in configuration.community.devices where radio.contains(where: device.profile.hasPrefix) {
      guard let compound = configuration.community.places.place(at: .compound, above: device.place) else { continue }
      gateways[device.id] = "gateway-" + compound.id
      placeBySubject["gateway-" + compound.id] = compound.path
    }
  }

  /// What one rule finds at one subject. A quarter of a second beside the full ones, half of one for answers, three quarters for
  /// resets: no two things at the same time by chance.
  mutating func fate(_ rule: String, _ subject: String, at time: Timestamp, lasts: Int64) -> AlertFate {
    let isGateway = gateways.values.contains(subject)
    let traits =
      SelfTrouble(rawValue: rule)?.traits
      ?? configuration.traits(rule: rule, subject: isGateway ? "lift-1" : subject)
    // What is low waits for the round of a morning.
    let means: [Priority: Int64] = [
      .critical: 90_000, .high: 5 * Self.minute, .medium: 12 * Self.minute, .low: 14 * Self.hour,
    ]
    let longest = traits.priority == .low ? 13 * Self.day : 20 * Self.hour
    let answers = (0..<4).map { _ -> Int64 in
      // One in four hangs on to a telephone that lies elsewhere, or goes round next week.
      let isSlow = Int.random(in: 0..<4, using: &dicePeople) == 0
      let slow = traits.priority == .low ? 3 * Self.day : Self.hour
      let mean = isSlow ? slow : means[traits.priority] ?? Self.hour
      let answer = YearOfAlerts.seconds(5_000 + YearOfAlerts.exponential(Double(mean), &dicePeople))
      return min(longest, answer) + 500
    }
    return AlertFate(
      rule: rule, subject: subject, place: placeBySubject[subject] ?? "", point: pointBySubject[subject],
      traits: traits, raisedAt: time, clearedAt: lasts == 0 ? time : time + lasts + 250, answers: answers,
      resetAfter: YearOfAlerts.lasting(14 * Self.minute, &dicePeople) + 750)
  }

  mutating func happen() {
    powerCuts()
    unreachable("linli-broker", often: 3) { _ in true }
    for gateway in Set(gateways.values).sorted() {
      unreachable(gateway, often: 2) { [gateways] in gateways[$0] == gateway }
    }
    fires()
    looseContacts()
    serviceVisits()
    goAway()
  }

  // MARK: - Dice

  private mutating func add(_ rule: String, _ subject: String, from: Timestamp, to: Timestamp) {
    guard from < end, to - from >= 1_000 else { return }
    fates.append(fate(rule, subject, at: from, lasts: (to - from) / 1_000 * 1_000))
  }

  /// Seconds between two bounds, as ms.
  private mutating func between(_ from: Int64, _ to: Int64) -> Int64 {
    Int64.random(in: from / 1_000...to / 1_000, using: &dice) * 1_000
  }

  private mutating func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &dice) < percent }

  /// Times of something that happens so often a year.
  private mutating func times(_ often: Double) -> [Timestamp] {
    var found: [Timestamp] = []
    var time = start
    while true {
      time = time + YearOfAlerts.seconds(YearOfAlerts.exponential(365 * Double(Self.day) / often, &dice))
      if time >= end { return found }
      found.append(time)
    }
  }

  // MARK: - Causes

  /// Once or twice a year, nearly an hour each (China's mean of 2023 is 2.3 interruptions a user, fewer in cities). The effects may be
  /// noticed before their cause, and some outlast it.
  private mutating func powerCuts() {
    for begin in times(1.5) {
      let over = begin + max(3 * Self.minute, YearOfAlerts.lasting(40 * Self.minute, &dice))
      for phase in subjectsByRule["supply-lost"] ?? [] { add("supply-lost", phase, from: begin, to: over) }
      for phase in subjectsByRule["supply-voltage"] ?? [] {
        add("supply-voltage", phase, from: begin + 55_000, to: over + between(1_000, 20_000))
      }
      for lift in subjectsByRule["lift-fault"] ?? [] {
        let from = begin + (happens(30) ? -between(5_000, 20_000) : between(20_000, 90_000))
        add(
          "lift-fault", lift, from: from,
          to: over + (happens(30) ? between(400_000, 3_000_000) : between(30_000, 200_000)))
      }
      for pump in subjectsByRule["booster-stopped"] ?? [] {
        add("booster-stopped", pump, from: begin + Self.hour, to: over + between(60_000, 120_000))
      }
      for device in ["lift-1", "lift-2", "pump-booster", "pump-sump"] {
        add(
          "device-silent", device, from: begin + between(60_000, 900_000),
          to: over + (happens(20) ? between(310_000, 1_200_000) : between(10_000, 240_000)))
      }
    }
  }

  /// A broker or a gateway is away: its devices are missed one after the other, each after its own time, and are heard again each
  /// with its next message.
  private mutating func unreachable(_ hub: String, often: Double, _ isBehind: (String) -> Bool) {
    let plans = configuration.community.devicePlans
    for begin in times(often) {
      let length = happens(30) ? between(4 * Self.hour, 8 * Self.hour) : YearOfAlerts.lasting(30 * Self.minute, &dice)
      let over = begin + max(2 * Self.minute, length)
      // A gateway is missed itself only after three of its minutes.
      if hub == "linli-broker" {
        add(hub, "year", from: begin, to: over)
      } else {
        add("device-silent", hub, from: begin + 3 * Self.minute, to: over)
      }
      for plan in plans where isBehind(plan.id) {
        guard let after = plan.silentAfter, begin + after < over else { continue }
        let missed = begin + after - between(0, after / 3)
        add("device-silent", plan.id, from: max(missed, begin + 5_000), to: over + between(1_000, after / 3))
      }
    }
  }

  /// Beside one alarm of fire in five years and detector others are raised in its building: sprinklers, doors, lifts that stand
  /// still.
  private mutating func fires() {
    for rule in ["care-smoke", "building-smoke", "gas-alarm"] {
      for subject in subjectsByRule[rule] ?? [] {
        for begin in times(0.2) {
          let over = begin + between(5 * Self.minute, 40 * Self.minute)
          add(rule, subject, from: begin, to: over)
          let place = placeBySubject[subject] ?? ""
          let building = place.split(separator: "/").prefix(5).joined(separator: "/")
          let others = ["water-leak", "lift-fault", "lift-door-held", "care-room-hot", "dayroom-stuffy", "carpark-co"]
          for other in others + ["gas-rising", "device-silent", "roof-door-open"] {
            let near = (subjectsByRule[other] ?? []).filter { (placeBySubject[$0] ?? "").hasPrefix(building + "/") }
            guard let one = near.randomElement(using: &dice) else { continue }
            let from = begin + between(10_000, 20 * Self.minute)
            add(other, one, from: from, to: from + YearOfAlerts.lasting(15 * Self.minute, &dice))
          }
        }
      }
    }
  }

  /// Contacts that come and go within seconds: bursts that chatter, and single short ones that make a subject fleeting.
  private mutating func looseContacts() {
    let wired = ["lift-", "pump-", "gate-", "co-", "meter-"]
    for rule in ["point-fault", "point-out-of-range"] {
      let subjects = (subjectsByRule[rule] ?? []).filter { subject in wired.contains(where: subject.hasPrefix) }
      guard !subjects.isEmpty else { continue }
      for begin in times(5) {
        guard let subject = subjects.randomElement(using: &dice) else { continue }
        let isBurst = happens(60)
        chattering.insert("\(rule)|\(subject)")
        var time = begin
        for _ in 0..<Int.random(in: 6...18, using: &dice) {
          let over = time + between(2_000, 9_000)
          add(rule, subject, from: time, to: over)
          time = over + (isBurst ? between(3_000, 15_000) : between(10 * Self.minute, 60 * Self.minute))
        }
        // In the end it stays.
        add(rule, subject, from: time, to: time + YearOfAlerts.lasting(20 * Self.minute, &dice))
      }
    }
  }

  /// Every other Tuesday from nine to eleven; one visit in eight takes longer.
  private mutating func serviceVisits() {
    let tuesday = start + 5 * Self.day
    for number in 0..<27 {
      let nine = tuesday + Int64(number) * 14 * Self.day + 9 * Self.hour
      for lift in subjectsByRule["lift-out-of-service"] ?? [] where nine < end {
        let from = nine + between(2 * Self.minute, 30 * Self.minute)
        let over =
          happens(12) ? nine + between(125 * Self.minute, 300 * Self.minute) : from + between(1_200_000, 4_000_000)
        add("lift-out-of-service", lift, from: from, to: over)
      }
      for lift in subjectsByRule["lift-door-held"] ?? [] where nine < end && happens(50) {
        let from = nine + between(40 * Self.minute, 60 * Self.minute)
        add("lift-door-held", lift, from: from, to: from + between(5 * Self.minute, 20 * Self.minute))
      }
    }
  }

  /// Each home once a year for some days. Some come back a little later than they said.
  private mutating func goAway() {
    for place in configuration.community.places.places where place.care != nil {
      for begin in times(1) {
        let until = begin + between(2 * Self.day, 15 * Self.day)
        absences.append(Absence(home: place.path, toldAt: begin - between(0, 2 * Self.day), from: begin, until: until))
        let back = until + (happens(30) ? between(1_000_000, 4 * Self.hour) : -between(1_000_000, 10 * Self.hour))
        let rules = [
          ("care-no-water", 12), ("care-no-movement", 24), ("care-door-not-opened", 24), ("care-still-at-home", 13),
        ]
        for (rule, hours) in rules {
          for subject in subjectsByRule[rule] ?? [] where placeBySubject[subject] == place.path {
            let from = begin + Int64(hours) * Self.hour + between(0, 600_000)
            add(rule, subject, from: from, to: back + between(60_000, 900_000))
          }
        }
      }
    }
  }
}
