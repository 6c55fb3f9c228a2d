import Foundation
import Testing

@testable import Store

@Suite struct PhotoFolderTests {
  private static let png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3])

  @Test func photosAreNamedByWhatTheyAre() throws {
    let folder = try TemporaryFolder()
    let photos = PhotoFolder(data: folder.url.path)
    let name = try photos.keep(Self.png)
    #expect(name.hasSuffix(".png") && name.count == 68)
    #expect(try photos.keep(Self.png) == name)
    #expect(photos.photo(name)?.bytes == Self.png && photos.holds(name))
    #expect(try photos.keep(Data([0xFF, 0xD8, 0xFF, 0xE0])).hasSuffix(".jpeg"))
    #expect(try photos.keep(Data("RIFF1234WEBPVP8 ".utf8)).hasSuffix(".webp"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: photos.directory.path).count == 3)
  }

  @Test func nothingElseIsKept() throws {
    let folder = try TemporaryFolder()
    let photos = PhotoFolder(data: folder.url.path)
    #expect(throws: PhotoFolder.Failure.empty) { try photos.keep(Data()) }
    for other in [Data("<svg onload=alert(1)>".utf8), Data("RIFF1234WAVE".utf8), Data([0xFF, 0xD8])] {
      #expect(throws: PhotoFolder.Failure.notAPhoto) { try photos.keep(other) }
    }
    let large = Self.png + Data(count: PhotoFolder.bytesMax)
    #expect(throws: PhotoFolder.Failure.tooLarge(limit: PhotoFolder.bytesMax)) { try photos.keep(large) }
  }

  @Test(arguments: ["../linli.db", "", "a.png", "/etc/passwd", String(repeating: "a", count: 64) + ".svg"])
  func noNameLeadsOutOfTheFolder(name: String) throws {
    let folder = try TemporaryFolder()
    try Data("secret".utf8).write(to: folder.url.appendingPathComponent("linli.db"))
    #expect(PhotoFolder(data: folder.url.path).photo(name) == nil)
  }
}
