import CDispatch  // `stat` belongs to it or to Glibc, whichever the compiler has met first
import Foundation
import Glibc
import Pipeline
import TestSupport
import Testing

/// A disk that is full, read-only or broken, and comes back.
@Suite struct JournalFailureTests {
  /// File calls that fail while told to.
  final class Disk {
    enum Fault: CaseIterable { case write, shortWrite, sync, create, remove }
    var faults: Set<Fault> = []
    var code = ENOSPC

    var files: JournalFiles {
      var files = JournalFiles()
      let real = JournalFiles()
      files.write = { descriptor, bytes, count, offset in
        if self.faults.contains(.write) { return self.fail() }
        if self.faults.contains(.shortWrite) {
          if count < 10 { return self.fail() }
          return real.write(descriptor, bytes, count / 2, offset)
        }
        return real.write(descriptor, bytes, count, offset)
      }
      files.sync = { self.faults.contains(.sync) ? CInt(self.fail()) : real.sync($0) }
      files.create = { self.faults.contains(.create) ? CInt(self.fail()) : real.create($0) }
      files.remove = { self.faults.contains(.remove) ? CInt(self.fail()) : real.remove($0) }
      return files
    }

    private func fail() -> Int {
      errno = code
      return -1
    }
  }

  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory("failure") }

  /// A process that dies between making a segment and making its name safe leaves a file that a power cut may take back with
  /// everything that is written to it later.
  @Test func openingMakesTheNameOfTheNewestSegmentSafe() throws {
    func isDirectory(_ descriptor: CInt) -> Bool {
      var status = stat()
      return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
    var files = JournalFiles()
    files.sync = { descriptor in
      guard isDirectory(descriptor) else { return fdatasync(descriptor) }
      errno = EIO
      return -1
    }
    do {
      let journal = try Journal(directory: folder.path, files: files)
      journal.append(Sample(0))
      #expect(throws: JournalError.self) { try journal.commit(sync: true) }
    }
    #expect(try segments(folder.path).count == 1)
    var synced = 0
    files.sync = { descriptor in
      if isDirectory(descriptor) { synced += 1 }
      return fdatasync(descriptor)
    }
    _ = try Journal(directory: folder.path, files: files)
    #expect(synced == 1)
  }

  @Test(arguments: Disk.Fault.allCases, [ENOSPC, EIO, EROFS])
  func aFailedCommitIsRepeatedWithoutLossOrDouble(fault: Disk.Fault, code: CInt) throws {
    let disk = Disk()
    disk.code = code
    let options = Journal.Options(maximumBytes: 128 << 10, segmentBytes: 4 << 10)
    let journal = try Journal(directory: folder.path, options: options, files: disk.files)
    var expected: [Sample] = []
    var failures = 0
    for number in 0..<1200 {
      expected.append(journal.append(Sample(number, bytes: 200)))
      disk.faults = number % 7 < 3 ? [fault] : []
      do { try journal.commit(sync: number % 2 == 0) } catch {
        failures += 1
        #expect(error.code == code && error.path.hasPrefix(folder.path))
      }
    }
    disk.faults = []
    try journal.commit(sync: true)
    #expect(failures > 0 && journal.counters.failedCommits == failures)
    let (read, report) = try Journal.all(folder.path)
    #expect(read == Array(expected.suffix(read.count)) && read.count > 300)
    #expect(report.damagedPlaces == 0)
    #expect(journal.counters.records == 1200)
    #expect(try Journal(directory: folder.path).next == 1201)
  }

  @Test func theErrorSaysWhatAndWhere() throws {
    let disk = Disk()
    let journal = try Journal(directory: folder.path, files: disk.files)
    journal.append(Sample(0))
    disk.faults = [.write]
    let error = #expect(throws: JournalError.self) { try journal.commit(sync: true) }
    #expect(error?.isOutOfSpace == true)
    #expect(error?.description.contains("No space left on device") == true)
    #expect(error?.description.contains("00000000000000000001.journal") == true)
  }

  @Test func aBatchThatFailedMidwayIsWholeAfterACrash() throws {
    let disk = Disk()
    let journal = try Journal(directory: folder.path, files: disk.files)
    let first = journal.append(Sample(0))
    try journal.commit(sync: true)
    for number in 1..<20 { journal.append(Sample(number)) }
    disk.faults = [.shortWrite]
    #expect(throws: JournalError.self) { try journal.commit(sync: true) }
    let reopened = try Journal(directory: folder.path)
    let read = try Journal.all(folder.path).samples
    #expect(read.first == first)
    #expect(read.map(\.position) == (1...read.count).map(JournalPosition.init))
    #expect(reopened.next > JournalPosition(read.count))
  }

  @Test func anInterruptedCallIsMadeAgain() throws {
    let disk = Disk()
    var files = disk.files
    var interruptions = 3
    let write = files.write
    files.write = { descriptor, bytes, count, offset in
      if interruptions > 0 {
        interruptions -= 1
        errno = EINTR
        return -1
      }
      return write(descriptor, bytes, count, offset)
    }
    let journal = try Journal(directory: folder.path, files: files)
    let expected = journal.append(Sample(0))
    try journal.commit(sync: true)
    #expect(try Journal.all(folder.path).samples == [expected])
  }
}
