import Community
import ConfigFile
import Testing

/// Broken and mutated files: every reader ends, with problems where something is wrong, and never crashes.
@Suite struct HostileConfigurationTests {
  @Test func mutatedFilesNeverCrash() {
    var generator = Mutations(state: 2026)
    let devices = "devices:\n  - {id: a, profile: milesight-em300-th, place: hedong, match: {device: x}}\n"
    let seeds = [PlaceTreeReaderTests.hedong, ProfileReaderTests.em300, devices].map { Array($0.utf8) }
    for round in 0..<1_200 {
      var bytes = seeds[round % 3]
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[at] = UInt8.random(in: 9...126, using: &generator)
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...20, using: &generator)))
        case 2: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 30)], at: at)
        default: bytes.insert(contentsOf: Array("1e999 -0 {} [] ~ /~ +#".utf8), at: at)
        }
        if bytes.isEmpty { bytes = [10] }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      switch round % 3 {
      case 0: _ = PlaceTreeReaderTests.read(text)
      case 1:
        let profile = ProfileReaderTests.read(text).profile
        profile?.checkExamples(decode: { _, _ in [] }, log: ProblemLog())
      default:
        _ = DeviceReaderTests.read(text)
        let device = Device(id: "n", profile: "p", place: "q", match: [:], location: SourceLocation(file: ""))
        _ = try? DeviceFile.adding(device, to: text, file: "devices.yaml")
      }
    }
  }
}

/// xorshift64*: the same mutations every run.
struct Mutations: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }
}
