import Pipeline
import Testing

@Suite struct AlertIdentityTests {
  let time = Timestamp(milliseconds: 1_767_583_200_000)

  @Test func isTheLow50BitsOfFNV1aInLowerCaseCrockford() {
    // Computed apart: fnv1a64("care-room-cold|care-301-env/temperature|1767583200000") & (2^50 − 1).
    #expect(
      AlertIdentity.id(rule: "care-room-cold", subject: "care-301-env/temperature", raisedAt: time) == "e9efzv0vrf")
    #expect(
      AlertIdentity.id(rule: "care-room-cold", subject: "care-301-env/temperature", raisedAt: time, occurrence: 2)
        == "z2ns2fnen1")
  }

  @Test func takenIdsAreCountedOn() {
    var taken: Set<String> = []
    for expected in 1...3 {
      let id = AlertIdentity.unused(rule: "r", subject: "s", raisedAt: time) { taken.contains($0) }
      #expect(id == AlertIdentity.id(rule: "r", subject: "s", raisedAt: time, occurrence: expected))
      taken.insert(id)
    }
  }
}
