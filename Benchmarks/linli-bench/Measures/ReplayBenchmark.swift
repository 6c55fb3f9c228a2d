// Days of simulated life of 5,000 devices through `linli replay`, as fast as it goes: how fast that is, and whether memory
// stays flat. The tape goes from process to process and is never on disk: a week of it is larger than many disks.
import Foundation
import Pipeline
import TestSupport

struct ReplayBenchmark {
  private static let devices = 5_000
  /// A week in ten minutes.
  private static let speed = 7.0 * 86_400 / 600
  /// Of the tape, kept for the reference; bytes.
  private static let sampleBytes = 64 << 20

  private let days: Int

  init(_ settings: BenchmarkSettings) { days = settings.days }

  func run() throws -> [Figure] {
    signal(SIGPIPE, SIG_IGN)
    let folder = try TemporaryDirectory("linli-bench-replay")
    let config = folder.url.appendingPathComponent("config")
    try FileManager.default.createDirectory(at: config, withIntermediateDirectories: true)
    try ExampleCommunity.write(to: config, brokerPort: 1, devices: Self.devices)
    let linli = try Executables.besides("linli")
    let (tape, feed) = (Foundation.Pipe(), Foundation.Pipe())
    let simulator = try Child(
      linli,
      [
        "simulate", "--config", config.path, "--speed", "1", "--for", "\(days)d", "--tape", "-",
        "--start", "2026-03-01T00:00:00+08:00",
      ], output: tape.fileHandleForWriting)
    let player = try Child(
      linli, ["replay", "--config", config.path, "--json", "-"], input: feed.fileHandleForReading, output: .nullDevice)
    try tape.fileHandleForWriting.close()
    try feed.fileHandleForReading.close()

    let began = Clocks.wall()
    var pump = TapePump(
      from: tape.fileHandleForReading.fileDescriptor, to: feed.fileHandleForWriting.fileDescriptor,
      sample: folder.file("sample.tape"), sampleBytes: Self.sampleBytes)
    let samples = try pump.run { ProcessFigures(pid: player.pid) }
    try feed.fileHandleForWriting.close()
    guard player.wait() == 0, simulator.wait() == 0 else { throw BenchmarkFailure("simulate or replay failed") }
    let seconds = Clocks.wall() - began
    return try figures(samples, messages: pump.lines, seconds: seconds, sample: folder.file("sample.tape"))
  }

  private func figures(_ samples: [ProcessFigures], messages: Int, seconds: Double, sample: String) throws -> [Figure] {
    let third = samples.count / 3
    guard third > 0, let last = samples.last else { throw BenchmarkFailure("too short to be measured") }
    let first = samples.prefix(third).map(\.resident).max() ?? 0
    let end = samples.suffix(third).map(\.resident).max() ?? 0
    let reading = try Self.readAlone(sample)
    return [
      Figure(.replay, "\(days) d of 5,000 devices: messages", Double(messages), ""),
      Figure(
        .replay, "faster than life", Double(days) * 86_400 / seconds, "×",
        to: .init("a week in ten minutes", Self.speed),
        .atLeast(Self.speed)),
      Figure(.replay, "simulated and replayed", Double(messages) / seconds, "messages/s"),
      Figure(
        .replay, "linli replay, CPU", last.cpu / Double(messages) * 1e6, "µs/message",
        to: .init("reading the lines alone", reading)),
      Figure(
        .replay, "resident in the last third", end / 1_048_576, "MiB", to: .init("in the first", first / 1_048_576),
        .ratioAtMost(1.1)),
    ]
  }

  /// Microseconds a message of nothing but reading the tape.
  private static func readAlone(_ path: String) throws -> Double {
    let reader = try TapeReader(path: path)
    var count = 0
    let start = Clocks.threadCPU()
    while case .message = try reader.next({ _ in count += 1 }) {}
    return (Clocks.threadCPU() - start) / Double(max(1, count)) * 1e6
  }
}

/// Carries a tape from one process to another, counts its lines and keeps its beginning.
private struct TapePump {
  private let source: CInt
  private let target: CInt
  private let sample: String
  private var sampleLeft: Int
  private(set) var lines = 0

  init(from source: CInt, to target: CInt, sample: String, sampleBytes: Int) {
    self.source = source
    self.target = target
    self.sample = sample
    sampleLeft = sampleBytes
  }

  /// Until the end of the tape; `look` is called about twice a second.
  mutating func run(_ look: () -> ProcessFigures) throws -> [ProcessFigures] {
    let file = open(sample, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(file) }
    var samples: [ProcessFigures] = []
    let size = 1 << 20
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { buffer.deallocate() }
    var next = Clocks.wall()
    while true {
      let count = read(source, buffer.baseAddress, size)
      if count <= 0 { return samples }
      let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      for byte in part where byte == 10 { lines += 1 }
      if sampleLeft > 0 {
        // Its last line may be cut: the reader then stops there.
        _ = write(file, part.baseAddress, part.count)
        sampleLeft -= count
      }
      try send(part)
      if Clocks.wall() >= next {
        samples.append(look())
        next = Clocks.wall() + 0.5
      }
    }
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws {
    var sent = 0
    while sent < bytes.count {
      let count = write(target, bytes.baseAddress! + sent, bytes.count - sent)
      guard count > 0 else { throw BenchmarkFailure("linli replay ended early") }
      sent += count
    }
  }
}
