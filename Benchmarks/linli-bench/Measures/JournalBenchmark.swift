// The journal's batches with their sync, beside a plain write and fdatasync of as many bytes to a file of its own.
import Foundation
import Pipeline
import TestSupport

struct JournalBenchmark {
  /// Messages a batch, and batches.
  private static let runs = [
    (messages: 1, batches: 300), (messages: 100, batches: 300), (messages: 4_000, batches: 60),
  ]

  func run() throws -> [Figure] { try Self.runs.flatMap { try measure($0.messages, batches: $0.batches) } }

  private func measure(_ size: Int, batches: Int) throws -> [Figure] {
    let folder = try TemporaryDirectory("linli-bench-journal")
    let journal = try Journal(directory: folder.file("journal"), options: .init(maximumBytes: 256 << 20))
    let plain = open(folder.file("plain"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard plain >= 0 else { throw BenchmarkFailure("cannot write to \(folder.path)") }
    defer { close(plain) }
    let messages = LoadMessages(devices: 1_000).all
    var (time, cpu, reference, next, bytes) = (0.0, 0.0, 0.0, 0, 0)
    for batch in 0..<batches {
      let (wall, thread) = (Clocks.wall(), Clocks.threadCPU())
      for _ in 0..<size {
        append(messages[next], number: next, to: journal)
        next = next + 1 == messages.count ? 0 : next + 1
      }
      let batchBytes = journal.pendingBytes
      bytes += batchBytes
      try journal.commit(sync: true)
      time += Clocks.wall() - wall
      cpu += Clocks.threadCPU() - thread
      reference += try writePlain(batchBytes, to: plain, at: batch * batchBytes)
    }
    let count = Double(size * batches)
    let what = size == 1 ? "batches of 1" : "batches of \(size)"
    return [
      Figure(
        .journal, "\(what), synced", count / time, "messages/s",
        to: .init("plain write and fdatasync", count / reference)),
      Figure(.journal, "\(what), syncs", Double(journal.counters.syncs) / time, "/s"),
      Figure(.journal, "\(what), CPU", cpu / count * 1e6, "µs/message"),
      Figure(.journal, "\(what), on disk", Double(bytes) / count, "bytes/message"),
    ]
  }

  private func append(_ message: LoadMessages.Message, number: Int, to journal: Journal) {
    message.topic.withUnsafeBytes { topic in
      message.payload.withUnsafeBytes { payload in
        let raw = RawMessage(
          topic: topic, payload: payload, arrival: Timestamp(milliseconds: 1_800_000_000_000), qos: 1,
          packetID: UInt16(number % 65_535 + 1))
        _ = journal.isSecondComing(raw, redelivered: false)
        _ = journal.append(raw)
      }
    }
  }

  private func writePlain(_ count: Int, to file: CInt, at offset: Int) throws -> Double {
    let bytes = [UInt8](repeating: 0x55, count: count)
    let start = Clocks.wall()
    guard pwrite(file, bytes, count, off_t(offset)) == count, fdatasync(file) == 0 else {
      throw BenchmarkFailure("cannot write: \(String(cString: strerror(errno)))")
    }
    return Clocks.wall() - start
  }
}
