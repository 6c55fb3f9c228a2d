// `linli check` on 5,000 devices, beside nothing but the YAML library reading the same devices.
import Foundation
import TestSupport
import Yams

struct CheckBenchmark {
  private static let devices = 5_000
  private static let runs = 5

  func run() throws -> [Figure] {
    let site = try measure("5,000 sensors, 100 rules") { try Site(devices: Self.devices).write(to: $0, brokerPort: 1) }
    let copies = try measure("the example community, copied to 5,000 devices") {
      try ExampleCommunity.write(to: $0, brokerPort: 1, devices: Self.devices)
    }
    return site + copies
  }

  private func measure(_ what: String, configure: (URL) throws -> Void) throws -> [Figure] {
    let folder = try TemporaryDirectory("linli-bench-check")
    try configure(folder.url)
    let text = try String(contentsOf: folder.url.appendingPathComponent("devices.yaml"), encoding: .utf8)
    var (check, yaml) = (Double.infinity, Double.infinity)
    // The best of several: what the machine does besides only makes it longer.
    for _ in 0..<Self.runs {
      let start = Clocks.wall()
      let answer = try LinliProcess.run(["check", "--config", folder.path])
      check = min(check, Clocks.wall() - start)
      guard answer.code == 0 else { throw BenchmarkFailure(answer.output + answer.error) }
      let begin = Clocks.wall()
      _ = try Yams.compose(yaml: text, .basic, .default, .utf8)
      yaml = min(yaml, Clocks.wall() - begin)
    }
    return [Figure(.check, what, check, "s", to: .init("Yams alone, devices.yaml", yaml), .atMost(1))]
  }
}
