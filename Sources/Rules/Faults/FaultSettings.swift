package import Community

/// How a built-in fault is run at the devices of a profile.
package struct FaultSettings: Sendable, Equatable {
  package var isEnabled: Bool
  /// Ms the fault must hold before it is raised.
  package var hold: Int64

  package init(isEnabled: Bool = true, hold: Int64 = 0) {
    self.isEnabled = isEnabled
    self.hold = hold
  }

  /// What the profile says; without a word of it the fault is raised at once.
  package init(_ setting: FaultSetting?) {
    self.init(isEnabled: !(setting?.isOff ?? false), hold: setting?.after ?? 0)
  }
}
