import Glibc
import MQTT
import Pipeline
import Store

/// A known mistake, put in through the seams of the production code: the simulation must find each of them.
enum Mutant: String, CaseIterable, Sendable {
  case none
  /// Acknowledgements leave before the journal has what they acknowledge.
  case earlyAcknowledgement
  /// The store says, and acts as if, nothing had been applied: changes that come again are applied again.
  case forgottenPositions
  /// After a restart nobody has planned any quiet.
  case forgottenQuiet
  /// After a restart the desk is back at the time of the newest event.
  case forgottenClock
  /// Recovery does not cut a torn end off.
  case keptTail
  /// A notification is marked as delivered before it is sent.
  case earlyMark
  /// What is delivered is not marked in the database.
  case forgottenDelivery
  /// Until when a notification waits, and how often it has failed, is not written down.
  case forgottenPause
  /// That an order has climbed is not written down.
  case forgottenClimb

  func tap(_ handler: any ConnectionHandler, next: @escaping () -> JournalPosition) -> HandlerTap {
    self == .earlyAcknowledgement ? LateCommit(handler, next: next) : HandlerTap(handler, next: next)
  }

  func spoil(_ storage: SimulatedStorage) {
    if self == .forgottenPositions { storage.forgetsPositions = true }
    if self == .forgottenQuiet { storage.forgetsQuiet = true }
    if self == .forgottenClock { storage.forgetsClock = true }
    if self == .forgottenDelivery { storage.forgetsDeliveries = true }
    if self == .forgottenPause { storage.forgetsPauses = true }
    if self == .forgottenClimb { storage.forgetsClimbs = true }
  }

  func spoil(_ files: JournalFiles) -> JournalFiles {
    var spoilt = files
    if self == .keptTail { spoilt.truncate = { _, _ in 0 } }
    return spoilt
  }

  /// Says "committed" at once and commits with the next turn.
  private final class LateCommit: HandlerTap {
    override func commit() throws {}
    override func idle() {
      try? handler.commit()
      super.idle()
    }
  }
}
