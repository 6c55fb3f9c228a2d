// Cutting to byte limits: never more than the limit, always whole characters, always a beginning of the text.
import Notify
import Testing

@Suite struct TextLimitTests {
  /// A small generator, so that failures repeat.
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  /// For Swift a sign and an accent behind it are one character; for a robot they are the sign.
  @Test func accentsHideNoSigns() {
    #expect(TextStyle.markdown.escape("[\u{301}x](y) *\u{301}") == "［\u{301}x］(y) ＊\u{301}")
    #expect(TextStyle.tagged.escape("<\u{301}at id=all>") == "＜\u{301}at id=all＞")
    #expect(throws: Template.Failure.self) { try Template("{\u{301}title}") }
    #expect(throws: Never.self) { try Template("{title}\u{301} {place}\r\n{comment}") }
  }

  @Test(arguments: 1...40) func cutsAtCharacters(seed: Int) {
    var random = Random(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
    let alphabet: [Character] = ["a", "é", "温", "度", "👨‍👩‍👧‍👦", "🇨🇳", "e\u{301}", "\r\n", "𠮷", " ", "1", "℃"]
    for _ in 0..<200 {
      let text = String(
        (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
      let limit = Int.random(in: 0...120, using: &random)
      let cut = TextLimit.prefix(text, bytes: limit)
      #expect(cut.utf8.count <= limit)
      #expect(text.utf8.starts(with: cut.utf8))
      #expect(text.hasPrefix(cut) || cut.isEmpty)
      #expect(String(validating: Array(cut.utf8), as: UTF8.self) != nil)
      // As long as it can be: the next character would not have fitted.
      if cut.count < text.count {
        #expect(String(text.prefix(cut.count + 1)).utf8.count > limit)
      }
      #expect(TextLimit.shorten(text, bytes: limit).utf8.count <= limit)
    }
  }

  @Test func marksWhatWasCut() {
    #expect(TextLimit.shorten("温度过低", bytes: 12) == "温度过低")
    #expect(TextLimit.shorten("温度过低", bytes: 11) == "温度…")
    #expect(TextLimit.shorten("温度过低", bytes: 2) == "")
  }

  @Test(arguments: [
    ("[click](http://evil)", "［click］(http://evil)"), ("<@all> *now*", "＜@all＞ ＊now＊"), ("a_b _c_", "a_b ＿c_"),
    ("# head\nline", "＃ head line"), ("`rm`", "｀rm｀"),
  ])
  func markdownShowsItself(text: String, expected: String) {
    #expect(TextStyle.markdown.escape(text) == expected)
  }

  @Test func plainAndTagged() {
    #expect(TextStyle.plain.escape("a*b\r\nBcc: x") == "a*b Bcc: x")
    #expect(TextStyle.tagged.escape("<at user_id=\"all\">") == "＜at user_id=\"all\"＞")
  }
}
