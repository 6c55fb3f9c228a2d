import Pipeline
import TestSupport
import Testing

/// A message sent again because its acknowledgement got lost is recognised; a new, equal one never is.
@Suite struct JournalSecondComingsTests {
  private func press(_ packetID: UInt16, _ payload: String = "{\"action\":\"single\"}") -> Sample {
    var sample = Sample(0)
    sample.topic = "zigbee2mqtt/button"
    sample.payload = Array(payload.utf8)
    sample.packetID = packetID
    return sample
  }

  private func recognises(_ memory: inout SecondComings, _ sample: Sample, _ redelivered: Bool? = true) -> Bool {
    sample.withRaw { memory.recognises($0, redelivered: redelivered) }
  }

  private func memory(_ capacity: Int = 20, holding ids: ClosedRange<UInt16>) -> SecondComings {
    var memory = SecondComings(capacity: capacity)
    memory.connected(sessionPresent: false)
    for id in ids { press(id).withRaw { memory.remember($0) } }
    return memory
  }

  @Test func recognisedOnTheNextConnectionOnce() {
    var memory = memory(holding: 1...3)
    #expect(!recognises(&memory, press(2)), "same connection: the id is in use again, so this is a new press")
    memory.connected(sessionPresent: true)
    #expect(recognises(&memory, press(2)))
    #expect(!recognises(&memory, press(2)), "once on a connection")
    memory.connected(sessionPresent: true)
    #expect(recognises(&memory, press(2)), "that connection was lost too")
    #expect(recognises(&memory, press(1)) && recognises(&memory, press(3)))
  }

