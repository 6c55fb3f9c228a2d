/// One MQTT message as it arrived. The buffers belong to the caller and are valid during the call only.
package struct RawMessage {
  package var topic: UnsafeRawBufferPointer
  package var payload: UnsafeRawBufferPointer
  package var arrival: Timestamp
  package var qos: UInt8
  package var retained: Bool
  /// MQTT packet identifier; 0 for QoS 0.
  package var packetID: UInt16
  /// 0 until the journal has given it one.
  package var position: JournalPosition
  /// Waited at the broker while the lane was not listening; its sender's present may be long past (see `Entry.Flags`).
  package var backlog: Bool
  /// A tape's line out of order: when it came by the tape, before what stands ahead of it. Nil = it came at `arrival`.
  package var recorded: Timestamp?

  package init(
    topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, arrival: Timestamp, qos: UInt8 = 0,
    retained: Bool = false, packetID: UInt16 = 0, position: JournalPosition = 0,
    backlog: Bool = false
  ) {
    self.topic = topic
    self.payload = payload
    self.arrival = arrival
    self.qos = qos
    self.retained = retained
    self.packetID = packetID
    self.position = position
    self.backlog = backlog
  }
}
