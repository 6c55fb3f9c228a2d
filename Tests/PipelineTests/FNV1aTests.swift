import Pipeline
import Testing

/// The values are those of the FNV authors' test vectors and of an independent program: ids and digests must not change.
@Suite struct FNV1aTests {
  @Test(
    arguments: [
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ] as [(String, UInt64)])
  func isTheStandardHash(text: String, value: UInt64) { #expect(FNV1a.hash(text) == value) }

  @Test func theDigestOfARuleStaysAsItIs() {
    let condition = ConditionPlan(predicate: .compare(.last, .above(5.5)), hold: 600_000, deadband: 1)
    #expect(RulePlan(id: "x", conditions: [condition], instances: []).digest == 0x3c55_3176_29ef_62c4)
  }
}
