package import Community
package import Pipeline

extension TapeProblem {
  /// For people; the same as the description in English.
  package var words: LocalizedText { LocalizedText(zh: chinese, en: description) }

  private var chinese: String {
    switch self {
    case .unreadable(let reason): "无法读取：\(SystemReason.text(reason).zh)"
    case .lineTooLong(let limit): "这一行超过 \(limit) 字节"
    case .json(let problem): "不是 JSON 对象：\(problem.words.zh)"
    case .notAnObject: "一行必须是一个 JSON 对象"
    case .missing(let keys): "缺少\(keys.map { "“\($0)”" }.joined(separator: "或"))"
    case .wrong(let key, let expected): "“\(key)”应为\(expected.chinese)"
    }
  }
}

extension TapeProblem.Expectation {
  fileprivate var chinese: String {
    switch self {
    case .text(let bytesMax): "长 1 到 \(bytesMax) 字节的文本"
    case .hexadecimal: "十六进制文本，每字节两位"
    case .time: "带时区偏移的 RFC 3339 时间或 Unix 时间"
    case .qos: " 0、1 或 2"
    case .flag: " 0、1、true 或 false"
    }
  }
}

extension JSONProblem {
  /// For people; the same as the raw value in English.
  package var words: LocalizedText { LocalizedText(zh: chinese, en: rawValue) }

  private var chinese: String {
    switch self {
    case .empty: "内容为空"
    case .invalidUTF8: "不是有效的 UTF-8"
    case .tooDeep: "嵌套过深"
    case .syntax: "不是 JSON"
    case .badNumber: "数字有误"
    case .badString: "字符串中有非法字符或转义"
    case .truncated: "JSON 不完整"
    case .trailing: "JSON 之后还有内容"
    case .tooLarge: "过大"
    case .noMemory: "内存不足"
    }
  }
}
