import Community
import Pipeline
import Testing

/// Values for people: digits that say something, and signs instead of UCUM codes.
@Suite struct ValueTextTests {
  @Test(arguments: [
    (15.2, "Cel", "15.2 °C"), (45, "%", "45%"), (3, "1", "3"), (0.05, "m3", "0.05 m³"),
    (12_345.678, "kW.h", "12345.68 kWh"),
    (-0.254, "hPa", "-0.25 hPa"), (1e9, "W", "1000000000 W"), (62.04, "dB[SPL]", "62.04 dB"), (2, "", "2"),
    (.nan, "Cel", "– °C"), (-0.001, "Cel", "0 °C"),
  ])
  func text(value: Double, unit: String, expected: String) {
    #expect(ValueText.text(value, unit: unit) == expected)
  }

  @Test func words() {
    let modes = PointPlan.Values.named(["heat", "cool", "off"])
    #expect(ValueText.word(modes, 2)?[.zh] == "off")
    #expect([-1, 0.5, 3, .nan].allSatisfy { ValueText.word(modes, $0) == nil })
    #expect(ValueText.word(.boolean, 1)?[.zh] == "是" && ValueText.word(.boolean, 0)?[.en] == "false")
    #expect(ValueText.word(.boolean, 0.5) == nil && ValueText.word(.number, 1) == nil)
  }
}
