import Foundation

/// `DATA/answer-key`: 32 random bytes in hexadecimal that sign one-tap links; made at the first start, readable by the
/// service's user only. Removing it makes every link in messages useless.
enum AnswerKeyFile {
  static func read(directory: String) throws -> [UInt8] {
    let path = directory + "/answer-key"
    if FileManager.default.fileExists(atPath: path) {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8), let key = bytes(text), key.count >= 32 else {
        throw StartFailure(
          zh: "\(path) 无法读取，或里面没有密钥；请删除它，下次启动会生成新的",
          en: "\(path) cannot be read or holds no key; remove it, and a new one is made at the next start")
      }
      return key
    }
    var generator = SystemRandomNumberGenerator()
    let key = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let text = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n"
    let new = path + ".new"
    guard
      FileManager.default.createFile(atPath: new, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]),
      rename(new, path) == 0
    else { throw AccessKeyFile.notWritable(path) }
    return key
  }

  private static func bytes(_ text: String) -> [UInt8]? {
    let digits = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard digits.utf8.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    var rest = digits[...]
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}
