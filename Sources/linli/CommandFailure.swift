import Community

/// Why a command ends with something else than 0; one line: what, where, what to do.
struct CommandFailure: Error {
  enum Code: Int32 {
    case problem = 1
    case usage = 2
    case unreachable = 3
  }
  var code: Code
  /// In the language of this run.
  var message: String

  init(_ code: Code, _ message: String = "") {
    self.code = code
    self.message = message
  }

  init(_ code: Code, _ text: LocalizedText) { self.init(code, text.spoken) }

  init(_ code: Code, zh: String, en: String) { self.init(code, LocalizedText(zh: zh, en: en)) }
}