  /// The connection is lost while the broker sends again what it had in flight, and once more later on: whatever has come again
  /// by then, none of the others is forgotten.
  @Test func aReDeliveryThatIsCutOffAgainAndAgainForgetsNothing() {
    for shift in UInt16(0)..<5 {
      var memory = memory(5, holding: 1...(5 + shift))
      let inFlight = (1 + shift)...(5 + shift)
      for arrived in [2, 1, 3, 2, 4, 5] {
        memory.connected(sessionPresent: true)
        for id in inFlight.prefix(arrived) { #expect(recognises(&memory, press(id)), "\(id) of \(inFlight)") }
        #expect(memory.count == 5)
      }
    }
  }

  @Test func aFirstDeliveryIsNeverDropped() {
    var memory = memory(holding: 1...3)
    memory.connected(sessionPresent: true)
    #expect(!recognises(&memory, press(1), false))
    #expect(recognises(&memory, press(1), nil), "flag unknown: the id decides")
  }

  @Test func everythingMustBeEqual() {
    var memory = memory(holding: 1...3)
    memory.connected(sessionPresent: true)
    var elsewhere = press(1)
    elsewhere.topic = "zigbee2mqtt/button2"
    #expect(!recognises(&memory, elsewhere))
    #expect(!recognises(&memory, press(1, "{\"action\":\"double\"}")))
    #expect(!recognises(&memory, press(4)))
    #expect(!recognises(&memory, press(0)), "QoS 0 has no second coming")
    var shifted = press(1)
    shifted.topic += "{"
    shifted.payload.removeFirst()
    #expect(!recognises(&memory, shifted), "topic and payload do not run into each other")
  }

  @Test func noSessionNoSecondComing() {
    var memory = memory(holding: 1...3)
    memory.connected(sessionPresent: false)
    #expect(!recognises(&memory, press(1)))
    #expect(memory.count == 0)
  }

  @Test func onlyTheReceiveMaximumIsInDoubt() {
    var memory = memory(3, holding: 1...5)
    #expect(memory.count == 3)
    memory.connected(sessionPresent: true)
    #expect((1...5).map { recognises(&memory, press($0)) } == [false, false, true, true, true])
  }

  @Test func anIdGivenAgainReplacesTheOlderMessage() {
    var memory = memory(3, holding: 1...3)
    press(2, "other").withRaw { memory.remember($0) }
    #expect(memory.count == 2 || memory.count == 3)
    memory.connected(sessionPresent: true)
    #expect(!recognises(&memory, press(2)))
    #expect(recognises(&memory, press(2, "other")))
    #expect(recognises(&memory, press(3)))
  }

  /// An id that came with a message that nobody keeps is free again: what it named before was acknowledged.
  @Test func aMessagePassedOverFreesItsId() {
    var memory = memory(3, holding: 1...3)
    memory.forget(packetID: 2)
    memory.forget(packetID: 0)
    memory.forget(packetID: 9)
    #expect(memory.count == 2)
    memory.connected(sessionPresent: true)
    #expect(!recognises(&memory, press(2), nil))
    #expect(recognises(&memory, press(1), nil) && recognises(&memory, press(3), nil))
    press(4).withRaw { memory.remember($0) }
    #expect(memory.count == 2, "the oldest made room")
  }

  @Test(arguments: [1, 2, 5, 64]) func agreesWithAListOfTheLast(capacity: Int) {
    var memory = SecondComings(capacity: capacity)
    memory.connected(sessionPresent: false)
    var list: [(id: UInt16, payload: String, connection: Int)] = []
    var connection = 1
    var state: UInt64 = 7
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(below))
    }
    func note(_ id: UInt16, _ payload: String) {
      for index in list.indices where list[index].id == id { list[index].id = 0 }
      list.append((id, payload, connection))
      list = Array(list.suffix(capacity))
    }
    for _ in 0..<5000 {
      let id = UInt16(random(12) + 1), payload = "p\(random(3))"
      switch random(10) {
      case 0:
        memory.connected(sessionPresent: true)
        connection += 1
      case 1...5:
        press(id, payload).withRaw { memory.remember($0) }
        note(id, payload)
      default:
        let expected = list.firstIndex { $0.id == id && $0.payload == payload && $0.connection != connection }
        #expect(recognises(&memory, press(id, payload)) == (expected != nil))
        // It keeps its age.
        if let expected { list[expected].connection = connection }
      }
      #expect(memory.count == list.count { $0.id != 0 })
    }
  }

  @Test func rebuiltFromTheJournalAfterACrash() throws {
    let folder = try TemporaryDirectory("second")
    let options = Journal.Options(maximumBytes: 1 << 20, segmentBytes: 4 << 10, receiveMaximum: 50)
    do {
      let journal = try Journal(directory: folder.path, options: options)
      journal.connected(sessionPresent: false)
      for id in 1...200 as ClosedRange<UInt16> { journal.append(press(id)) }
      try journal.commit(sync: true)
      journal.append(press(201))
    }
    let journal = try Journal(directory: folder.path, options: options)
    journal.connected(sessionPresent: true)
    func again(_ id: UInt16) -> Bool { press(id).withRaw { journal.isSecondComing($0, redelivered: true) } }
    #expect(!again(201), "was not on disk")
    #expect(again(200) && !again(200) && again(175))
    #expect(!again(100), "more than a receive maximum ago")
    #expect(journal.counters.secondComings == 2)
  }

  @Test func aLostSessionIsRememberedAcrossACrash() throws {
    let folder = try TemporaryDirectory("second")
    do {
      let journal = try Journal(directory: folder.path)
      for id in 1...5 as ClosedRange<UInt16> { journal.append(press(id)) }
      journal.connected(sessionPresent: false)
      journal.append(press(1, "new session"))
      try journal.commit(sync: true)
    }
    let journal = try Journal(directory: folder.path)
    #expect(journal.next == 7)
    journal.connected(sessionPresent: true)
    #expect(!press(2).withRaw { journal.isSecondComing($0, redelivered: true) })
    #expect(press(1, "new session").withRaw { journal.isSecondComing($0, redelivered: true) })
  }
}
