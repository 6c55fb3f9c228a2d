// Words of refusals that more than one part of the service has.
import API
import Community
package import Store

extension BackendError {
  /// An action without what it needs.
  init(lacking key: String, for action: some RequestWord) {
    self.init(.invalid, zh: "\(action.rawValue) 需要“\(key)”", en: "\(action.rawValue) needs '\(key)'")
  }
}

/// What the database refuses while somebody asks is said as it is.
extension StoreError: WordedError {}
