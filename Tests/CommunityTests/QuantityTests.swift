import Community
import Foundation
import Testing

/// Units against published values, and the messages for units that do not do.
@Suite struct QuantityTests {
  /// Published conversions (NIST SP 811, UCUM examples).
  @Test(arguments: [
    ("temperature", "[degF]", 32.0, 0.0), ("temperature", "[degF]", 212, 100), ("temperature", "[degF]", -40, -40),
    ("temperature", "K", 273.15, 0), ("temperature", "Cel", 21.4, 21.4), ("pressure", "kPa", 101.325, 1013.25),
    ("pressure", "Pa", 101_325, 1013.25), ("pressure", "bar", 1, 1000), ("pressure", "mbar", 990, 990),
    ("pressure", "[psi]", 1, 68.9475729), ("pressure", "mm[Hg]", 760, 1013.250144354), ("volume", "L", 10, 0.01),
    ("volume", "[gal_us]", 1, 0.003785411784), ("volume", "mL", 1e6, 1), ("current", "mA", 250, 0.25),
    ("energy", "W.h", 1500, 1.5), ("energy", "MJ", 3.6, 1), ("energy", "J", 3.6e6, 1), ("power", "kW", 2.5, 2500),
    ("flow", "m3/h", 0.6, 10), ("flow", "L/s", 1, 60), ("voltage", "mV", 3300, 3.3),
    ("battery-voltage", "mV", 2950, 2.95),
    ("relative-humidity", "1", 0.45, 45), ("relative-humidity", "%", 45, 45), ("co2", "%", 0.1, 1000),
    ("voc", "[ppm]", 0.5, 500), ("distance", "mm", 2500, 2.5), ("distance", "[ft_i]", 10, 3.048),
    ("speed", "km/h", 36, 10), ("speed", "[mi_i]/h", 60, 26.8224), ("rotational-speed", "Hz", 25, 1500),
    ("frequency", "/min", 3000, 50), ("duration", "h", 1.5, 5400), ("weight", "[lb_av]", 10, 4.5359237),
    ("angle", "rad", Double.pi, 180), ("count", "{people}", 3, 3), ("rotational-speed", "/min{rpm}", 900, 900),
    ("pm25", "mg/m3", 0.035, 35), ("illuminance", "klx", 1.2, 1200), ("heart-rate", "/min", 72, 72),
    ("leakage-current", "A", 0.03, 30), ("rain", "mm", 2, 2), ("air-flow", "L/s", 1, 3.6),
  ])
  func conversions(quantity: String, unit: String, value: Double, canonical: Double) throws {
    let conversion = try #require(Quantity.named(quantity)).conversion(from: unit).get()
    #expect(abs(conversion(value) - canonical) <= max(1e-9, abs(canonical) * 1e-8))
  }

  @Test func canonicalUnitsAreExact() throws {
    for quantity in Quantity.all {
      #expect(try quantity.conversion(from: nil).get() == .identity)
      if quantity.kind == .number { #expect(try quantity.conversion(from: quantity.unit).get() == .identity) }
      #expect(!quantity.label.zh.isEmpty && !quantity.label.en.isEmpty)
    }
    #expect(Set(Quantity.all.map(\.name)).count == Quantity.all.count)
  }

  @Test func everyConversionRoundTrips() throws {
    for quantity in Quantity.all {
      for unit in quantity.usableUnits {
        let conversion = try quantity.conversion(from: unit).get()
        for value in [-40, 0, 0.001, 1, 21.4, 99_999.5] {
          #expect(abs(conversion.inverse(conversion(value)) - value) < 1e-6, "\(quantity.name) \(unit)")
        }
      }
    }
  }

  @Test(arguments: [
    ("temperature", "kPa", "unit \"kPa\" does not measure temperature", "use Cel, K, [degF]"),
    ("relative-humidity", "Cel", "unit \"Cel\" does not measure relative-humidity", "use %, 1, [ppth]"),
    ("temperature", "°C", "unknown unit \"°C\"", "did you mean \"Cel\"?"),
    ("energy", "kWh", "unknown unit \"kWh\"", "did you mean \"kW.h\"?"),
    ("co", "ppm", "unknown unit \"ppm\"", "did you mean \"[ppm]\"?"),
    ("illuminance", "foo", "unknown unit \"foo\"", "use lx, klx, lm/m2"),
    ("open", "V", "open takes no unit, but \"V\" is given", "leave it out"),
  ])
  func unitsThatDoNotDo(quantity: String, unit: String, message: String, hint: String) throws {
    let quantity = try #require(Quantity.named(quantity))
    let error = try #require(throws: UnitError.self) { try quantity.conversion(from: unit).get() }
    #expect(error.message.en == message && error.hint.en == hint)
  }

  @Test func otherNamesLeadToTheSameQuantity() {
    #expect(Quantity.named("humidity")?.name == "relative-humidity")
    #expect(Quantity.named("pm2.5")?.name == "pm25")
    #expect(Quantity.named("rssi")?.unit == "dBm")
    #expect(Quantity.named("nothing") == nil)
  }
}
