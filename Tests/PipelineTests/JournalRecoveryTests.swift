import Foundation
import Pipeline
import TestSupport
import Testing

/// What a killed process, a power failure or a bad disk leaves behind.
@Suite struct JournalRecoveryTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory("recovery") }

  /// A journal of `count` messages in segments of 4 KiB, and what is in it.
  private func write(_ count: Int, bytes: Int = 60) throws -> [Sample] {
    let journal = try Journal(directory: folder.path, options: .init(segmentBytes: 4 << 10))
    let samples = (0..<count).map { journal.append(Sample($0, bytes: bytes)) }
    try journal.commit(sync: true)
    return samples
  }

  /// At every byte offset of the last segment, with all kinds of records in it: what is left is a prefix, and the journal goes on.
  @Test func cutAnywhereRecoversAPrefix() throws {
    let options = Journal.Options(segmentBytes: 4 << 10)
    var samples: [Sample] = []
    do {
      let journal = try Journal(directory: folder.path, options: options)
      for number in 0..<45 {
        samples.append(journal.append(Sample(number, bytes: 40 + number)))
        if number % 4 == 1 { journal.opened(at: Timestamp(milliseconds: Int64(number))) }
        if number % 4 == 3 { journal.connected(sessionPresent: false) }
      }
      try journal.commit(sync: true)
    }
    let files = try segments(folder.path)
    let newest = try #require(try segments(folder.path).last)
    let whole = try Data(contentsOf: newest)
    var kept = samples.count
    for length in stride(from: whole.count, through: 0, by: -1) {
      try whole.prefix(length).write(to: newest)
      let journal = try Journal(directory: folder.path, options: options)
      let read = try Journal.all(folder.path).samples
      #expect(read == Array(samples.prefix(read.count)))
      #expect(read.count <= kept && kept - read.count <= 1)
      kept = read.count
      let torn = length < whole.count && journal.counters.tornBytes > 0
      #expect(journal.next > JournalPosition(read.count) && (torn || journal.next >= JournalPosition(kept)))
      #expect(journal.counters.damagedPlaces == 0)
      let more = journal.append(Sample(99))
      try journal.commit(sync: length % 97 == 0)
      #expect(try Journal.all(folder.path).samples == read + [more])
      if length % 97 == 0 { #expect(try Journal(directory: folder.path).counters.tornBytes == 0) }
      for file in try segments(folder.path) where !files.contains(file) { try FileManager.default.removeItem(at: file) }
    }
    #expect(try Journal.all(folder.path).samples.count < samples.count)
  }

  /// Behind what claims the last of all positions nothing could be read again: it is refused by name, and stays as it is.
  @Test(arguments: [Journal.positionsMost, Journal.positionsMost - 1, Journal.positionsMost - Journal.positionsLeft])
  func aFileThatLeavesNoPositionsIsRefused(first: JournalPosition) throws {
    do {
      let journal = try Journal(directory: folder.path, nextPositionAtLeast: 7)
      _ = journal.append(Sample(1))
      try journal.commit(sync: true)
    }
    let written = try #require(try segments(folder.path).first)
    let forged = folder.url.appendingPathComponent("0\(first).journal")
    #expect(forged.lastPathComponent.count == written.lastPathComponent.count)
    try Data(repeating: 0x4c, count: 40).write(to: forged)
    let error = #expect(throws: JournalError.self) { try Journal(directory: folder.path) }
    #expect(error?.path == forged.path && error?.code == 0)
    #expect(try Data(contentsOf: forged) == Data(repeating: 0x4c, count: 40))
    #expect(throws: JournalError.self) {
      try Journal(directory: folder.path + "/new", nextPositionAtLeast: first + 1)
    }
    try FileManager.default.removeItem(at: forged)
    #expect(try Journal(directory: folder.path).next == 8)
  }

  @Test func aFlippedBitLosesOnlyTheRecordItHit() throws {
    let samples = try write(60)
    let files = try segments(folder.path)
    var random = SystemRandomNumberGenerator()
    for file in files {
      let whole = try Data(contentsOf: file)
      for offset in stride(from: 0, to: whole.count, by: 3) {
        var damaged = whole
        damaged[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        try damaged.write(to: file)
        let (read, report) = try Journal.all(folder.path)
        #expect(read.count >= samples.count - 1)
        #expect(read == samples.filter { sample in read.contains { $0.position == sample.position } })
        let isTail = file == files.last && read.last != samples.last
        #expect(report.damagedRecords == (isTail ? 0 : UInt64(samples.count - read.count)))
      }
      try whole.write(to: file)
    }
  }

  @Test func openingAfterDamageReportsItAndGoesOn() throws {
    let samples = try write(30)
    let newest = try #require(try segments(folder.path).last)
    var bytes = try Data(contentsOf: newest)
    bytes[16 + 50] ^= 0xff
    try bytes.write(to: newest)
    let journal = try Journal(directory: folder.path)
    #expect(journal.counters.damagedRecords == 1)
    #expect(journal.damage.count == 1 && journal.damage[0].contains(newest.lastPathComponent))
    #expect(journal.next == 31)
    let more = journal.append(Sample(99))
    try journal.commit(sync: true)
    #expect(try Journal.all(folder.path).samples.last == more)
    #expect(try Journal.all(folder.path).samples.count == samples.count)
  }

  @Test func aDamagedEndIsCutButItsPositionsAreNotUsedAgain() throws {
    _ = try write(10)
    let newest = try #require(try segments(folder.path).last)
    var bytes = try Data(contentsOf: newest)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: newest)
    let journal = try Journal(directory: folder.path)
    #expect(journal.counters.tornBytes > 0)
    #expect(journal.next > 10)
  }

  @Test(arguments: 0..<40) func anyBytesAreTaken(seed: Int) throws {
    let samples = try write(50)
    var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(below))
    }
    for file in try segments(folder.path) {
      var bytes = try Data(contentsOf: file)
      switch random(4) {
      case 0: for _ in 0..<20 { bytes[random(bytes.count)] = UInt8(random(256)) }
      case 1:
        // Shuffled stretches: whole records turn up where they do not belong.
        let from = random(bytes.count), to = random(bytes.count), length = random(400)
        let stretch = Data(bytes.dropFirst(from).prefix(length))
        bytes.replaceSubrange(to..<min(to + length, bytes.count), with: stretch)
      case 2: bytes.append(contentsOf: (0..<random(3000)).map { _ in UInt8(random(256)) })
      default: bytes = Data((0..<random(5000)).map { _ in [0x4c, 0x4a, 0x52, 0x31, 0][random(5)] })
      }
      try bytes.write(to: file)
    }
    let before = try Journal.all(folder.path).samples
    #expect(before.map(\.position) == before.map(\.position).sorted())
    #expect(before.allSatisfy { samples.contains($0) })
    let journal = try Journal(directory: folder.path)
    let more = journal.append(Sample(99))
    try journal.commit(sync: true)
    #expect(try Journal.all(folder.path).samples.last == more)
  }

  @Test func aPayloadFullOfFalseBeginningsCostsNoQuadraticTime() throws {
    let journal = try Journal(directory: folder.path)
    var evil = Sample(0)
    // "LJR1" and a length that reaches far, again and again.
    evil.payload = Array(repeating: [0x4c, 0x4a, 0x52, 0x31, 0, 0, 8, 0] as [UInt8], count: 1 << 17).flatMap { $0 }
    journal.append(evil)
    let good = journal.append(Sample(1))
    try journal.commit(sync: true)
    let file = try segments(folder.path)[0]
    var bytes = try Data(contentsOf: file)
    bytes[20] ^= 1
    try bytes.write(to: file)
    let read = try Journal.all(folder.path).samples
    #expect(read.isEmpty || read == [good])
  }

  @Test func readsWhileItIsWritten() throws {
    let options = Journal.Options(maximumBytes: 128 << 10, segmentBytes: 4 << 10)
    let journal = try Journal(directory: folder.path, options: options)
    for number in 0..<2000 { journal.append(Sample(number)) }
    try journal.commit(sync: false)
    var last: JournalPosition = 0
    var number = 2000
    _ = try Journal.read(directory: folder.path) { message in
      #expect(message.position > last)
      last = message.position
      journal.append(Sample(number))
      number += 1
      try journal.commit(sync: false)
      return true
    }
    #expect(last >= 1000)
  }
}
