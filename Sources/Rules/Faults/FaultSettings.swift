/// How a profile wants a built-in fault: off, later, more or less urgent.
package struct FaultSettings: Sendable, Equatable {
  package var isEnabled: Bool
  /// Ms the fault must hold before it is raised, and be gone before it clears.
  package var hold: Int64
  package var clearHold: Int64

  package init(isEnabled: Bool = true, hold: Int64 = 0, clearHold: Int64 = 0) {
    self.isEnabled = isEnabled
    self.hold = hold
    self.clearHold = clearHold
  }
}
