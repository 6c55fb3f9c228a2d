/// An error that says what is wrong in both languages.
package protocol WordedError: Error {
  var text: LocalizedText { get }
}

extension LocalizedText {
  /// What an error says; of one that has no words, what Swift prints.
  package init(of error: any Error) {
    self = (error as? any WordedError)?.text ?? LocalizedText("\(error)")
  }
}
