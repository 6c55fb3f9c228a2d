// One thread without any queue: five values of JSON → readings → rules, beside simdjson reading the same fields alone; and
// two such lanes at once on threads of their own.
import CAllocationCount
import CSimdjson
import Foundation
import Pipeline
import Synchronization

struct CoreBenchmark {
  /// CPU seconds of each of the two.
  var seconds: Int

  private static let devices = 1_000
  private static let slice = 64 * CoreRun.batch

  func run() throws -> [Figure] {
    let plan = try Site(devices: Self.devices).plan()
    let messages = LoadMessages(devices: Self.devices)
    let core = CoreRun(plan: plan, messages: messages)
    // Every topic seen, every window filled, every table grown.
    core.take(messages.all.count * 8)
    let reader = try FieldReader()
    reader.take(messages.all, messages.all.count)
    var (coreTime, simdjsonTime, count, allocations) = (0.0, 0.0, 0, UInt(0))
    // In turn, so that both meet the same disturbances.
    while coreTime < Double(seconds) {
      let allocatedBefore = allocation_count()
      coreTime += Self.time { core.take(Self.slice) }
      allocations += allocation_count() - allocatedBefore
      simdjsonTime += Self.time { reader.take(messages.all, Self.slice) }
      count += Self.slice
    }
    let rate = Double(count) / coreTime
    let reference = Double(count) / simdjsonTime
    let readings = Double(core.readings) / Double(core.messages)
    return [
      Figure(
        .core, "messages, 5 values, 100 rules, 1,000 devices", rate, "/s",
        to: .init("simdjson alone, the same fields", reference), .atLeast(2e6)),
      Figure(
        .core, "readings", rate * readings, "/s", to: .init("simdjson alone, values", reference * readings),
        .atLeast(1e7)),
      Figure(.core, "allocations", Double(allocations) / Double(count), "/message", .atMost(0)),
      Figure(.core, "changes that came of it", Double(core.changes), ""),
    ] + twoLanes(plan, messages, alone: rate)
  }

  // MARK: - Two lanes

  /// Both rates are counted in each thread's own CPU time too: on a machine that does other things besides, the wall clock
  /// says more about those. What the lanes cost each other (caches, memory, locks) shows in both.
  private func twoLanes(_ plan: LanePlan, _ messages: LoadMessages, alone: Double) -> [Figure] {
    let outcomes = Mutex<[(cpu: Double, wall: Double)]>([])
    let group = DispatchGroup()
    let length = Double(min(seconds, 3))
    for _ in 0..<2 {
      group.enter()
      let thread = Thread {
        let core = CoreRun(plan: plan, messages: messages)
        core.take(messages.all.count * 4)
        let (before, wall, cpu) = (core.messages, Clocks.wall(), Clocks.threadCPU())
        while Clocks.wall() - wall < length { core.take(Self.slice) }
        let count = Double(core.messages - before)
        let outcome = (count / (Clocks.threadCPU() - cpu), count / (Clocks.wall() - wall))
        outcomes.withLock { $0.append(outcome) }
        group.leave()
      }
      thread.stackSize = 4 << 20
      thread.start()
    }
    group.wait()
    let rates = outcomes.withLock { $0 }
    return [
      Figure(
        .core, "two lanes at once, messages a CPU second of each, summed", rates.map(\.cpu).reduce(0, +), "/s",
        to: .init("one lane", alone), .ratioAtLeast(1.8)),
      Figure(
        .core, "two lanes at once, by the clock", rates.map(\.wall).reduce(0, +), "/s", to: .init("one lane", alone)),
    ]
  }

  static func time(_ body: () -> Void) -> Double {
    let start = Clocks.threadCPU()
    body()
    return Clocks.threadCPU() - start
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
