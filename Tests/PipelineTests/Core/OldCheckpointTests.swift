import Foundation
import Pipeline
import Testing

/// A checkpoint of version 2, written by a service of that time after four messages: a warm room, a humidity out of range.
/// It has a node for every fault and each reading at its full width.
@Suite struct OldCheckpointTests {
  private static let plan: LanePlan = {
    var plan = LanePlan()
    plan.zones = [LocalTimeTable(name: "GMT", changes: [.init(at: .distantPast, offset: 0)])]
    plan.profiles = [ProfilePlan(name: "p", points: ["p0", "p1"], messages: [])]
    plan.devices = [
      DevicePlan(id: "d0", profile: 0, place: "home", match: [:], firstPoint: 0, silentAfter: 1_800_000)
    ]
    plan.points = (0...1).map { PointPlan(id: "d0/p\($0)", device: 0, quantity: "temperature", unit: "Cel") }
    func rule(
      _ id: String, _ predicate: Pipeline.Predicate, hold: Int64 = 0, _ points: [PointID], byDevice: Bool = false
    ) {
      plan.rules.append(
        RulePlan(
          id: id, conditions: [ConditionPlan(predicate: predicate, hold: hold)],
          instances: InstanceList(at: points, of: plan.points, plan.devices, isNamedByDevice: byDevice)))
    }
    rule("warm", .compare(.last, .above(30)), hold: 1_000, [0])
    rule("device-silent", .bad([.silent]), [0], byDevice: true)
    rule("point-out-of-range", .bad([.outOfRange]), [0, 1])
    rule("point-fault", .bad([.sensorFault, .notANumber, .undecodable]), [0, 1])
    return plan
  }()

  @Test func isReadAndGoesOn() throws {
    let bytes = [UInt8](try #require(Data(base64Encoded: Self.file, options: .ignoreUnknownCharacters)))
    let core = try LaneCore(plan: Self.plan, restoring: bytes)
    #expect(core.position == 4 && core.counters.droppedAtRestore == 0)
    let raised = [("warm", "d0/p0"), ("point-out-of-range", "d0/p1")].map {
      LaneCore.RuleSubject(rule: $0.0, subject: $0.1)
    }
    #expect(core.raised == raised && core.takeOrphans().isEmpty)
    #expect(core.standing.map(\.rule) == ["warm", "point-out-of-range"])
    #expect(core.standing.map(\.value) == [33.3333333333, core.readings(ofPoint: 1).last?.value])
    #expect(core.readings(ofPoint: 0).map(\.value) == [21.5, 31.25, 31.25, 33.3333333333])
    #expect(core.readings(ofPoint: 1).map(\.reason) == [.none, .none, .outOfRange, .outOfRange])

    let again = try LaneCore(plan: Self.plan, restoring: core.checkpoint())
    #expect(again.raised == raised && again.checkpoint() == core.checkpoint())
    for core in [core, again] {
      let time = core.now + 1_000
      core.process(Entry(kind: .message, index: 0, time: time, position: 5))
      core.process(Entry(kind: .reading, index: 1, time: time, value: 41, position: 5))
      let changes = core.takeChanges()
      #expect(changes.map(\.rule) == ["point-out-of-range"] && changes.map(\.at) == [time])
      core.advance(to: time + 1_800_000)
      #expect(core.takeChanges().map { "\($0.rule) \($0.subject) \($0.kind.rawValue)" } == ["device-silent d0 raised"])
    }
  }

  private static let file = """
    Q05MTAIAAAB9eu0dogEAABWc7R2iAQAABAAAAAAAAAAAAAAACAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAA
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAA
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAADAAAAR01UAQAAAAIAAABkMGGX7R2iAQAAAQAABAAAAAAAAAAAAAAAAAAAAAIAAA
    AFAAAAZDAvcDAHAAAAAAAAAAFhl+0dogEAAGGX7R2iAQAAV5iqqqqqQEBhl+0dogEAAGGX7R2iAQAA/////////3//////////fwQAAAAAAAAA
    AAAEAAAANYntHaIBAAAAAAAAAIA1QADsje0dogEAAAAAAAAAQD9AAKOS7R2iAQAAAAAAAABAP0AAYZftHaIBAABXmKqqqqpAQAAFAAAAZDAvcD
    EIAAAAAAAAAAFhl+0dogEAAOyN7R2iAQAAmpmZmZnZREDsje0dogEAAGGX7R2iAQAA/////////3//////////fwQAAAAAAAAABQAEAAAANYnt
    HaIBAAAAAAAAAABEQADsje0dogEAAJqZmZmZ2URAAKOS7R2iAQAAAAAAAABAj0AFYZftHaIBAAAAAAAAAAAcwAUGAAAABAAAAHdhcm0FAAAAZD
    AvcDB8VLOcUM+sTwAAAAABAQAAAAABAQIBAQDUke0dogEAANSR7R2iAQAAAAAAAAAAAIAAAAAAAAAAAP////////9//////////38AAAAAAQAA
    AAAAAAABAQ0AAABkZXZpY2Utc2lsZW50AgAAAGQwae1rZBYyyjsAAAAAAAEAAAAGAAACAAEAfXrtHaIBAAB9eu0dogEAAAAAAAAAAACAAAAAAA
    AAAAD/////////f/////////9/AAAAAAEAAAAAAAAAAAASAAAAcG9pbnQtb3V0LW9mLXJhbmdlBQAAAGQwL3Awhh30C7cX9l8AAAAAAAEAAAAG
    AAACAAEAfXrtHaIBAAB9eu0dogEAAAAAAAAAAACAAAAAAAAAAAD/////////f/////////9/AAAAAAEAAAAAAAAAAAASAAAAcG9pbnQtb3V0LW
    9mLXJhbmdlBQAAAGQwL3Axhh30C7cX9l8AAAAAAQEAAAAGAQECAQEAo5LtHaIBAACjku0dogEAAAAAAAAAAACAAAAAAAAAAAD/////////f///
    //////9/AAAAAAEAAAABAAAAAQALAAAAcG9pbnQtZmF1bHQFAAAAZDAvcDBoJW2TEP8gnAAAAAAAAQAAAAYAAAIAAQB9eu0dogEAAH167R2iAQ
    AAAAAAAAAAAIAAAAAAAAAAAP////////9//////////38AAAAAAQAAAAAAAAAAAAsAAABwb2ludC1mYXVsdAUAAABkMC9wMWglbZMQ/yCcAAAA
    AAABAAAABgAAAgABAH167R2iAQAAfXrtHaIBAAAAAAAAAAAAgAAAAAAAAAAA/////////3//////////fwAAAAABAAAAAQAAAAAA3iE3+g==
    """
}
