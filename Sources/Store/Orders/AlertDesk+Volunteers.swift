// Volunteers and the bank on the desk.
import Alerts
package import Community
import Notify
package import Orders
package import Pipeline

extension AlertDesk {
  package var volunteers: [Volunteer] { orders.everyVolunteer }
  package func volunteer(_ id: String) -> Volunteer? { orders.volunteer(id) }

  /// Enters somebody, or changes what is known; since when stays as it was.
  /// - Returns: what is known now.
  @discardableResult
  package func enter(_ volunteer: Volunteer) async throws -> Volunteer {
    var volunteer = volunteer
    if let known = orders.volunteer(volunteer.id) { volunteer.since = known.since }
    try orders.enter(volunteer)
    return await write(orders.volunteer(volunteer.id) ?? volunteer)
  }

  /// Somebody leaves, once; nil: there is nobody of that id.
  package func removeVolunteer(_ id: String, at time: Timestamp) async throws -> Volunteer? {
    guard var volunteer = orders.volunteer(id), volunteer.leftAt == nil else { return orders.volunteer(id) }
    volunteer.leftAt = time
    try orders.enter(volunteer)
    return await write(volunteer)
  }

  private func write(_ volunteer: Volunteer) async -> Volunteer {
    var commit = AlertCommit()
    commit.orders.volunteers = [volunteer]
    enqueue(commit)
    await writeAll()
    return volunteer
  }

  /// What a volunteer may see and claim; see `Offer`.
  package func offers(for id: String, at now: Timestamp, places: PlaceTree) -> [Offer]? {
    orders.volunteer(id).map { orders.offers(for: $0, at: now, places: places) }
  }

  /// Volunteers hear of what they may claim on their own channels; a channel that has the order's own notice needs no other.
  func offers(of event: OrderEvent, besides channels: [String], at now: Timestamp) -> [OutboxEntry] {
    let helpers = orders.helpers(for: event.order, at: now)
    guard !helpers.isEmpty,
      let notice = event.offerNotice(to: helpers, places: policy.orders.duty.allPlaces)
    else { return [] }
    let theirs = Set(helpers.compactMap(\.channel)).subtracting(channels)
    return policy.channels(notice).filter(theirs.contains).map {
      OutboxEntry(event: notice, channel: $0, at: now, id: memoryID())
    }
  }

  package func bankEntries(
    from: Timestamp = .distantPast, until: Timestamp = .distantFuture, volunteer: String? = nil
  ) async throws(StoreError) -> [BankEntry] {
    await writeAll()
    return try await storage.bankEntries(from: from, until: until, volunteer: volunteer)
  }

  /// An entry by hand.
  package func book(_ entry: BankEntry) async {
    var commit = AlertCommit()
    commit.orders.credits = [entry]
    enqueue(commit)
    await writeAll()
  }

  /// Takes an entry back by another one. nil: there is none of that number, or it is a reversal itself. The same request twice
  /// is one; after another one `OrderError.reversed` says that nothing was booked.
  package func reverse(
    bankEntry id: Int64, by: String, at now: Timestamp, reason: String
  ) async throws -> BankEntry? {
    guard let entry = try await storage.bankEntry(id), let reversal = entry.reversal(at: now, by: by, reason: reason)
    else { return nil }
    // Of several with one key the first stands: what stands afterwards tells whether it is this one.
    await book(reversal)
    let waiting = queue.waiting.lazy.flatMap(\.commit.orders.credits).first { $0.key == reversal.key }
    let stored = try await storage.bankEntries(from: .distantPast, until: .distantFuture, volunteer: entry.volunteer)
    let standing = stored.first { $0.reverses == id } ?? waiting ?? reversal
    guard standing.by == by, standing.reason == reason else { throw OrderError.reversed(entry: id, by: standing.by) }
    return standing
  }
}
