// Photos of what was found and done: files under DATA/photos, named by what is in them, so the same photo is there once.
import Crypto
package import Foundation

package struct PhotoFolder: Sendable {
  package static let bytesMax = 5 << 20

  package enum Failure: Error, Sendable, Equatable {
    case empty
    case tooLarge(limit: Int)
    /// Neither JPEG nor PNG nor WebP, whatever it says it is.
    case notAPhoto
    case cannotWrite(reason: String)
  }

  package let directory: URL

  /// - Parameter data: the data directory.
  package init(data: String) { directory = URL(fileURLWithPath: data).appendingPathComponent("photos") }

  /// Keeps a photo; answers its name.
  package func keep(_ bytes: Data) throws(Failure) -> String {
    if bytes.isEmpty { throw .empty }
    if bytes.count > Self.bytesMax { throw .tooLarge(limit: Self.bytesMax) }
    guard let kind = PhotoKind(bytes) else { throw .notAPhoto }
    let digest = SHA256.hash(data: bytes).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
    let name = "\(digest).\(kind.rawValue)"
    let file = directory.appendingPathComponent(name)
    do {
      try FileManager.default.createDirectory(
        at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
      // Written whole or not at all: to a new file, then renamed.
      if !FileManager.default.fileExists(atPath: file.path) { try bytes.write(to: file, options: .atomic) }
    } catch {
      throw .cannotWrite(reason: "\(error.localizedDescription)")
    }
    return name
  }

  /// A photo by its name; nil: there is none, or it is no name of a photo.
  package func photo(_ name: String) -> (bytes: Data, kind: PhotoKind)? {
    guard let kind = Self.kind(ofName: name), let bytes = try? Data(contentsOf: directory.appendingPathComponent(name))
    else { return nil }
    return (bytes, kind)
  }

  package func holds(_ name: String) -> Bool {
    Self.kind(ofName: name) != nil
      && FileManager.default.fileExists(atPath: directory.appendingPathComponent(name).path)
  }

  /// 64 hexadecimal digits and the kind: nothing that could lead out of the folder.
  private static func kind(ofName name: String) -> PhotoKind? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 64,
      parts[0].utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    return PhotoKind(rawValue: String(parts[1]))
  }
}

/// What a file is by its first bytes (ITU T.81 B.1.1.3; PNG specification 5.2; WebP container specification).
package enum PhotoKind: String, Sendable, CaseIterable {
  case jpeg, png, webp

  package init?(_ bytes: Data) {
    let head = [UInt8](bytes.prefix(12))
    if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if head.count == 12, head.starts(with: Array("RIFF".utf8)), Array(head[8...]) == Array("WEBP".utf8) {
      self = .webp
    } else {
      return nil
    }
  }

  package var mediaType: String { "image/\(rawValue)" }
}
