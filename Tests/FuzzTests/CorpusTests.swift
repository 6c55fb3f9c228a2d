import Foundation
import FuzzTargets
import Testing

/// Every file of `Fuzz/corpus`, past failures among them, through the fuzzer's own entry points.
@Suite struct CorpusTests {
  private static let corpus = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Fuzz/corpus").standardizedFileURL

  private static func files(of target: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: corpus.appending(path: target), includingPropertiesForKeys: nil, options: .skipsHiddenFiles
    ).sorted { $0.path < $1.path }
  }

  @Test(arguments: FuzzTarget.all.map(\.name)) func everyFileHoldsWhatItMust(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let files = try Self.files(of: name)
    #expect(!files.isEmpty, "no corpus for \(name)")
    #expect(files.count <= 250, "the corpus of \(name) should be minimised: Fuzz/minimise.sh \(name)")
    for file in files {
      let bytes = try Data(contentsOf: file)
      do {
        try bytes.withUnsafeBytes { try target.run($0) }
      } catch {
        Issue.record("\(name)/\(file.lastPathComponent): \(error)")
      }
    }
  }

  @Test func everyCorpusHasATarget() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      at: Self.corpus, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
    #expect(Set(folders.map(\.lastPathComponent)) == Set(FuzzTarget.all.map(\.name)))
  }

  /// Half of each file, and each file with some bytes turned over: what a fuzzer would try first.
  @Test(arguments: FuzzTarget.all.map(\.name)) func brokenFilesHoldWhatTheyMust(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    var state: UInt64 = 2_026
    for file in try Self.files(of: name).prefix(40) {
      var bytes = [UInt8](try Data(contentsOf: file))
      for round in 0..<4 where !bytes.isEmpty {
        if round == 3 { bytes.removeLast(bytes.count / 2) }
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(state >> 33) % max(bytes.count, 1)] ^= UInt8(truncatingIfNeeded: state >> 24)
        do {
          try bytes.withUnsafeBytes { try target.run($0) }
        } catch {
          Issue.record("\(name)/\(file.lastPathComponent), broken \(round + 1) times: \(error)")
        }
      }
    }
  }
}
