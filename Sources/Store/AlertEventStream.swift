/// What happens to alerts, in the order of its numbers and without a gap, at the pace of whoever reads: what a reader lacks is read
/// from the database in pages until it has caught up with what is live, and again where it was too slow for its live queue.
///
/// Ends when the desk stops, and where the database cannot be read: then the reader resumes with the last number it has got.
package struct AlertEventStream: AsyncSequence, Sendable {
  /// Events read from the database at once.
  private static let page = 256

  let desk: AlertDesk
  /// The reader has everything up to this one.
  let last: Int64
  /// More than that is stored.
  let isBehind: Bool
  let live: AsyncStream<NumberedEvent>

  package func makeAsyncIterator() -> Iterator { Iterator(self) }

  package struct Iterator: AsyncIteratorProtocol {
    private let desk: AlertDesk
    private var last: Int64
    private var isBehind: Bool
    private var live: AsyncStream<NumberedEvent>.Iterator
    private var page: ArraySlice<NumberedEvent> = []
    /// A live event before which some are missing.
    private var ahead: NumberedEvent?

    fileprivate init(_ stream: AlertEventStream) {
      desk = stream.desk
      last = stream.last
      isBehind = stream.isBehind
      live = stream.live.makeAsyncIterator()
    }

    package mutating func next() async -> NumberedEvent? {
      while true {
        if let event = page.popFirst() { return reach(event) }
        if isBehind {
          guard let found = try? await desk.happened(after: last, atMost: AlertEventStream.page) else { return nil }
          page = found[...]
          isBehind = found.count == AlertEventStream.page
          continue
        }
        if let event = ahead {
          ahead = nil
          if event.sequence > last { return reach(event) }
          continue
        }
        guard let event = await live.next() else { return nil }
        if event.sequence > last + 1 {
          (ahead, isBehind) = (event, true)
        } else if event.sequence > last {
          return reach(event)
        }
      }
    }

    private mutating func reach(_ event: NumberedEvent) -> NumberedEvent {
      last = event.sequence
      return event
    }
  }
}
