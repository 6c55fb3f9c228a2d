// What the kernel knows about a process: CPU time by thread, resident memory.
import Foundation

enum Clocks {
  /// Monotonic seconds.
  static func wall() -> Double { read(CLOCK_MONOTONIC) }
  /// CPU seconds of the calling thread: on a busy machine the fairer clock for work that never waits.
  static func threadCPU() -> Double { read(CLOCK_THREAD_CPUTIME_ID) }

  /// Seconds since 1970.
  static func realTime() -> Double { read(CLOCK_REALTIME) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

struct ProcessFigures {
  /// CPU seconds, user and system, of the whole process.
  var cpu: Double
  /// …of them in the kernel.
  var system: Double
  /// CPU seconds by thread name; threads of the same name together.
  var threads: [String: Double]
  /// Resident memory now and at most, bytes.
  var resident: Double
  var residentMaximum: Double
  /// Of the resident memory what the process has to itself: not the code of programs and libraries.
  var anonymous: Double

  init(pid: Int32) {
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    let whole = Self.times("/proc/\(pid)/stat")
    cpu = (whole.user + whole.system) / ticks
    system = whole.system / ticks
    threads = [:]
    for task in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] {
      let times = Self.times("/proc/\(pid)/task/\(task)/stat")
      threads[times.name, default: 0] += (times.user + times.system) / ticks
    }
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    func bytes(_ key: String) -> Double {
      let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
      return (line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first).flatMap { Double($0) }.map {
        $0 * 1024
      } ?? 0
    }
    resident = bytes("VmRSS")
    residentMaximum = bytes("VmHWM")
    anonymous = bytes("RssAnon")
  }

  /// Fields 14 and 15 of proc(5)'s stat, ticks. The name may contain spaces: the fields count from the last parenthesis.
  private static func times(_ path: String) -> (name: String, user: Double, system: Double) {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return ("", 0, 0) }
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return ("", 0, 0) }
    return (String(text[text.index(after: open)..<close]), user, system)
  }
}
