// Figures as people read them; the same bytes on every machine and in every locale.
package import Community

package enum FigureText {
  /// With a fixed number of decimals, 0…9; half away from zero.
  package static func decimals(_ value: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard scaled.isFinite, abs(scaled) < 9e15 else { return value.isNaN ? "–" : "\(value)" }
    let whole = Int64(scaled)
    guard places > 0 else { return "\(whole)" }
    let digits = String(abs(whole))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return (whole < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
  }

  /// 0.153 → 15.3 %.
  package static func percent(_ share: Double) -> String { decimals(share * 100, 1) + " %" }

  /// ms → 45 s, 3 min 20 s, 2 h 5 min, 3 d 4 h.
  package static func duration(_ milliseconds: Int64) -> LocalizedText {
    let seconds = max(0, (milliseconds + 500) / 1_000)
    let parts: [(Int64, LocalizedText)] = [
      (seconds / 86_400, LocalizedText(zh: "天", en: "d")),
      (seconds / 3_600 % 24, LocalizedText(zh: "小时", en: "h")),
      (seconds / 60 % 60, LocalizedText(zh: "分", en: "min")),
      (seconds % 60, LocalizedText(zh: "秒", en: "s")),
    ]
    guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return LocalizedText(zh: "0 秒", en: "0 s") }
    let shown = parts[first..<min(first + 2, parts.count)].filter { $0.0 > 0 }
    func text(_ language: Language) -> String {
      shown.map { "\($0.0) \($0.1[language])" }.joined(separator: " ")
    }
    return LocalizedText(zh: text(.zh), en: text(.en))
  }
}
