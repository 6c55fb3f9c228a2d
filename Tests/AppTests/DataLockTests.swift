import Foundation
import TestSupport
import Testing

@testable import App

/// One service a data directory, one key for its console.
@Suite struct DataLockTests {
  @Test func oneAtATime() throws {
    let folder = try TemporaryDirectory()
    var first: DataLock? = try DataLock(directory: folder.path)
    let refusal = #expect(throws: StartFailure.self) { try DataLock(directory: folder.path) }
    #expect(
      refusal?.description == "another linli serve uses \(folder.path); stop it or give another --data")
    withExtendedLifetime(first) {}
    first = nil
    _ = try DataLock(directory: folder.path)
  }

  /// A service that has ended may be referred to a moment longer.
  @Test func givenBackWhileReferredTo() throws {
    let folder = try TemporaryDirectory()
    let first = try DataLock(directory: folder.path)
    first.release()
    let second = try DataLock(directory: folder.path)
    first.release()
    #expect(throws: StartFailure.self) { try DataLock(directory: folder.path) }
    withExtendedLifetime((first, second)) {}
  }

  @Test func aFolderThatIsNotThereIsNamed() throws {
    let folder = try TemporaryDirectory()
    let refusal = #expect(throws: StartFailure.self) { try DataLock(directory: folder.file("none")) }
    #expect(refusal?.description.contains("cannot open \(folder.file("none"))/lock: No such file") == true)
  }

  @Test func aFileIsNoDirectory() throws {
    let folder = try TemporaryDirectory()
    let file = folder.file("file")
    try Data().write(to: URL(fileURLWithPath: file))
    let refusal = #expect(throws: StartFailure.self) { try DataDirectory.make(file) }
    #expect(refusal?.description == "\(file) is no directory; choose another with --data")
    let below = #expect(throws: StartFailure.self) { try DataDirectory.make(file + "/data") }
    #expect(
      below?.description
        == "cannot make the directory \(file)/data: Not a directory; choose another with --data")
    try DataDirectory.make(folder.file("a/b"))
    try DataDirectory.make(folder.file("a/b"))
  }

  @Test func theAccessKeyIsMadeOnceAndForOneUser() throws {
    let folder = try TemporaryDirectory()
    let key = try AccessKeyFile.read(directory: folder.path)
    #expect(key.count == 32)
    #expect(try AccessKeyFile.read(directory: folder.path) == key)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("access-key"))
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    let other = try TemporaryDirectory()
    #expect(try AccessKeyFile.read(directory: other.path) != key)
  }

  @Test(arguments: ["fifteen-chars-x", " short \n", ""])
  func aKeyThatIsTooShortIsRefusedAndStays(text: String) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("access-key")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let failure = #expect(throws: StartFailure.self) { try AccessKeyFile.read(directory: folder.path) }
    let count = text.trimmingCharacters(in: .whitespacesAndNewlines).count
    #expect(
      failure?.description
        == "\(path): the access key has \(count) characters, at least 16 are needed; write a longer one "
        + "there, or remove the file and a new key is made at the next start")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func aKeyThatSomebodyChoseCounts() throws {
    let folder = try TemporaryDirectory()
    try "  a-long-enough-key-of-ours\n".write(toFile: folder.file("access-key"), atomically: true, encoding: .utf8)
    #expect(try AccessKeyFile.read(directory: folder.path) == "a-long-enough-key-of-ours")
  }
}
