package import Pipeline

/// Values as people read them, the same in messages and on the command line: few digits, and the unit's usual sign instead
/// of its UCUM code. Programs get the value and the code as they are.
package enum ValueText {
  /// `15.2 °C`, `45%`, `3`.
  package static func text(_ value: Double, unit: String) -> String {
    let sign = sign(ofUnit: unit)
    return number(value) + (sign.isEmpty || sign == "%" ? sign : " \(sign)")
  }

  /// The word for a value that is no number: the name in a named set, true and false. Nil where a number says it: at such a point
  /// an average between two states, say.
  package static func word(_ values: PointPlan.Values, _ value: Double) -> LocalizedText? {
    switch values {
    case .number: return nil
    case .boolean:
      return value == 0 ? LocalizedText(zh: "否", en: "false") : value == 1 ? LocalizedText(zh: "是", en: "true") : nil
    case .named(let names):
      guard let index = Int(exactly: value), names.indices.contains(index) else { return nil }
      return LocalizedText(names[index])
    }
  }

  /// The word for a value of an alert or of a change.
  /// - Parameter word: how a value of a point is said.
  /// - Returns: nil also for what is no value of the point, as the count of a window is.
  package static func word(
    of point: String?, _ value: Double?, unit: String, by word: (_ point: String, _ value: Double) -> LocalizedText?
  ) -> LocalizedText? {
    guard let value, let point, unit != "1" else { return nil }
    return word(point, value)
  }

  /// What a reader expects in place of a UCUM code; a unit without a sign of its own keeps its code.
  package static func sign(ofUnit unit: String) -> String {
    switch unit {
    case "Cel": "°C"
    case "[degF]": "°F"
    case "kW.h": "kWh"
    case "W.h": "Wh"
    case "m3": "m³"
    case "m3/h": "m³/h"
    case "ug/m3": "µg/m³"
    case "mg/m3": "mg/m³"
    case "[ppm]": "ppm"
    case "[ppb]": "ppb"
    case "Ohm": "Ω"
    case "1": ""
    default: unit.hasPrefix("dB[") ? "dB" : unit
    }
  }

  /// At most two decimals, none that say nothing: 15.2, 16, -0.25.
  package static func number(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if abs(value) >= 1e15 { return "\(value)" }
    let hundredths = (value * 100).rounded()
    guard abs(hundredths) < 1e15 else { return "\(Int64(value.rounded()))" }
    let whole = Int64(abs(hundredths)) / 100
    let rest = Int64(abs(hundredths)) % 100
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    let decimals = rest % 10 == 0 ? "\(rest / 10)" : (rest < 10 ? "0\(rest)" : "\(rest)")
    return "\(sign)\(whole).\(decimals)"
  }
}
