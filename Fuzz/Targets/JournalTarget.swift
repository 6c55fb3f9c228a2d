import Glibc
import Pipeline

/// Any bytes as the segment files of a journal. The first byte says whether checksums are repaired first (bit 0), without
/// which hardly anything would get past them; the rest is cut into files before each segment magic.
///
/// Reading must agree with a naive scan; a journal that is opened on the files must keep every message in them, give new
/// ones positions above all of the newest file's, and must find nothing more to cut when it is opened again; or it must refuse, and
/// change nothing, because no positions are left.
enum JournalTarget {
  private struct Message: Equatable {
    var position: JournalPosition
    var topic: [UInt8]
    var payload: [UInt8]
    var arrival: Timestamp
    var qos: UInt8
    var packetID: UInt16
  }

  private static let segmentMagic = Array("LINLIJ01".utf8)

  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    guard let options = bytes.first, bytes.count <= 32_768 else { return }
    let files = segments(Array(bytes.dropFirst()), repair: options & 1 != 0)
    let folder = try ScratchFolder()
    for (name, contents) in files { try folder.write(contents, to: fileName(name)) }
    let before = try read(folder.path)
    if files.count == 1, let (name, contents) = files.first {
      var scan = NaiveSegmentScan(contents, first: name)
      scan.run()
      // The journal gives up where false beginnings would cost too much.
      if scan.effort <= 8 * (contents.count - 16) {
        try require(before.map(\.position) == scan.positions, "read \(before.map(\.position)), not \(scan.positions)")
      }
    }
    let added: [Message]
    do { added = try append(to: folder.path, after: before) } catch let error as JournalError where error.code == 0 {
      // Refused where the newest file claims positions above which hardly any is left, and as it was.
      let (name, contents) = files.filter { $0.key <= Journal.positionsMost }.max { $0.key < $1.key } ?? (0, [])
      var scan = NaiveSegmentScan(contents, first: name)
      scan.run()
      let claimed = max(name, scan.last) + JournalPosition(contents.count)
      try require(claimed >= Journal.positionsMost - Journal.positionsLeft, "position \(claimed): \(error)")
      let kept = try read(folder.path)
      try require(kept == before, "what was refused has changed")
      return
    }
    if files.count == 1, let last = before.last {
      try require(added[0].position > last.position, "position \(added[0].position) is used twice")
    }
    let after = try read(folder.path)
    try require(after.count == before.count + added.count, "\(before.count) and \(added.count) became \(after.count)")
    try require(after.filter { !added.contains($0) } == before, "what was in the journal has changed")
    try require(Array(after.suffix(added.count)) == added, "what was appended is not the last")
    guard let again = try opened(folder.path, behind: added.last?.position ?? 0) else { return }
    try require(again.counters.tornBytes == 0, "a journal written by us has a torn end")
    try require(again.next > (added.last?.position ?? 0), "a position is used twice")
    let reread = try read(folder.path)
    try require(reread == after, "opening a whole journal has changed it")
  }

  /// Opens it once more; nil where it was opened just below the bound and what was appended lies above it.
  private static func opened(_ path: String, behind last: JournalPosition) throws -> Journal? {
    do { return try Journal(directory: path, options: options4K) } catch {
      try require(
        error.code == 0 && last >= Journal.positionsMost - Journal.positionsLeft, "position \(last): \(error)")
      return nil
    }
  }

  private static let options4K = Journal.Options(maximumBytes: 1 << 20, segmentBytes: 4_096, receiveMaximum: 8)

  private static func append(to path: String, after before: [Message]) throws -> [Message] {
    let journal = try Journal(directory: path, options: options4K)
    journal.connected(sessionPresent: before.count % 2 == 0)
    var added: [Message] = []
    for number in 0..<3 {
      let topic = Array("added/\(number)".utf8)
      let payload = [UInt8](repeating: 0x4c, count: number * 700)
      let arrival = Timestamp(milliseconds: 1_767_583_200_000 + Int64(number))
      let position = topic.withUnsafeBytes { topic in
        payload.withUnsafeBytes { payload in
          journal.append(
            RawMessage(topic: topic, payload: payload, arrival: arrival, qos: 1, packetID: UInt16(number + 1)))
        }
      }
      added.append(
        Message(
          position: position, topic: topic, payload: payload, arrival: arrival, qos: 1, packetID: UInt16(number + 1)))
    }
    try journal.commit(sync: false)
    return added
  }

  private static func read(_ path: String) throws -> [Message] {
    var found: [Message] = []
    let report = try Journal.read(directory: path) { message in
      found.append(
        Message(
          position: message.position, topic: Array(message.topic), payload: Array(message.payload),
          arrival: message.arrival, qos: message.qos, packetID: message.packetID))
      return true
    }
    try require(report.messages == UInt64(found.count), "\(report.messages) messages told, \(found.count) given")
    return found
  }

  private static func fileName(_ first: JournalPosition) -> String {
    let digits = String(first)
    return String(repeating: "0", count: 20 - digits.count) + digits + ".journal"
  }

  /// Files by their first positions, as their headers say; what stands before the first magic is a file, too.
  private static func segments(_ bytes: [UInt8], repair: Bool) -> [JournalPosition: [UInt8]] {
    var files: [JournalPosition: [UInt8]] = [:]
    var start = 0
    for index in 0...bytes.count {
      guard index == bytes.count || bytes[index...].starts(with: segmentMagic) else { continue }
      if index > start || bytes.isEmpty {
        var contents = Array(bytes[start..<index])
        if repair { NaiveSegmentScan.repairChecksums(&contents) }
        let named = contents.count >= 16 && contents.starts(with: segmentMagic)
        files[named ? NaiveSegmentScan.integer(contents, 8, 8) : 1] = contents
      }
      start = index
    }
    return files
  }
}

