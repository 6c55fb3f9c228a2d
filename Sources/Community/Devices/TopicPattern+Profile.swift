package import Pipeline

/// What a profile's topic must fulfil beyond being a pattern: slips that would match nothing, or not what was meant, are
/// refused when the profile is read.
extension TopicPattern {
  /// Why a profile's topic cannot be used.
  package struct Flaw: Error, Equatable {
    package var message: String
    package init(message: String) { self.message = message }
  }

  package init(profileTopic text: String) throws(Flaw) {
    do throws(Problem) {
      try self.init(text)
    } catch {
      throw Flaw(message: error.description)
    }
    for (index, level) in levels.enumerated() {
      switch level {
      // A leading "/" is common with some vendors; other empty levels are slips.
      case .literal("") where index > 0 || levels.count == 1: throw Flaw(message: "a level is empty")
      case .capture(let name) where !name.utf8.allSatisfy(Self.isNameByte):
        throw Flaw(message: "\"{\(name)}\": the name of a capture has letters, digits, - and _ only")
      case .literal, .capture, .any, .rest: break
      }
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122 || byte == 45 || byte == 95
  }
}
