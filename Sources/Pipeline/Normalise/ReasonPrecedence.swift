/// Which one reason a reading carries when several apply. The one place where this order is written down:
///
/// 1. bad, in the order in which a value is looked at: `sensor-fault` (null without a substitute, or a value the profile lists
///    under `faults`), `undecodable` (wrong type, text that is no number, not in the `map`), `not-a-number`, `out-of-range`.
///    A bad reading stays bad whatever else is doubtful about it.
/// 2. `retained`: an old copy of the broker's; the core treats it specially, so nothing may hide it.
/// 3. `substituted`: nobody measured the value.
/// 4. `clock`: measured, but the time is the arrival's because the device's is missing or not plausible.
/// 5. `low-battery`: measured and dated, by a device that may soon be wrong.
struct Doubts: OptionSet {
  let rawValue: UInt8
  static let retained = Doubts(rawValue: 1)
  static let clock = Doubts(rawValue: 2)
  static let lowBattery = Doubts(rawValue: 4)

  /// - Parameter own: what normalising the value itself found: `.none`, `.substituted` or a bad reason.
  func reason(own: QualityReason) -> QualityReason {
    if own.quality == .bad { return own }
    if contains(.retained) { return .retained }
    if own == .substituted { return .substituted }
    if contains(.clock) { return .clock }
    if contains(.lowBattery) { return .lowBattery }
    return .none
  }
}