/// A segment file read record by record, after the layout in `JournalRecord`, without windows and limits.
struct NaiveSegmentScan {
  private(set) var positions: [JournalPosition] = []
  /// Bytes of records whose beginnings were right and that were none.
  private(set) var effort = 0
  /// The next position is behind it.
  private(set) var last: JournalPosition
  private let bytes: [UInt8]

  init(_ bytes: [UInt8], first: JournalPosition) {
    self.bytes = bytes
    last = first > 0 ? first - 1 : 0
  }

  mutating func run() {
    var offset = 16
    while offset + 36 <= bytes.count {
      guard let total = Self.claimed(bytes, offset) else {
        offset += 1
        continue
      }
      let position = Self.integer(bytes, offset + 12, 8)
      let kind = bytes[offset + 28]
      let isWhole =
        Self.checksum(bytes, offset, total) == Self.integer(bytes, offset + 8, 4) && kind <= 2
        && 36 + Int(Self.integer(bytes, offset + 32, 2)) <= total && position > last
        && position <= Journal.positionsMost
      guard isWhole else {
        effort += total
        offset += 1
        continue
      }
      if kind == 0 { positions.append(position) }
      last = kind == 0 ? position : position - 1
      offset += total
    }
  }

  /// Puts the right checksum into everything that could be a record.
  static func repairChecksums(_ bytes: inout [UInt8]) {
    var offset = 0
    while offset + 36 <= bytes.count {
      guard let total = claimed(bytes, offset) else {
        offset += 1
        continue
      }
      let checksum = checksum(bytes, offset, total)
      for place in 0..<4 { bytes[offset + 8 + place] = UInt8(truncatingIfNeeded: checksum >> UInt64(8 * place)) }
      offset += total
    }
  }

  /// The length of the record that claims to begin at `offset`.
  private static func claimed(_ bytes: [UInt8], _ offset: Int) -> Int? {
    guard bytes[offset...].starts(with: "LJR1".utf8) else { return nil }
    let total = 12 + Int(integer(bytes, offset + 4, 4))
    return total >= 36 && offset + total <= bytes.count ? total : nil
  }

  static func integer(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  private static func checksum(_ bytes: [UInt8], _ offset: Int, _ total: Int) -> UInt64 {
    UInt64(NaiveCRC32C.of(bytes[offset + 4..<offset + 8] + bytes[offset + 12..<offset + total]))
  }
}

/// CRC-32C one byte a step.
enum NaiveCRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? (value >> 1) ^ 0x82f6_3b78 : value >> 1 }
  }

  static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { ($0 >> 8) ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }
}

/// A folder that goes away with its files, in memory where the system has such a place.
final class ScratchFolder {
  let path: String

  init() throws {
    let base =
      access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/linli-fuzz-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) }
    guard let made else { throw Violation(description: "no folder below \(base): \(String(cString: strerror(errno)))") }
    path = String(cString: made)
  }

  deinit {
    guard let stream = opendir(path) else { return }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { unlink(path + "/" + name) }
    }
    closedir(stream)
    rmdir(path)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let file = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Violation(description: "cannot write \(path)/\(name)") }
    defer { close(file) }
    guard Glibc.write(file, bytes, bytes.count) == bytes.count else {
      throw Violation(description: "cannot write \(path)/\(name)")
    }
  }
}
