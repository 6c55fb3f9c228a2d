import Foundation

/// `DATA/access-key`: made at the first start, 32 random characters, readable by the service's user only.
enum AccessKeyFile {
  static func read(directory: String) throws -> String {
    let path = directory + "/access-key"
    if let data = FileManager.default.contents(atPath: path) {
      let key = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      if key.count >= 16 { return key }
    }
    let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
    var generator = SystemRandomNumberGenerator()
    let key = String((0..<32).map { _ in alphabet.randomElement(using: &generator)! })
    guard
      FileManager.default.createFile(
        atPath: path, contents: Data((key + "\n").utf8), attributes: [.posixPermissions: 0o600])
    else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    return key
  }
}
