// What a channel remembers over restarts: its budget, its flood, its groups, its daily proof of life. Written in the transaction that
// settles a message, so that it is never behind the outbox.
package import Pipeline

package struct ChannelNote: Codable, Sendable, Equatable {
  package var channel: String
  package var budget = Budget.Memory()
  package var flood = FloodMeter()
  package var proof = ProofOfLife()
  package var groups = GroupBook()

  package init(channel: String) { self.channel = channel }

  /// Notes of versions that knew less are notes, too.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    channel = try container.decode(String.self, forKey: .channel)
    budget = try container.decodeIfPresent(Budget.Memory.self, forKey: .budget) ?? budget
    flood = try container.decodeIfPresent(FloodMeter.self, forKey: .flood) ?? flood
    proof = try container.decodeIfPresent(ProofOfLife.self, forKey: .proof) ?? proof
    groups = try container.decodeIfPresent(GroupBook.self, forKey: .groups) ?? groups
  }
}

/// The daily message that says a channel works (`heartbeat`).
package struct ProofOfLife: Codable, Sendable, Equatable {
  /// Number of the last local day for which it was given; nil: never asked for yet.
  package var day: Int?
  /// Attempts that failed since then, and when the next one is due.
  package var attempts = 0
  package var nextAttempt = Timestamp.distantPast
  /// The first attempt that failed since then.
  package var failingSince: Timestamp?

  package init() {}

  /// Ms for which attempts may fail before it is an alert.
  package static let patience: Int64 = 600_000

  /// The channel has not proved for long enough that it works.
  package func isMissing(at now: Timestamp) -> Bool { failingSince.map { now - $0 >= Self.patience } ?? false }
}
