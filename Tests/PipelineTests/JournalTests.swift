import Foundation
import Pipeline
import TestSupport
import Testing

/// A message with bytes of its own, as a journal takes it and gives it back.
struct Sample: Equatable {
  var topic: String
  var payload: [UInt8]
  var arrival: Int64 = 1_700_000_000_000
  var qos: UInt8 = 1
  var retained = false
  var backlog = false
  var packetID: UInt16 = 0
  var position: JournalPosition = 0

  init(_ number: Int, bytes: Int = 40) {
    topic = "zigbee2mqtt/room-\(number % 7)"
    payload = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
    arrival += Int64(number)
    packetID = UInt16(number % 65_535 + 1)
    retained = number % 3 == 0
    backlog = number % 5 == 0
  }

  init(_ message: RawMessage) {
    topic = String(decoding: message.topic, as: UTF8.self)
    payload = Array(message.payload)
    arrival = message.arrival.milliseconds
    qos = message.qos
    retained = message.retained
    backlog = message.backlog
    packetID = message.packetID
    position = message.position
  }

  func withRaw<Result>(_ body: (RawMessage) throws -> Result) rethrows -> Result {
    try Array(topic.utf8).withUnsafeBytes { topicBytes in
      try payload.withUnsafeBytes { payloadBytes in
        try body(
          RawMessage(
            topic: topicBytes, payload: payloadBytes, arrival: Timestamp(milliseconds: arrival), qos: qos,
            retained: retained, packetID: packetID, backlog: backlog))
      }
    }
  }
}

extension Journal {
  @discardableResult
  func append(_ sample: Sample) -> Sample {
    var stored = sample
    stored.position = sample.withRaw { append($0) }
    return stored
  }

  static func all(_ directory: String, from: JournalPosition = 1) throws -> (samples: [Sample], report: ReadReport) {
    var samples: [Sample] = []
    let report = try read(directory: directory, from: from) {
      samples.append(Sample($0))
      return true
    }
    return (samples, report)
  }
}

/// The segment files of a journal, oldest first.
func segments(_ directory: String) throws -> [URL] {
  try FileManager.default.contentsOfDirectory(at: URL(fileURLWithPath: directory), includingPropertiesForKeys: nil)
    .filter { $0.pathExtension == "journal" }.sorted { $0.path < $1.path }
}

