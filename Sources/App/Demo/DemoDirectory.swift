import Foundation

/// Where a demonstration writes. It begins with an empty directory, and empties only one that a demonstration made.
enum DemoDirectory {
  static let marker = ".linli-demo"

  static func prepare(_ path: String) throws {
    try DataDirectory.make(path)
    let manager = FileManager.default
    let names = try manager.contentsOfDirectory(atPath: path)
    guard names.isEmpty || names.contains(marker) || isOfAnEarlierVersion(path) else {
      throw StartFailure(
        zh: "\(path) 中有不是演示写下的文件；请用 --data 选一个新的或空的目录",
        en: "\(path) holds files that no demonstration wrote; choose a new or empty directory with --data")
    }
    // A demonstration that still runs there must not lose its files.
    _ = try DataLock(directory: path)
    // First, so that one that is killed meanwhile is known by the next.
    let words = Data("`linli demo` empties this directory at its start.\n".utf8)
    try words.write(to: URL(fileURLWithPath: path + "/" + marker))
    for name in names where name != marker { try manager.removeItem(atPath: path + "/" + name) }
  }

  /// Demonstrations before the marker wrote the configuration of their broker first of all, whatever became of them. Its lines
  /// are asked for, not its name: a folder `broker` with a mosquitto.conf may be anybody's.
  private static func isOfAnEarlierVersion(_ path: String) -> Bool {
    guard let text = try? String(contentsOfFile: path + "/broker/mosquitto.conf", encoding: .utf8) else { return false }
    return text.hasPrefix("listener ")
      && text.contains("/broker/\nmax_queued_messages 100000\nlog_dest file ")
      && text.contains("/broker/mosquitto.log\n")
  }
}
