import CDispatch  // `stat` belongs to it or to Glibc, whichever the compiler has met first
import Foundation
import Glibc

@testable import Pipeline

/// A disk under the lane's files. The files are real (in memory, where the machine has such a file system): they are what the
/// page cache shows. Beside them stands what a power cut would leave: for each file the synced bytes and the writes since, and
/// for the directory the synced names and the changes since.
///
/// - A power cut keeps a prefix of the name changes and any sectors of the unsynced writes: none, all, a prefix, some.
/// - A failed sync keeps some sectors and forgets the others for good, as Linux does: the next sync will not write them.
/// - A killed process leaves the page cache.
final class SimulatedDisk {
  static let sector = 512

  final class File {
    var synced: [UInt8] = []
    var writes: [Write] = []
  }

  enum Write {
    case bytes(offset: Int, [UInt8])
    case truncate(Int)
  }

  private enum NameChange {
    case set(String, File)
    case remove(String)
    case rename(String, String)

    var name: String {
      switch self {
      case .set(let name, _), .remove(let name), .rename(let name, _): name
      }
    }
  }

  /// What goes wrong at the moment.
  struct Faults {
    var isFull = false
    var failingSyncs = 0
    /// Of a hundred creations, removals, renames and truncations so many fail.
    var failingNames = 0
    var isAny: Bool { isFull || failingSyncs > 0 || failingNames > 0 }
  }

  let directory: String
  var faults = Faults()
  /// Journal positions that the disk holds whatever happens now.
  private(set) var safePositions: Set<JournalPosition> = []
  /// A sync has failed, so bytes may be missing in the middle of a file.
  private(set) var hasLostPages = false
  private(set) var failedCalls = 0

  private let chance: Chance
  private var files: [UInt: File] = [:]
  private var names: [String: File] = [:]
  private var syncedNames: [String: File] = [:]
  private var nameChanges: [NameChange] = []
  private let journalFolder: UInt

  init(directory: String, chance: Chance) {
    self.directory = directory
    self.chance = chance
    mkdir(directory, 0o750)
    mkdir(directory + "/journal", 0o750)
    var status = stat()
    stat(directory + "/journal", &status)
    journalFolder = status.st_ino
  }

  deinit {
    for name in names.keys { unlink(name) }
    rmdir(directory + "/journal")
    rmdir(directory)
  }

  /// Bytes of the journal's files as the process sees them.
  var journalBytes: Int {
    names.keys.filter { $0.hasSuffix(".journal") }.reduce(0) { sum, name in
      var status = stat()
      return stat(name, &status) == 0 ? sum + Int(status.st_size) : sum
    }
  }

  /// The calls of one process.
  func calls(_ fate: Fate) -> JournalFiles {
    var calls = JournalFiles()
    calls.write = { [self] in write(fate, $0, $1, $2, $3) }
    calls.sync = { [self] in sync(fate, $0) }
    calls.create = { [self] in create(fate, $0) }
    calls.remove = { [self] in remove(fate, $0) }
    calls.truncate = { [self] in truncate(fate, $0, $1) }
    calls.rename = { [self] in rename(fate, $0, $1) }
    return calls
  }

  // MARK: - Calls

  private func write(_ fate: Fate, _ descriptor: CInt, _ bytes: UnsafeRawPointer, _ count: Int, _ offset: Int) -> Int {
    let wasAlive = fate.isAlive
    let happens = fate.effect()
    guard wasAlive else { return fail(EIO) }
    // Killed in the middle of a write: a part of it is in the page cache.
    var taken = happens ? count : chance.dice.pick(0...count)
    if happens, faults.isFull {
      taken = chance.dice.chance(50) ? 0 : chance.dice.pick(0...count - 1)
      chance.saw(.diskFull)
      if taken == 0 { return fail(ENOSPC) }
    } else if happens, chance.dice.chance(3) {
      taken = chance.dice.pick(1...count)  // a short write is no error
      chance.saw(.shortWrite)
    }
    if !happens, taken > 0, taken < count { chance.saw(.tornWrite) }
    guard taken > 0, let file = files[inode(descriptor)] else { return fail(EIO) }
    _ = pwrite(descriptor, bytes, taken, off_t(offset))
    file.writes.append(.bytes(offset: offset, Array(UnsafeRawBufferPointer(start: bytes, count: taken))))
    return happens ? taken : fail(EIO)
  }

  private func sync(_ fate: Fate, _ descriptor: CInt) -> CInt {
    guard fate.effect() else { return CInt(fail(EIO)) }
    var status = stat()
    fstat(descriptor, &status)
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    if faults.failingSyncs > 0 {
      faults.failingSyncs -= 1
      chance.saw(.failedSync)
      if !isDirectory, let file = files[status.st_ino] { losePages(of: file) }
      return CInt(fail(EIO))
    }
    if isDirectory {
      syncNames(in: status.st_ino)
    } else if let file = files[status.st_ino] {
      let start = file.writes.compactMap { $0.offset }.min()
      file.synced = content(file) { _ in true }
      file.writes = []
      if let start { noteSafe(file.synced, from: start) }
    }
    return 0
  }

  /// Names of one directory become safe; those of the other stay as they are.
  private func syncNames(in folder: UInt) {
    let isJournal = folder == journalFolder
    func isHere(_ name: String) -> Bool { name.hasPrefix(directory + "/journal/") == isJournal }
    syncedNames = syncedNames.filter { !isHere($0.key) }
    for (name, file) in names where isHere(name) { syncedNames[name] = file }
    nameChanges.removeAll { isHere($0.name) }
  }