@Suite struct JournalTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory("journal") }

  @Test func givesBackWhatWasCommitted() throws {
    let journal = try Journal(directory: folder.file("a/b"))
    var expected = (0..<500).map { journal.append(Sample($0, bytes: $0)) }
    try journal.commit(sync: true)
    expected.append(journal.append(Sample(500)))
    #expect(try Journal.all(folder.file("a/b")).samples == expected.dropLast())
    try journal.commit(sync: false)
    #expect(try Journal.all(folder.file("a/b")).samples == expected)
    #expect(expected.map(\.position) == (1...501).map(JournalPosition.init))
    #expect(journal.counters.records == 501)
    #expect(journal.counters.syncs == 1)
    #expect(journal.counters.oldestArrival == Timestamp(milliseconds: expected[0].arrival))
    #expect(try Journal.all(folder.file("a/b"), from: 490).samples == Array(expected.suffix(12)))
  }

  @Test func stopsReadingWhenToldTo() throws {
    let journal = try Journal(directory: folder.path)
    for number in 0..<10 { journal.append(Sample(number)) }
    try journal.commit(sync: true)
    var seen = 0
    let report = try Journal.read(directory: folder.path) { _ in
      seen += 1
      return seen < 3
    }
    #expect(seen == 3)
    #expect(report.messages == 3)
  }

  @Test func positionsAreNeverUsedTwice() throws {
    for expected in [1, 2, 3] as [JournalPosition] {
      let journal = try Journal(directory: folder.path)
      #expect(journal.append(Sample(0)).position == expected)
      try journal.commit(sync: true)
    }
    let journal = try Journal(directory: folder.path, nextPositionAtLeast: 1000)
    #expect(journal.append(Sample(0)).position == 1000)
    try journal.commit(sync: true)
    #expect(try Journal(directory: folder.path, nextPositionAtLeast: 7).next == 1001)
  }

  @Test func theRingStaysWithinItsBound() throws {
    let options = Journal.Options(maximumBytes: 128 << 10, segmentBytes: 8 << 10)
    let journal = try Journal(directory: folder.path, options: options)
    journal.checkpoint = 0
    var all: [Sample] = []
    for number in 0..<3000 {
      all.append(journal.append(Sample(number, bytes: 100)))
      if number % 5 == 0 { try journal.commit(sync: number % 50 == 0) }
      let onDisk = try segments(folder.path).reduce(0) { try $0 + Data(contentsOf: $1).count }
      #expect(onDisk <= 128 << 10 && onDisk == journal.counters.bytes)
    }
    try journal.commit(sync: true)
    let (samples, report) = try Journal.all(folder.path)
    #expect(samples == Array(all.suffix(samples.count)))
    #expect(samples.count > 500 && report.damagedPlaces == 0)
    #expect(report.oldest == samples[0].position)
    #expect(journal.counters.lostBeforeCheckpoint == samples[0].position - 1)
    #expect(journal.counters.oldestArrival?.milliseconds == samples[0].arrival)
    let since = Timestamp(milliseconds: samples[300].arrival)
    let position = try Journal.position(directory: folder.path, since: since)
    #expect(position <= samples[300].position && position + 60 > samples[300].position)
  }

  @Test func aMessageLargerThanASegmentGetsItsOwn() throws {
    let journal = try Journal(
      directory: folder.path, options: .init(maximumBytes: 16 << 20, segmentBytes: 4 << 10))
    let expected = [10, 3 << 20, 10, 5000, 20].enumerated().map { journal.append(Sample($0, bytes: $1)) }
    try journal.commit(sync: true)
    #expect(try Journal.all(folder.path).samples == expected)
    #expect(try Journal(directory: folder.path).next == 6)
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["LINLI_LARGE"] != nil, "takes 1 GiB of memory"))
  func theLargestMessageMQTTKnows() throws {
    let journal = try Journal(directory: folder.path)
    var large = Sample(1, bytes: 0)
    large.payload = Array(repeating: 7, count: 268_435_455)
    let expected = journal.append(large)
    try journal.commit(sync: true)
    #expect(try Journal.all(folder.path).samples == [expected])
  }

  @Test func aMarkerBeforeALargeMessageDoesNotShareAName() throws {
    let options = Journal.Options(maximumBytes: 16 << 20, segmentBytes: 4 << 10)
    let journal = try Journal(directory: folder.path, options: options)
    var expected: [Sample] = []
    for number in 0..<4 {
      expected.append(journal.append(Sample(number, bytes: 9000)))
      journal.connected(sessionPresent: false)
      try journal.commit(sync: true)
    }
    #expect(try Journal.all(folder.path).samples == expected)
  }

  @Test func otherFilesInTheFolderAreLeftAlone() throws {
    try Data("hello".utf8).write(to: folder.url.appendingPathComponent("notes.txt"))
    try Data("hello".utf8).write(to: folder.url.appendingPathComponent("00000000000000000x01.journal"))
    let journal = try Journal(directory: folder.path)
    let expected = journal.append(Sample(0))
    try journal.commit(sync: true)
    #expect(try Journal.all(folder.path).samples == [expected])
  }

  @Test func aPlainFileInsteadOfAFolderIsAnError() throws {
    try Data().write(to: folder.url.appendingPathComponent("file"))
    #expect(throws: JournalError.self) { try Journal(directory: folder.file("file")) }
    #expect(throws: JournalError.self) { try Journal(directory: folder.file("file/sub")) }
  }
}
