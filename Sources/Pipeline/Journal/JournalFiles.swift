import Glibc

/// The file calls through which a journal, and the checkpoint beside it, change the disk. Tests put failing ones in their
/// place.
package struct JournalFiles {
  /// pwrite(2): descriptor, bytes, count, offset → bytes written or -1.
  package var write: (CInt, UnsafeRawPointer, Int, Int) -> Int = { Glibc.pwrite($0, $1, $2, off_t($3)) }
  /// fdatasync(2); also used on the directory.
  package var sync: (CInt) -> CInt = { Glibc.fdatasync($0) }
  /// open(2) for reading and writing, created when absent.
  package var create: (String) -> CInt = { Glibc.open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o640) }
  package var remove: (String) -> CInt = { Glibc.unlink($0) }
  /// ftruncate(2): descriptor, bytes.
  package var truncate: (CInt, Int) -> CInt = { Glibc.ftruncate($0, off_t($1)) }
  package var rename: (String, String) -> CInt = { Glibc.rename($0, $1) }

  package init() {}
}

/// The segment files of a directory, oldest first. A segment is named by the first position that may be in it.
enum SegmentNames {
  static let suffix = ".journal"

  static func path(_ directory: String, _ first: JournalPosition) -> String {
    let digits = String(first)
    return directory + "/" + String(repeating: "0", count: 20 - digits.count) + digits + suffix
  }

  /// - Throws: when the directory cannot be read. Files with other names are none of ours.
  static func list(_ directory: String) throws(JournalError) -> [JournalPosition] {
    guard let stream = opendir(directory) else {
      throw JournalError(call: "opendir", path: directory, code: errno)
    }
    defer { closedir(stream) }
    var positions: [JournalPosition] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.utf8.count == 20 + suffix.utf8.count, name.hasSuffix(suffix) else { continue }
      let digits = name.prefix(20)
      guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let first = JournalPosition(digits),
        first <= Journal.positionsMost
      else { continue }
      positions.append(first)
    }
    return positions.sorted()
  }
}