  private func create(_ fate: Fate, _ path: String) -> CInt {
    guard mayChangeNames(fate) else { return CInt(fail(faults.isFull ? ENOSPC : EIO)) }
    let isNew = names[path] == nil
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    if isNew, descriptor >= 0 {
      let file = File()
      names[path] = file
      files[inode(descriptor)] = file
      nameChanges.append(.set(path, file))
    }
    return descriptor
  }

  private func remove(_ fate: Fate, _ path: String) -> CInt {
    guard mayChangeNames(fate) else { return CInt(fail(EIO)) }
    if names.removeValue(forKey: path) != nil { nameChanges.append(.remove(path)) }
    return unlink(path)
  }

  private func truncate(_ fate: Fate, _ descriptor: CInt, _ bytes: Int) -> CInt {
    guard mayChangeNames(fate) else { return CInt(fail(EIO)) }
    files[inode(descriptor)]?.writes.append(.truncate(bytes))
    return ftruncate(descriptor, off_t(bytes))
  }

  private func rename(_ fate: Fate, _ from: String, _ to: String) -> CInt {
    guard mayChangeNames(fate) else { return CInt(fail(EIO)) }
    names[to] = names.removeValue(forKey: from)
    nameChanges.append(.rename(from, to))
    return Glibc.rename(from, to)
  }

  private func mayChangeNames(_ fate: Fate) -> Bool {
    guard fate.effect() else { return false }
    guard faults.failingNames > 0, chance.dice.chance(faults.failingNames) else { return true }
    chance.saw(.failedNameChange)
    return false
  }

  private func fail(_ code: CInt) -> Int {
    failedCalls += 1
    errno = code
    return -1
  }

  private func inode(_ descriptor: CInt) -> UInt {
    var status = stat()
    fstat(descriptor, &status)
    return status.st_ino
  }

  // MARK: - What is left

  /// The synced bytes with those sectors of the later writes that `keeps` wants.
  private func content(_ file: File, keeps: (Int) -> Bool) -> [UInt8] {
    var bytes = file.synced
    var number = 0
    for write in file.writes {
      switch write {
      case .truncate(let count):
        if keeps(number) {
          if bytes.count > count {
            bytes.removeLast(bytes.count - count)
          } else {
            bytes += [UInt8](repeating: 0, count: count - bytes.count)
          }
        }
        number += 1
      case .bytes(let offset, let new):
        var start = 0
        while start < new.count {
          let end = min(new.count, start + Self.sector - (offset + start) % Self.sector)
          if keeps(number) {
            let gap = offset + end - bytes.count
            if gap > 0 { bytes += [UInt8](repeating: 0, count: gap) }
            bytes.replaceSubrange(offset + start..<offset + end, with: new[start..<end])
          }
          number += 1
          start = end
        }
      }
    }
    return bytes
  }

  /// A way in which unsynced sectors may or may not have reached the disk.
  private func someSectors() -> (Int) -> Bool {
    switch chance.dice.pick(0...5) {
    case 0: return { _ in false }
    case 1: return { _ in true }
    case 2:
      let kept = chance.dice.pick(0...12)
      return { $0 < kept }
    default:
      let salt = chance.dice.next()
      return { number in
        var dice = Dice(seed: salt &+ UInt64(number))
        return dice.chance(50)
      }
    }
  }

  private func losePages(of file: File) {
    hasLostPages = true
    let whole = content(file) { _ in true }
    file.synced = content(file, keeps: someSectors())
    file.writes = []
    if file.synced != whole { chance.saw(.lostPages) }
  }

  /// The machine loses power; no process may hold a file any more.
  func cutPower() {
    let kept = chance.dice.pick(0...nameChanges.count)
    if kept < nameChanges.count { chance.saw(.namesLost) }
    for change in nameChanges.prefix(kept) {
      switch change {
      case .set(let name, let file): syncedNames[name] = file
      case .remove(let name): syncedNames[name] = nil
      case .rename(let from, let to): syncedNames[to] = syncedNames.removeValue(forKey: from)
      }
    }
    for name in names.keys { unlink(name) }
    names = syncedNames
    nameChanges = []
    files = [:]
    for name in names.keys.sorted() {
      guard let file = names[name] else { continue }
      let whole = content(file) { _ in true }
      file.synced = content(file, keeps: someSectors())
      file.writes = []
      if file.synced != whole { chance.saw(.sectorsLost) }
      if name.hasSuffix(".journal") { noteSafe(file.synced, from: 0) }
      let descriptor = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
      _ = pwrite(descriptor, file.synced, file.synced.count, 0)
      files[inode(descriptor)] = file
      close(descriptor)
    }
  }

  /// Notes the messages whose records are whole in bytes that have just become safe: an own, simple reader of records, which
  /// goes over what is no record byte by byte.
  private func noteSafe(_ bytes: [UInt8], from start: Int) {
    bytes.withUnsafeBytes { bytes in
      var offset = max(start, 16)
      while offset + 36 <= bytes.count {
        let total = wholeRecord(bytes, at: offset)
        if total > 0, bytes[offset + 28] == 0 {
          safePositions.insert(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt64.self))
        }
        offset += max(total, 1)
      }
    }
  }

  /// Bytes of the record that stands there, 0 when none does.
  private func wholeRecord(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
    guard bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self) == 0x3152_4a4c else { return 0 }
    let total = 12 + Int(bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
    guard total >= 36, offset + total <= bytes.count, let start = bytes.baseAddress.map({ $0 + offset }) else {
      return 0
    }
    let sum = CRC32C.checksum(start + 12, total - 12, continuing: CRC32C.checksum(start + 4, 4))
    return sum == start.loadUnaligned(fromByteOffset: 8, as: UInt32.self) ? total : 0
  }
}

extension SimulatedDisk.Write {
  fileprivate var offset: Int? {
    if case .bytes(let offset, _) = self { return offset }
    return nil
  }
}
