package import Pipeline

/// A message as a device of the simulated community sends it.
package struct SimulatedMessage: Sendable, Equatable {
  package var at: Timestamp
  package var topic: String
  package var payload: [UInt8]
  package var retained: Bool

  package init(at: Timestamp, topic: String, payload: [UInt8], retained: Bool = false) {
    self.at = at
    self.topic = topic
    self.payload = payload
    self.retained = retained
  }

  /// Appends the message as one line of a tape, as `mosquitto_sub -F %j` prints it.
  package func append(to tape: inout [UInt8]) {
    var topic = topic
    topic.withUTF8 { topic in
      payload.withUnsafeBytes { payload in
        TapeWriter.append(
          RawMessage(
            topic: UnsafeRawBufferPointer(topic), payload: payload, arrival: at, qos: 1, retained: retained), to: &tape)
      }
    }
  }
}

/// Where simulated messages go: a broker connection, or an array in a test.
package protocol SimulationPublisher {
  func publish(_ message: SimulatedMessage) async throws
}
