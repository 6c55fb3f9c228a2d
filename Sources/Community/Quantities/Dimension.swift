/// What kinds of units can be converted into each other, with the UCUM codes of each and their factors
/// (UCUM 2.1, table of units; inch, pound, gallon as exactly defined 1959).
package enum Dimension: String, Sendable, CaseIterable {
  case temperature, colourTemperature, ratio, mixingRatio, massConcentration, pressure, illuminance, irradiance, power
  case apparentPower, reactivePower, energy, voltage, current, resistance, conductivity, volume, flow, length, speed
  case acceleration, mass, time, frequency, angle, soundLevel, powerLevel, gain, precipitation, doseRate, number, pH

  /// UCUM code → how a value in it becomes one in the dimension's first unit.
  package var units: [(code: String, toBase: Conversion)] {
    switch self {
    case .temperature:
      [
        ("Cel", .identity), ("K", Conversion(scale: 1, offset: -273.15)),
        ("[degF]", Conversion(scale: 5 / 9, offset: -160 / 9)),
      ]
    case .colourTemperature: factors(("K", 1))
    case .ratio: factors(("%", 1), ("1", 100), ("[ppth]", 0.1))
    case .mixingRatio: factors(("[ppm]", 1), ("[ppb]", 1e-3), ("%", 1e4), ("[ppth]", 1e3), ("1", 1e6))
    case .massConcentration: factors(("ug/m3", 1), ("mg/m3", 1e3), ("g/m3", 1e6), ("ng/m3", 1e-3))
    case .pressure:
      factors(
        ("hPa", 1), ("Pa", 0.01), ("kPa", 10), ("MPa", 1e4), ("mbar", 1), ("bar", 1e3), ("atm", 1013.25),
        ("mm[Hg]", 1.33322387415), ("[psi]", 68.94757293168361), ("m[H2O]", 98.0665), ("cm[H2O]", 0.980665))
    case .illuminance: factors(("lx", 1), ("klx", 1e3), ("lm/m2", 1))
    case .irradiance: factors(("W/m2", 1), ("kW/m2", 1e3), ("mW/cm2", 10))
    case .power: factors(("W", 1), ("kW", 1e3), ("MW", 1e6), ("mW", 1e-3), ("[HP]", 745.69987158227022))
    case .apparentPower: factors(("V.A", 1), ("kV.A", 1e3), ("MV.A", 1e6))
    case .reactivePower: factors(("var", 1), ("kvar", 1e3))
    case .energy:
      factors(
        ("kW.h", 1), ("W.h", 1e-3), ("MW.h", 1e3), ("J", 1 / 3.6e6), ("kJ", 1 / 3600), ("MJ", 1 / 3.6),
        ("GJ", 1000 / 3.6), ("W.s", 1 / 3.6e6), ("W.min", 1 / 6e4), ("kcal", 4.184 / 3600))
    case .voltage: factors(("V", 1), ("mV", 1e-3), ("kV", 1e3), ("uV", 1e-6))
    case .current: factors(("A", 1), ("mA", 1e-3), ("uA", 1e-6), ("kA", 1e3))
    case .resistance: factors(("Ohm", 1), ("kOhm", 1e3), ("MOhm", 1e6), ("mOhm", 1e-3))
    case .conductivity: factors(("uS/cm", 1), ("mS/cm", 1e3), ("S/m", 1e4), ("mS/m", 10))
    case .volume:
      factors(
        ("m3", 1), ("L", 1e-3), ("l", 1e-3), ("mL", 1e-6), ("ml", 1e-6), ("dm3", 1e-3), ("cm3", 1e-6), ("hL", 0.1),
        ("kL", 1), ("[gal_us]", 0.003785411784), ("[gal_br]", 0.00454609), ("[cft_i]", 0.028316846592),
        ("[ft_i]3", 0.028316846592))
    case .flow:
      factors(
        ("L/min", 1), ("l/min", 1), ("L/h", 1.0 / 60), ("l/h", 1.0 / 60), ("L/s", 60), ("l/s", 60), ("mL/min", 1e-3),
        ("m3/h", 1000.0 / 60), ("m3/min", 1e3), ("m3/s", 6e4), ("[gal_us]/min", 3.785411784),
        ("[cft_i]/min", 28.316846592))
    case .length:
      factors(
        ("m", 1), ("mm", 1e-3), ("cm", 1e-2), ("dm", 0.1), ("um", 1e-6), ("km", 1e3), ("[in_i]", 0.0254),
        ("[ft_i]", 0.3048), ("[mi_i]", 1609.344))
    case .speed:
      factors(
        ("m/s", 1), ("mm/s", 1e-3), ("cm/s", 1e-2), ("km/h", 1 / 3.6), ("m/min", 1.0 / 60), ("[mi_i]/h", 0.44704),
        ("[kn_i]", 1852.0 / 3600), ("[ft_i]/min", 0.3048 / 60), ("[ft_i]/s", 0.3048))
    case .acceleration: factors(("m/s2", 1), ("mm/s2", 1e-3), ("[g]", 9.80665), ("m[g]", 9.80665e-3))
    case .mass: factors(("kg", 1), ("g", 1e-3), ("mg", 1e-6), ("t", 1e3), ("[lb_av]", 0.45359237))
    case .time: factors(("s", 1), ("ms", 1e-3), ("us", 1e-6), ("min", 60), ("h", 3600), ("d", 86_400), ("wk", 604_800))
    case .frequency:
      factors(("Hz", 1), ("kHz", 1e3), ("MHz", 1e6), ("mHz", 1e-3), ("/s", 1), ("/min", 1.0 / 60), ("/h", 1.0 / 3600))
    case .angle: factors(("deg", 1), ("rad", 180 / Double.pi), ("gon", 0.9), ("mrad", 0.18 / Double.pi))
    case .soundLevel: factors(("dB[SPL]", 1), ("B[SPL]", 10), ("dB", 1))
    case .powerLevel: factors(("dBm", 1), ("dB[mW]", 1))
    case .gain: factors(("dB", 1), ("B", 10))
    case .precipitation: factors(("mm/h", 1), ("[in_i]/h", 25.4), ("mm/min", 60), ("mm/d", 1.0 / 24))
    case .doseRate: factors(("uSv/h", 1), ("nSv/h", 1e-3), ("mSv/h", 1e3))
    case .number: factors(("1", 1), ("10*3", 1e3), ("10*6", 1e6))
    case .pH: factors(("[pH]", 1), ("1", 1))
    }
  }

  private func factors(_ units: (String, Double)...) -> [(code: String, toBase: Conversion)] {
    units.map { ($0.0, Conversion(scale: $0.1)) }
  }
}
