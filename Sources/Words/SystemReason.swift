import Glibc

/// Why the system refused something. It says so in English, as no program sets a locale for it.
package enum SystemReason {
  package static func text(_ code: Int32) -> LocalizedText { text(String(cString: strerror(code))) }

  /// - Parameter english: the system's own words; without a translation they stand for both.
  package static func text(_ english: String) -> LocalizedText {
    LocalizedText(zh: chinese[english] ?? english, en: english)
  }

  private static let chinese = [
    "Address already in use": "地址已被占用",
    "Broken pipe": "对方已关闭",
    "Cannot allocate memory": "内存不足",
    "Cannot assign requested address": "本机没有这个地址",
    "Connection refused": "连接被拒绝",
    "Disk quota exceeded": "超出磁盘配额",
    "File exists": "已存在同名文件",
    "File name too long": "文件名太长",
    "File too large": "文件太大",
    "Input/output error": "读写出错",
    "Invalid argument": "参数无效",
    "Is a directory": "这是一个目录",
    "No such file or directory": "没有这个文件",
    "No space left on device": "磁盘空间不足",
    "Not a directory": "路径中有一段不是目录",
    "Operation not permitted": "没有权限",
    "Permission denied": "没有权限",
    "Read-only file system": "文件系统只读",
    "Too many levels of symbolic links": "符号链接太多",
    "Too many open files": "打开的文件太多",
    "Too many open files in system": "打开的文件太多",
  ]
}
