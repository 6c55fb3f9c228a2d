// What a server answered to one POST.

package struct HTTPAnswer: Sendable {
  package var status: Int
  /// Seconds or a date, as the server wrote it.
  package var retryAfter: String?
  /// The first bytes of the body, at most 64 KiB.
  package var body: [UInt8]

  package init(status: Int, retryAfter: String? = nil, body: [UInt8] = []) {
    self.status = status
    self.retryAfter = retryAfter
    self.body = body
  }
}
