import App
import Foundation
import TestSupport
import Testing

/// The newest checkpoint first, the one before as a spare; a write that fails leaves both.
@Suite struct CheckpointFileTests {
  @Test func theOneBeforeStays() throws {
    let folder = try TemporaryDirectory()
    let file = CheckpointFile(directory: folder.path)
    #expect(file.candidates().isEmpty)
    try file.write([1])
    #expect(file.candidates() == [[1]])
    try file.write([2, 2])
    try file.write([3, 3, 3])
    #expect(file.candidates() == [[3, 3, 3], [2, 2]])
  }

  @Test func aTornWriteHarmsNothing() throws {
    let folder = try TemporaryDirectory()
    let file = CheckpointFile(directory: folder.path)
    try file.write([1])
    try Data([9, 9]).write(to: URL(fileURLWithPath: folder.file("checkpoint.new")))
    #expect(file.candidates() == [[1]])
    try file.write([2])
    #expect(file.candidates() == [[2], [1]])
  }

  @Test func aRefusedWriteSaysWhereAndWhy() throws {
    let folder = try TemporaryDirectory()
    let file = CheckpointFile(directory: folder.file("none"))
    let failure = #expect(throws: CheckpointFailure.self) { try file.write([1]) }
    #expect(failure?.message == "cannot create \(folder.file("none"))/checkpoint.new: No such file or directory")
  }
}
