import Words

/// What libyaml says of broken YAML, in both languages. Its texts stand in scanner.c, parser.c and reader.c.
enum YAMLWords {
  /// - Parameters:
  ///   - problem: libyaml's own words; one that is not known stands in them.
  ///   - context: what it was reading, and the line where that began.
  static func text(_ problem: String, within context: (text: String, line: Int)? = nil) -> LocalizedText {
    let chinese = problems[problem] ?? "“\(problem)”"
    guard let context else { return LocalizedText(zh: chinese, en: problem) }
    let what = contexts[context.text] ?? "“\(context.text)”"
    return LocalizedText(
      zh: what.isEmpty ? chinese : "\(chinese)（\(what)，从第 \(context.line) 行开始）",
      en: "\(problem) (\(context.text) that began in line \(context.line))")
  }

  private static let problems = [
    // What people write wrong.
    "did not find expected key": "这里应该是一个键",
    "did not find expected '-' indicator": "这里应该是以“-”开头的列表项",
    "did not find expected ',' or ']'": "这里应该是“,”或“]”",
    "did not find expected ',' or '}'": "这里应该是“,”或“}”",
    "did not find expected node content": "这里应该有内容",
    "could not find expected ':'": "缺少“:”",
    "found unexpected ':'": "这里不应有“:”",
    "mapping values are not allowed in this context": "这里不能有“键: 值”；含有“: ”的文本要加引号",
    "mapping keys are not allowed in this context": "这里不能有键",
    "block sequence entries are not allowed in this context": "这里不能有以“-”开头的列表项",
    "found character that cannot start any token": "这里不能用这个字符开头",
    "found a tab character that violates indentation": "缩进中有制表符",
    "found a tab character where an indentation space is expected": "缩进中有制表符，应为空格",
    "found unexpected end of stream": "文件提前结束",
    "found unexpected document indicator": "这里不应有文档标记（--- 或 ...）",
    "found unknown escape character": "双引号文本中“\\”后面的字符无效",
    "did not find expected hexdecimal number": "这里应该是十六进制数",
    "found invalid Unicode character escape code": "转义的 Unicode 字符无效",
    "found an indentation indicator equal to 0": "缩进指示数不能是 0",
    "did not find expected comment or line break": "这里应该换行，或是一条注释",
    "did not find expected whitespace or line break": "这里应该是空格或换行",
    "did not find expected whitespace": "这里应该是空格",
    "did not find expected alphabetic or numeric character": "这里应该是字母或数字",
    "did not find expected <document start>": "这里应该是新文档的开头（---）",
    "did not find expected <stream-start>": "没有文件的开头",
    "Maximum nesting level reached, set with yaml_set_max_nest_level())": "嵌套太深",
    // Tags and directives.
    "did not find expected '!'": "这里应该是“!”",
    "did not find the expected '>'": "这里应该是“>”",
    "did not find expected tag URI": "这里应该是标签的 URI",
    "did not find URI escaped octet": "URI 中的转义无效",
    "found an incorrect leading UTF-8 octet": "URI 中的 UTF-8 编码有误",
    "found an incorrect trailing UTF-8 octet": "URI 中的 UTF-8 编码有误",
    "found undefined tag handle": "未定义的标签前缀",
    "found duplicate %TAG directive": "重复的 %TAG 指令",
    "found duplicate %YAML directive": "重复的 %YAML 指令",
    "found incompatible YAML document": "不支持这个 YAML 版本",
    "found extremely long version number": "版本号太长",
    "did not find expected version number": "这里应该是版本号",
    "did not find expected digit or '.' character": "这里应该是数字或“.”",
    "could not find expected directive name": "缺少指令名",
    "found unknown directive name": "未知的指令",
    "found unexpected non-alphabetical character": "指令名中有非字母字符",
    // The reader's.
    "control characters are not allowed": "不能有控制字符",
    "input error": "读取出错",
    "input is too long": "文件太长",
    "invalid leading UTF-8 octet": "不是有效的 UTF-8",
    "invalid trailing UTF-8 octet": "不是有效的 UTF-8",
    "invalid length of a UTF-8 sequence": "不是有效的 UTF-8",
    "incomplete UTF-8 octet sequence": "不是有效的 UTF-8",
    "invalid Unicode character": "无效的 Unicode 字符",
    // A byte order mark other than UTF-8's makes it read UTF-16.
    "incomplete UTF-16 character": "不是有效的 UTF-16",
    "incomplete UTF-16 surrogate pair": "不是有效的 UTF-16",
    "unexpected low surrogate area": "不是有效的 UTF-16",
  ]

  private static let contexts = [
    "while parsing a block mapping": "在映射中",
    "while parsing a flow mapping": "在“{…}”中",
    "while parsing a block collection": "在列表中",
    "while parsing a flow sequence": "在“[…]”中",
    "while parsing a block node": "在一个值中",
    "while parsing a flow node": "在一个值中",
    "while parsing a node": "在一个值中",
    "while parsing": "在嵌套的内容中",
    "while parsing a quoted scalar": "在引号文本中",
    "while scanning a quoted scalar": "在引号文本中",
    "while scanning a plain scalar": "在不加引号的文本中",
    "while scanning a block scalar": "在多行文本（| 或 >）中",
    "while scanning a simple key": "在键中",
    // The place says it all.
    "while scanning for the next token": "",
    "while scanning an alias": "在别名中",
    "while scanning an anchor": "在锚点中",
    "while scanning a directive": "在指令中",
    "while scanning a %YAML directive": "在 %YAML 指令中",
    "while scanning a %TAG directive": "在 %TAG 指令中",
    "while parsing a %TAG directive": "在 %TAG 指令中",
    "while scanning a tag directive": "在 %TAG 指令中",
    "while parsing a tag directive": "在 %TAG 指令中",
    "while scanning a tag": "在标签中",
    "while parsing a tag": "在标签中",
  ]
}
