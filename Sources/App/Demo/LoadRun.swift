import Foundation
import Glibc
package import Pipeline
package import Simulator

/// A load: one stretch of a simulation's messages over and over, at a steady rate. Device times that lie in payloads are
/// those of the first round; profiles then fall back on the arrival time as they do for any clock that is off.
package struct LoadRun: Sendable {
  /// Distinct messages of the stretch.
  private static let stretch = 20_000

  private let messages: [SimulatedMessage]
  private let rate: Int

  package init(_ simulation: Simulation, rate: Int) {
    var simulation = simulation
    var messages: [SimulatedMessage] = []
    var time = simulation.start
    for _ in 0..<1_440 where messages.count < Self.stretch {
      time = time + Int64(60_000)
      messages += simulation.messages(until: time).filter { !$0.retained }
    }
    self.messages = messages
    self.rate = max(1, rate)
  }

  /// Publishes until `end` (nil: until cancelled); returns how many.
  @discardableResult
  package func publish(to link: SimulationLink, until end: Timestamp?) async throws -> Int {
    guard !messages.isEmpty else { return 0 }
    let began = Date().timeIntervalSince1970
    var sent = 0
    while !Task.isCancelled {
      let now = Date().timeIntervalSince1970
      if let end, Timestamp(seconds: now) >= end { break }
      let due = Int((now - began) * Double(rate))
      while sent < due {
        try await link.publish(messages[sent % messages.count])
        sent += 1
      }
      try await Task.sleep(for: .milliseconds(2))
    }
    return sent
  }
}
