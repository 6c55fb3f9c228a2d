/// The answer to a reload that was taken.
package struct ReloadView: Codable, Sendable, Equatable {
  /// What of the configuration takes effect at the next start only, a sentence each; empty: all of it holds now.
  package var afterRestart: [String]

  package init(afterRestart: [String]) { self.afterRestart = afterRestart }
}
