import Hummingbird

/// The path is there, but not for this method: 405 with `Allow` (RFC 9110 §15.5.6).
struct MethodNotAllowed: Error {
  /// As the header has them: `GET, HEAD`.
  let allowed: String
}

extension Router {
  private static var methods: [HTTPRequest.Method] { [.get, .head, .post, .put, .patch, .delete] }

  /// Answers the other methods of all paths that were added so far. HEAD comes with GET.
  func refuseOtherMethods() {
    for (_, routes) in Dictionary(grouping: routes, by: \.path.description) {
      let known = Set(routes.map(\.method))
      let allowed = known.contains(.get) ? known.union([.head]) : known
      let error = MethodNotAllowed(allowed: allowed.map(\.rawValue).sorted().joined(separator: ", "))
      for method in Self.methods where !allowed.contains(method) {
        on(routes[0].path, method: method) { _, _ -> Response in throw error }
      }
    }
  }
}
