import ConfigFile

/// What a point measures. Each quantity has one canonical unit: readings are stored in it and thresholds are given in it.
package struct Quantity: Sendable {
  package enum Kind: Sendable {
    case number
    /// 0 or 1; takes no unit.
    case boolean
    /// One of the names that the profile lists; takes no unit.
    case named
  }

  /// The word in profiles and rules: `relative-humidity`.
  package let name: String
  package let kind: Kind
  /// Canonical unit, UCUM; empty for booleans and names.
  package let unit: String
  package let dimension: Dimension
  package let label: LocalizedText

  init(_ name: String, _ dimension: Dimension, _ unit: String, _ zh: String, _ en: String) {
    self.name = name
    kind = .number
    self.unit = unit
    self.dimension = dimension
    label = LocalizedText(zh: zh, en: en)
  }

  init(_ kind: Kind, _ name: String, _ zh: String, _ en: String) {
    self.name = name
    self.kind = kind
    unit = ""
    dimension = .number
    label = LocalizedText(zh: zh, en: en)
  }

  /// The quantity of that name, or of another usual name of it (`humidity`, `pm2.5`). Store and compare `name`.
  package static func named(_ name: String) -> Quantity? {
    byName[name] ?? otherNames[name].flatMap { byName[$0] }
  }

  /// All, in the order of the table.
  package static let all: [Quantity] = numbers + booleans + [Quantity(.named, "state", "状态", "state")]

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  private static let otherNames = [
    "humidity": "relative-humidity", "battery": "battery-level", "pm2.5": "pm25", "pm2_5": "pm25", "tvoc": "voc",
    "carbon-dioxide": "co2", "carbon-monoxide": "co", "luminance": "illuminance", "light": "illuminance",
    "contact": "open", "button": "pressed", "water-leak": "leak", "rssi": "signal", "snr": "signal-to-noise",
    "noise": "sound", "water-volume": "volume", "mode": "state", "mass": "weight", "linkquality": "link-quality",
    "occupied": "occupancy", "vehicle": "occupancy", "rotation": "rotational-speed",
  ]
}

/// Why a unit cannot be used for a quantity.
package struct UnitError: Error, Equatable {
  package var message: LocalizedText
  package var hint: LocalizedText

  package init(_ message: LocalizedText, hint: LocalizedText) {
    self.message = message
    self.hint = hint
  }
}

extension Quantity {
  /// From a unit that a device sends to the canonical one. Without a unit: the canonical one is taken.
  package func conversion(from unit: String?) -> Result<Conversion, UnitError> {
    guard kind == .number else {
      guard let unit, unit != "1" else { return .success(.identity) }
      let message = LocalizedText(
        zh: "\(name) 不带单位，却写了“\(unit)”", en: "\(name) takes no unit, but \"\(unit)\" is given")
      return .failure(UnitError(message, hint: LocalizedText(zh: "请去掉它", en: "leave it out")))
    }
    guard let unit else { return .success(.identity) }
    let code = Self.withoutAnnotations(unit)
    let units = dimension.units
    guard let from = units.first(where: { $0.code == code }), let to = units.first(where: { $0.code == self.unit })
    else { return .failure(unitError(unit, code: code)) }
    return .success(from.code == to.code ? .identity : from.toBase.followed(by: to.toBase.inverse))
  }

  /// Units that do for this quantity.
  package var usableUnits: [String] { kind == .number ? dimension.units.map(\.code) : [] }

  private func unitError(_ unit: String, code: String) -> UnitError {
    let units = LocalizedText.list(usableUnits)
    let usable = LocalizedText(zh: "请用 \(units.zh)", en: "use \(units.en)")
    if Self.knownUnits.contains(code) {
      let message = LocalizedText(
        zh: "单位“\(unit)”不能用于 \(name)", en: "unit \"\(unit)\" does not measure \(name)")
      return UnitError(message, hint: usable)
    }
    let meant = Self.slips[code].flatMap { usableUnits.contains($0) ? $0 : nil }
    return UnitError(
      LocalizedText(zh: "未知的单位“\(unit)”", en: "unknown unit \"\(unit)\""),
      hint: meant.map { Suggestion.didYouMean($0) } ?? usable)
  }

  private static let knownUnits = Set(Dimension.allCases.flatMap { $0.units.map(\.code) })

  /// UCUM annotations say nothing about the value: `{people}` is `1`, `/min{rpm}` is `/min`.
  private static func withoutAnnotations(_ unit: String) -> String {
    guard unit.contains("{") else { return unit }
    var result = ""
    var depth = 0
    for character in unit {
      if character == "{" { depth += 1 }
      if depth == 0 { result.append(character) }
      if character == "}" { depth -= 1 }
    }
    if result.hasPrefix("/") || !result.isEmpty { return result }
    return "1"
  }

  /// What people write instead of the UCUM code.
  private static let slips = [
    "°C": "Cel", "℃": "Cel", "C": "Cel", "degC": "Cel", "°F": "[degF]", "F": "[degF]", "degF": "[degF]", "ppm": "[ppm]",
    "ppb": "[ppb]", "lux": "lx", "kWh": "kW.h", "Wh": "W.h", "MWh": "MW.h", "m³": "m3", "m^3": "m3", "m3/hr": "m3/h",
    "m³/h": "m3/h", "lpm": "L/min", "dBA": "dB[SPL]", "dB(A)": "dB[SPL]", "mmHg": "mm[Hg]", "psi": "[psi]",
    "µg/m³": "ug/m3", "μg/m³": "ug/m3", "µg/m3": "ug/m3", "mg/m³": "mg/m3", "VA": "V.A", "kVA": "kV.A", "°": "deg",
    "rpm": "/min", "sec": "s", "gal": "[gal_us]", "ft3": "[cft_i]", "in": "[in_i]", "ft": "[ft_i]", "lb": "[lb_av]",
    "mph": "[mi_i]/h", "kph": "km/h", "percent": "%", "pct": "%", "Ω": "Ohm", "µS/cm": "uS/cm", "W/m²": "W/m2",
    "pH": "[pH]", "hour": "h", "minute": "min", "kn": "[kn_i]", "g0": "[g]", "kPA": "kPa", "KW": "kW",
  ]
}
