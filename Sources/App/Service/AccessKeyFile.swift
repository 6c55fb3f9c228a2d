import Community
import Foundation

/// `DATA/access-key`: made at the first start, 32 random characters, readable by the service's user only. A key of one's own
/// may stand there, too.
enum AccessKeyFile {
  /// Shorter keys are refused, characters.
  static let shortest = 16

  static func read(directory: String) throws -> String {
    let path = directory + "/access-key"
    guard FileManager.default.fileExists(atPath: path) else { return try make(path) }
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw StartFailure(
        zh: "无法读取 \(path)；请把它交给运行服务的用户", en: "cannot read \(path); give it to the user that runs the service")
    }
    let key = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard key.count >= shortest else {
      throw StartFailure(
        zh: "\(path)：访问密钥有 \(key.count) 个字符，至少要 \(shortest) 个；请写入更长的密钥，或删除该文件，下次启动会生成新的",
        en:
          "\(path): the access key has \(key.count) characters, at least \(shortest) are needed; write a longer"
          + " one there, or remove the file and a new key is made at the next start")
    }
    return key
  }

  static func notWritable(_ path: String) -> StartFailure {
    StartFailure(
      zh: "无法写入 \(path)；运行服务的用户能写数据目录吗？",
      en: "cannot write \(path); is the data directory writable for the service's user?")
  }

  private static func make(_ path: String) throws -> String {
    let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
    var generator = SystemRandomNumberGenerator()
    let key = String((0..<32).map { _ in alphabet.randomElement(using: &generator)! })
    let new = path + ".new"
    guard
      FileManager.default.createFile(
        atPath: new, contents: Data((key + "\n").utf8), attributes: [.posixPermissions: 0o600]),
      rename(new, path) == 0
    else { throw notWritable(path) }
    return key
  }
}
