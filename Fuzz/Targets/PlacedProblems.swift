import ConfigFile
import Words

/// A configuration file given as bytes, and the checks that hold for all of them: every problem stands at a place in the
/// file, and is said in words of bounded length.
struct PlacedProblems {
  static let file = "file.yaml"
  /// A problem may quote from the file, but not all of it.
  private static let wordsMost = 4_000

  let log = ProblemLog()
  private let bytes: [UInt8]

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = Array(bytes) }

  /// The document, whose nodes and problems have been checked.
  func parse() throws(Violation) -> ConfigNode? {
    let node = ConfigReader.parse(bytes, file: Self.file, log: log)
    try check()
    if node == nil { try require(log.hasErrors, "a file is refused without a word") }
    return node
  }

  /// To be called when everything has been read.
  func check() throws(Violation) {
    for problem in log.sorted {
      try require(contains(problem.location), "a problem outside of the file: \(problem)")
      for language in Language.allCases {
        let size = problem.text(in: language).utf8.count
        try require(size <= Self.wordsMost, "a problem in \(size) bytes: \(language)")
        try require(!problem.message[language].isEmpty, "a problem without words: \(language)")
        try require(problem.hint?[language].isEmpty != true, "a hint without words: \(language)")
      }
    }
  }

  /// Whether line and column are in the file, or one behind an end.
  func contains(_ location: SourceLocation) -> Bool {
    let lengths = Self.lineLengths(bytes)
    guard location.file == Self.file, location.line >= 1, location.column >= 1 else { return false }
    if location.line == lengths.count + 1 { return location.column == 1 }
    return location.line <= lengths.count && location.column <= lengths[location.line - 1] + 1
  }

  /// Characters of each line, counted as YAML 1.1 does; in bytes where they are more (a file that is no UTF-8).
  private static func lineLengths(_ bytes: [UInt8]) -> [Int] {
    var lengths = [0]
    var previous: Unicode.Scalar = " "
    let isText = String(validating: bytes, as: UTF8.self) != nil
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      defer { previous = scalar }
      switch scalar {
      case "\n" where previous == "\r": continue
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lengths.append(0)
      default: lengths[lengths.count - 1] += isText ? 1 : scalar.utf8.count
      }
    }
    return lengths
  }
}
