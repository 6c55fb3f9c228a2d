import TestSupport
import Testing

@testable import Pipeline

/// Worked-out values are the decimals that people mean.
@Suite struct DecimalsTests {
  @Test func conversions() {
    func celsius(_ fahrenheit: Double) -> Double {
      let value = fahrenheit * (5.0 / 9) + -160.0 / 9
      return Decimals.rounded(value, largest: max(value.magnitude, 160.0 / 9))
    }
    #expect(celsius(91.4) == 33 && celsius(64.4) == 18 && celsius(32) == 0 && celsius(-40) == -40)
    #expect(Decimals.rounded(214 * 0.1) == 21.4)
    #expect(Decimals.rounded(294.3 - 273.15, largest: 294.3) == 21.15)
  }

  @Test func sums() {
    #expect(Decimals.sum(8.2, -1) == 7.2 && Decimals.sum(0.2, 0.1) == 0.3)
    #expect(Decimals.sum(1234.57, -1234.56) == 0.01 && Decimals.sum(20.2, -20.1) == 0.1)
    #expect(Decimals.sum(123_456.789, -123_456.788) == 0.001)
    #expect(Decimals.sum(1e15 + 1, -1e15) == 1 && Decimals.sum(5e12 + 0.5, -5e12) == 0.5)
  }

  @Test func twelveDigitsAtEveryMagnitude() {
    for exponent in -11...11 {
      for digits in [1, 3, 123_456, 999_999_999_999, 100_000_000_001, 2_199_023_255_551] {
        let text = "\(digits)e\(exponent - 11)"
        let value = Double(text)!
        if digits < 1_000_000_000_000 { #expect(Decimals.rounded(value.nextUp.nextUp) == value, "\(text)") }
        #expect(Decimals.rounded(-value) == -Decimals.rounded(value))
        #expect(Decimals.rounded(Decimals.rounded(value)) == Decimals.rounded(value))
        #expect((Decimals.rounded(value) - value).magnitude <= value * 5.1e-12)
      }
    }
    for value in [0, 1, -3, 1e11 + 1, 1e15 + 0.5, 1e300, .infinity] as [Double] {
      #expect(Decimals.rounded(value) == value)
    }
    for value in [Double.infinity, -.infinity, 3e12 + 0.5, 1e300] {
      #expect(Decimals.rounded(value, largest: 1) == value)
    }
    #expect(Decimals.rounded(.nan).isNaN && Decimals.rounded(.nan, largest: 1).isNaN)
    #expect(Decimals.rounded(Double.leastNonzeroMagnitude).isFinite)
  }

  /// Away from zero at the half, as `rounded()` has it, also where adding a half would round by itself.
  @Test func halves() {
    for whole in [0, 1, 2, 1023, 99_999_999_998, 999_999_999_998] as [Double] {
      for value in [(whole + 0.5).nextDown, whole + 0.5, (whole + 0.5).nextUp] {
        #expect(Decimals.rounded(value, largest: 999_999_999_999, places: 0) == value.rounded())
        #expect(Decimals.rounded(-value, largest: 999_999_999_999, places: 0) == -value.rounded())
      }
    }
  }
}
