import Testing

@testable import MQTT

@Suite struct IncomingTrackerTests {
  private func tracker(present: Bool = true) -> IncomingTracker {
    var tracker = IncomingTracker()
    tracker.connected(sessionPresent: present, receiveMaximum: 3, signOn: "x", now: 1000)
    return tracker
  }

  @Test func theFlagIsAskedForAtTheStartOfAResumedSession() {
    var tracker = tracker()
    tracker.line(redelivered: true)
    #expect(tracker.takeFlag() == true)
    #expect(tracker.takeFlag() == nil, "no line came: not known")
    tracker.line(redelivered: false)
    #expect(tracker.takeFlag() == false)
    tracker.line(redelivered: true)
    #expect(tracker.takeFlag() == false, "more than the broker can have had in flight")
    var new = self.tracker(present: false)
    #expect(new.takeFlag() == false, "nothing comes again without a session")
  }

  @Test func theBacklogEnds() {
    var tracker = tracker()
    #expect(tracker.backlog)
    tracker.quiet(1000 + IncomingTracker.quietEnds - 1)
    #expect(tracker.backlog)
    tracker.message(1200)
    tracker.quiet(1000 + IncomingTracker.quietEnds)
    #expect(tracker.backlog)
    tracker.quiet(1200 + IncomingTracker.quietEnds)
    #expect(!tracker.backlog)
    var marked = self.tracker()
    marked.signedOn()
    #expect(!marked.backlog)
    var steady = self.tracker()
    steady.message(1000 + IncomingTracker.timeEnds)
    #expect(!steady.backlog)
  }
}
