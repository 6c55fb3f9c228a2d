// One thread without any queue: five values of JSON → readings → rules, beside simdjson reading the same fields alone.
import CAllocationCount
import CSimdjson
import Pipeline

struct CoreBenchmark {
  /// CPU seconds of each of the two.
  var seconds: Int

  private static let devices = 1_000
  private static let batch = 256

  func run() throws -> [Figure] {
    let plan = try Site(devices: Self.devices).plan()
    let messages = LoadMessages(devices: Self.devices).all
    let core = Run(plan: plan, messages: messages)
    // Every topic seen, every window filled, every table grown.
    core.take(messages.count * 8)
    let reader = try FieldReader()
    reader.take(messages, messages.count)
    let slice = 64 * Self.batch
    var (coreTime, simdjsonTime, count, allocations) = (0.0, 0.0, 0, UInt(0))
    // In turn, so that both meet the same disturbances.
    while coreTime < Double(seconds) {
      let allocatedBefore = allocation_count()
      coreTime += Self.time { core.take(slice) }
      allocations += allocation_count() - allocatedBefore
      simdjsonTime += Self.time { reader.take(messages, slice) }
      count += slice
    }
    let readings = Double(core.readings) / Double(core.messages)
    let rate = Double(count) / coreTime
    let reference = Double(count) / simdjsonTime
    return [
      Figure(.core, "messages, 5 values, 100 rules, 1,000 devices", rate, "/s", atLeast: 2e6),
      Figure(.core, "readings", rate * readings, "/s", atLeast: 1e7),
      Figure(.core, "simdjson alone, the same five fields", reference, "/s"),
      Figure(.core, "ratio to simdjson alone", rate / reference, "×", atLeast: 0.5),
      Figure(.core, "allocations", Double(allocations) / Double(count), "/message", atMost: 0),
      Figure(.core, "changes that came of it", Double(core.changes), ""),
    ]
  }

  private static func time(_ body: () -> Void) -> Double {
    let start = Clocks.threadCPU()
    body()
    return Clocks.threadCPU() - start
  }

  /// Decoder and core as ingest and core thread use them.
  private final class Run {
    private let decoder: MessageDecoder
    private let core: LaneCore
    private let all: [LoadMessages.Message]
    private var entries: [Entry] = []
    private var next = 0
    private var time: Int64 = 1_800_000_000_000
    private var position: JournalPosition = 0
    private(set) var messages = 0
    private(set) var readings = 0
    private(set) var changes = 0

    init(plan: LanePlan, messages: [LoadMessages.Message]) {
      decoder = MessageDecoder(plan: plan)
      core = LaneCore(plan: plan, startedAt: Timestamp(milliseconds: time))
      all = messages
      entries.reserveCapacity(8 * CoreBenchmark.batch)
    }

    func take(_ count: Int) {
      for _ in 0..<count / CoreBenchmark.batch {
        entries.removeAll(keepingCapacity: true)
        for _ in 0..<CoreBenchmark.batch { decodeNext() }
        entries.withUnsafeBufferPointer { core.process($0) }
        readings += entries.count - CoreBenchmark.batch
        messages += CoreBenchmark.batch
        changes += core.takeChanges().count
      }
    }

    /// Each device reports every ten seconds.
    private func decodeNext() {
      position += 1
      time += position % 100 == 0 ? 1_000 : 0
      let arrival = Timestamp(milliseconds: time)
      all[next].topic.withUnsafeBytes { topic in
        all[next].payload.withUnsafeBytes { payload in
          let message = RawMessage(topic: topic, payload: payload, arrival: arrival, qos: 1, position: position)
          decoder.decode(message, into: &entries)
        }
      }
      next = next + 1 == all.count ? 0 : next + 1
    }
  }

  /// simdjson through the same C face, nothing else.
  private final class FieldReader {
    private let parser: OpaquePointer
    private let paths: OpaquePointer
    private let values: UnsafeMutablePointer<linli_json_value>
    private var sum = 0.0

    init() throws {
      guard let parser = linli_json_parser_create(64), let paths = linli_json_paths_create() else {
        throw BenchmarkFailure("out of memory")
      }
      self.parser = parser
      self.paths = paths
      for name in ["temperature", "humidity", "co2", "illuminance", "battery"] {
        Array(name.utf8).withUnsafeBufferPointer {
          var token = linli_json_token(bytes: $0.baseAddress, length: $0.count)
          linli_json_paths_add(paths, &token, 1)
        }
      }
      values = .allocate(capacity: linli_json_paths_count(paths))
    }

    deinit {
      values.deallocate()
      linli_json_paths_destroy(paths)
      linli_json_parser_destroy(parser)
    }

    func take(_ messages: [LoadMessages.Message], _ count: Int) {
      var next = 0
      for _ in 0..<count {
        messages[next].payload.withUnsafeBufferPointer {
          if linli_json_extract(parser, paths, $0.baseAddress, $0.count, values) == linli_json_ok {
            sum += values[0].number + values[1].number + values[2].number + values[3].number + values[4].number
          }
        }
        next = next + 1 == messages.count ? 0 : next + 1
      }
    }
  }
}
