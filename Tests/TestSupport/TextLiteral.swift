package import Words

/// In tests a literal is a text that is the same in both languages. The service's own sentences have to name both.
extension LocalizedText: ExpressibleByStringInterpolation {
  package init(stringLiteral text: String) { self.init(text) }
}
